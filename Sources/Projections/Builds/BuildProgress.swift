public import Events

/// How far builds are.
public struct BuildProgress: Sendable {
    /// What is being done.
    public enum Phase: String, Sendable {
        /// Events are applied.
        case applying
        /// Indexes for readers are made.
        case indexing
        /// The build is put in place of the one that is read.
        case swapping
        /// Rows are compared.
        case comparing
    }

    /// What is being done.
    public let phase: Phase
    /// The next position that will be applied.
    public let position: Position
    /// The next position of the log.
    public let head: Position
    /// The entries of a second since this began; 0 at first.
    public let entriesASecond: Int64

    /// The seconds until the log is applied, if it goes on as so far; nil where that is not known.
    public var secondsLeft: Int64? {
        entriesASecond > 0 ? (head.value - position.value + entriesASecond - 1) / entriesASecond : nil
    }
}
