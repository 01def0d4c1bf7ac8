public import Postgres

/// The schema of the log and of the vault, and the generation of routines that this program calls.
public enum EventLogSchema {
    /// Programs of several generations can work on one database: a program that needs other routines brings a schema
    /// `log_r<n>` of its own, and the one before it goes with the last program that calls it.
    public static let generation = "log_r1"

    /// What a database needs before the log can be opened. Changes that come after the first release are appended.
    public static let steps: [PostgresMigration] = [
        PostgresMigration("schema/log", PackageResources.schema_log_sql),
        PostgresMigration("schema/vault", PackageResources.schema_vault_sql),
        PostgresMigration(
            "routines/\(generation)",
            PackageResources.routine_schema_sql + AppendRoutine.definition + PackageResources.routine_settle_sql
                + PackageResources.routine_partitions_sql + PackageResources.routine_prune_sql),
    ]
}
