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
}

/// A text of people as a column can hold it: Postgres's `text` has no U+0000, and a log that holds one all
/// the same stops no model.
func storable(_ text: String?) -> String? {
    text?.replacing("\u{0}", with: "\u{fffd}")
}

/// A read model: a function of the entries up to a position and the contents that are present.
///
/// It knows no clock, no floating-point sums, no sequence values and no artifacts, so two builds at the same
/// position are the same.
public protocol Projection: Sendable {
    /// The name, which cursors and lag go by.
    static var name: String { get }

    /// The types of events that it handles. Entries of others are passed over without being read; one that nobody
    /// knows stops every projection.
    static var handled: Set<String> { get }

    /// Applies events of these types in log order, set by set, inside the transaction that also moves the cursor.
    static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws
}

/// All read models.
public enum Projections {
    /// In the order of their names.
    public static let all: [any Projection.Type] = [
        Agents.self, Downloads.self, Flags.self, Index.self, Publishers.self, Reviews.self, Stars.self,
    ]

    /// The schema of the models.
    public static let migrations = [
        PostgresMigration("m0101_models", PackageResources.m0101_models_sql),
        PostgresMigration("m0102_shown", PackageResources.m0102_shown_sql),
        PostgresMigration("m0103_people", PackageResources.m0103_people_sql),
        PostgresMigration("m0104_downloads", PackageResources.m0104_downloads_sql),
    ]
}
