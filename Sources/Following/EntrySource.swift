public import Events

/// An entry that came by another way than the log's database.
public struct SourcedEntry: Sendable {
    /// Its position.
    public let position: Position
    /// The slice of the log that it is in, 0 to 63.
    public let slice: Int
    /// What its bytes say, read once for all who go along the log in a process.
    public let envelope: Envelope
    /// How many bytes say it.
    public let bytes: Int

    /// Creates one.
    public init(position: Position, slice: Int, envelope: Envelope, bytes: Int) {
        self.position = position
        self.slice = slice
        self.envelope = envelope
        self.bytes = bytes
    }
}

/// What a source has from a position on.
public enum Sourced: Sendable {
    /// Entries without a gap, the first one at the position: one at least.
    case entries([SourcedEntry])
    /// The source does not have the entry. The caller reads it from the log, and those after it that come before
    /// `before`; nil for no bound.
    case absent(before: Position?)
    /// Nothing has come, and the log has nothing there either.
    case nothing
}

/// Another way by which entries come, such as a topic. The log stays the truth: what a source gives is what the log has.
public protocol EntrySource: Sendable {
    /// Waits until there is something from a position on, for a second or so.
    ///
    /// - Parameters:
    ///   - position: where the caller is; the source has no other knowledge of it.
    ///   - limit: the most entries.
    /// - Throws: `CancellationError`, and faults of the database where the source asks it how far the log is.
    func entries(from position: Position, limit: Int) async throws -> Sourced

    /// Tells the source that what it gave at a position is not what the log has.
    func refuse(_ position: Position)
}
