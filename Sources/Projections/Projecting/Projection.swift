import EventLog
public import Events
public import Postgres

/// An event for a model, with those of its contents that are not erased.
public struct ProjectedEvent: Sendable {
    /// Its position.
    public let position: Position
    /// Its envelope.
    public let envelope: Envelope
    /// The contents by the committing field; a missing one was erased.
    public let contents: [String: Content]

    /// The event itself.
    var event: any EventPayload { envelope.event }

    /// The document of a content of a kind; nil where it was erased.
    func content(_ kind: ContentKind) -> [UInt8]? { contents[kind.field]?.document }

    /// A content of a kind; nil where it was erased.
    func content<Document: ContentDocument>(_: Document.Type) throws -> Document? {
        try content(Document.kind).map { try Document(document: $0) }
    }
}

/// A text in a form that a column can store: Postgres's `text` can't hold U+0000, and one in the log must not stop a
/// model.
func storable(_ text: String?) -> String? {
    text?.replacing("\u{0}", with: "\u{fffd}")
}

/// A read model: a function of the entries up to a position and of the contents that are not erased.
///
/// It uses no clock, no floating-point sums, no sequence values and no artifacts, so that two builds at the same
/// position are equal.
public protocol Projection: Sendable {
    /// The name under which the cursor and the lag are known.
    static var name: String { get }

    /// The types of events that it handles. Entries of other types are skipped without being read; a type that the
    /// program does not know stops every projection.
    static var handled: Set<String> { get }

    /// Applies events of the handled types in log order, set by set, inside the transaction that also moves the cursor.
    static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws
}

/// All read models.
public enum ProjectionCatalogue {
    /// In the order of their names.
    public static let all: [any Projection.Type] = [
        Agents.self, Files.self, Flags.self, Index.self, Publishers.self,
    ]

    /// The schema of the models.
    public static let schema = [
        PostgresMigration("schema/models", PackageResources.schema_models_sql),
        PostgresMigration("schema/models/publishers", PackageResources.schema_publishers_sql),
        PostgresMigration("schema/models/agents", PackageResources.schema_agents_sql),
        PostgresMigration("schema/models/flags", PackageResources.schema_flags_sql),
        PostgresMigration("schema/models/files", PackageResources.schema_files_sql),
        PostgresMigration("schema/models/index", PackageResources.schema_index_sql),
    ]
}
