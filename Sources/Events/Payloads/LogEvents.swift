public import Crypto

extension EventCatalogue {
    static let log: [any EventPayload.Type] = [LogCreated.self, ProjectionSkipped.self]
}

/// `log.created.v1`: entry 0 of every log.
public struct LogCreated: EventPayload {
    /// The format of all later entries; this program reads and writes format 1.
    public let format: Int64

    private static let formats: ClosedRange<Int64> = 1...1

    /// Creates the event with the current format.
    public init() { self.init(format: 1) }

    private init(format: Int64) { self.format = format }

    public static let declaration = EventDeclaration(
        "log.created.v1", on: .log, Self.init(format:), .field("format", \.format, .integer(formats)))
}

/// `projection.skipped.v1`: a projection skips an entry.
///
/// Projectors read these events before they begin, so that a model is a function of entries, skips and contents.
public struct ProjectionSkipped: EventPayload {
    /// Commits to the content `note`, which explains the skip.
    public let noteCommitment: SHA256Digest
    /// The position of the skipped entry.
    public let position: Int64
    /// The name of the projection.
    public let projection: String
    /// The version of the projection.
    public let version: Int64

    /// Creates the event.
    public init(noteCommitment: SHA256Digest, position: Int64, projection: String, version: Int64) {
        self.noteCommitment = noteCommitment
        self.position = position
        self.projection = projection
        self.version = version
    }

    public static let declaration = EventDeclaration(
        "projection.skipped.v1", on: .log, Self.init, .commitment(to: .note, \.noteCommitment),
        .field("position", \.position, .count), .field("projection", \.projection, .text(.projection)),
        .field("version", \.version, .positive))
}
