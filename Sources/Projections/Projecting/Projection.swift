import EventLog
import Events
public import Postgres

/// A read model: a function of the entries up to a position and of the contents that are not erased.
///
/// It uses no clock, no floating-point sums, no sequence values and no artifacts, so that two builds at the same
/// position are equal, however the log was cut into batches.
public struct Projection: Sendable {
    /// Which entries one row of a model can depend on.
    public enum Reach: String, Sendable {
        /// Those of one slice of the log: the model is keyed by agent.
        case sliced
        /// Any.
        case whole
    }

    /// What a model can still say of the past.
    public enum Past: String, Sendable {
        /// Nothing: it shows the present.
        case none
        /// Counts of each day.
        case days
        /// Everything, by position.
        case positions
    }

    /// The name under which builds, cursors and lag are known: lower-case letters.
    public let name: String
    /// Changes whenever the tables, or what the model makes of an entry, change. A program reads builds of its own version
    /// alone.
    public let version: Int32
    /// Which entries one row depends on.
    public let reach: Reach
    /// What the model keeps of the past.
    public let past: Past
    /// The types of events that it handles.
    public let handled: Set<String>
    /// The types that it does not need. Together with `handled` these are all types of the catalogue, so that an author of
    /// a new type decides for each model. A type that is neither stops every model.
    public let ignored: Set<String>
    /// The SQL that makes the tables with what `apply` needs, in a schema that is first in the search path.
    let tables: String
    /// The SQL that makes the indexes that only readers need; it may run again. Empty where there are none.
    let indexes: String
    /// Applies events of the handled types in log order, set by set, inside the transaction that also moves the cursor.
    let apply: @Sendable (_ events: [ProjectedEvent], _ connection: PostgresConnection) throws -> Void
    /// The part that is kept in memory while a build is filled; nil where there is none.
    let folding: Folding?

    /// Its name with its version, such as `agents 1`.
    public var nameWithVersion: String { "\(name) \(version)" }

    init(
        _ name: String, version: Int32, _ reach: Reach, past: Past = .none, handled: Set<String>, ignored: Set<String>,
        tables: [UInt8], indexes: [UInt8] = [], folding: Folding? = nil,
        apply: @escaping @Sendable (_ events: [ProjectedEvent], _ connection: PostgresConnection) throws -> Void
    ) {
        self.name = name
        self.reach = reach
        self.past = past
        self.handled = handled
        #if MENTATLAB_NEXT
            // The release after this one, which tests play an upgrade with: other tables, and a type more.
            self.version = version + 1
            self.ignored = ignored.union([LogNoted.type])
            self.tables = "\(String(decoding: tables, as: UTF8.self));\nCREATE TABLE next_release (id int PRIMARY KEY)"
        #else
            self.version = version
            self.ignored = ignored
            self.tables = String(decoding: tables, as: UTF8.self)
        #endif
        self.indexes = String(decoding: indexes, as: UTF8.self)
        self.folding = folding
        self.apply = apply
    }
}

/// All read models.
public enum ProjectionCatalogue {
    /// In the order of their names.
    public static let all: [Projection] = [
        .agents, .analytics, .audit, .dependents, .files, .flags, .index, .publishers, .reputation,
    ]

    /// The schema of what is known of builds; the tables of a model are made with each build.
    public static let schema = [
        PostgresMigration("schema/models", PackageResources.schema_models_sql),
        PostgresMigration("schema/generations", PackageResources.schema_generations_sql),
        PostgresMigration("schema/popular", PackageResources.schema_popular_sql),
        PostgresMigration("schema/sharing", PackageResources.schema_sharing_sql),
        PostgresMigration("schema/skipped", PackageResources.schema_skipped_sql),
        PostgresMigration("schema/passing", PackageResources.schema_passing_sql),
    ]
}
