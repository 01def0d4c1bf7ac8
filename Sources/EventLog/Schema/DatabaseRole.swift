/// The roles that the schema grants rights to; each part of the program logs in as one of them.
public enum DatabaseRole: String, Sendable, CaseIterable {
    /// Owns the schema: migrations, partitions and upkeep.
    case owner
    /// Appends to the log; reads and writes the vault.
    case commands
    /// Reads the log with its contents and writes models; has no right on the vault.
    case projectors
    /// Reads models and entries; has no right on the vault.
    case queries
    /// Reads entries, and keeps the row that says how far they are in a topic of Kafka.
    case relays
    /// Reads the log with its contents and the models, for people and for tools that look and change nothing.
    case readers

    /// The name in the database.
    public var name: String { "marketplace_\(rawValue)" }
}
