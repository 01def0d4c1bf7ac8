/// The roles that the schema grants rights to.
public enum DatabaseRole {
    /// Appends, and reads the vault.
    public static let commands = "marketplace_commands"
    /// Reads models and the log; knows no vault.
    public static let queries = "marketplace_queries"
    /// Reads the log, writes models.
    public static let projectors = "marketplace_projectors"
}
