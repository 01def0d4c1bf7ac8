import EventLog
public import Events
public import Postgres

/// An event on its way into a model, with the contents that are still there.
public struct ProjectedEvent: Sendable {
    /// Where it stands.
    public let position: Position
    /// The entry.
    public let envelope: Envelope
    /// What people wrote, by the committing field; what is missing was erased.
    public let contents: [String: Content]

    /// What happened.
    var event: any EventPayload { envelope.event }

    /// The document of a content of a kind; nil where it was erased.
    func content(_ kind: ContentKind) -> [UInt8]? { contents[kind.field]?.document }

    /// A content of a kind; nil where it was erased.
    func content<Document: ContentDocument>(_: Document.Type) throws -> Document? {
        try content(Document.kind).map { try Document(document: $0) }
    }
}

/// A text of people as a column can hold it: Postgres's `text` has no U+0000, and a log that holds one stops no model.
func storable(_ text: String?) -> String? {
    text?.replacing("\u{0}", with: "\u{fffd}")
}

/// A read model: a function of the entries up to a position and the contents that are present.
///
/// It knows no clock, no floating-point sums, no sequence values and no artifacts, so two builds at the same position are
/// the same.
public protocol Projection: Sendable {
    /// The name, which cursors and lag go by.
    static var name: String { get }

    /// The types of events that it handles. Entries of others are passed over without being read; one that the program does
    /// not know stops every projection.
    static var handled: Set<String> { get }

    /// Applies events of these types in log order, set by set, inside the transaction that also moves the cursor.
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
