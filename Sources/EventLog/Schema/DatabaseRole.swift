/// The database roles that the schema grants rights to.
public enum DatabaseRole {
    /// Appends to the log; reads and writes the vault.
    public static let commands = "marketplace_commands"
    /// Reads models and entries; has no right on the vault.
    public static let queries = "marketplace_queries"
    /// Reads the log with its contents and writes models; has no right on the vault.
    public static let projectors = "marketplace_projectors"
}
