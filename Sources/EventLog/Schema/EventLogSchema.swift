public import Postgres

/// The schema of the log and of the vault, and the generation of routines that this program calls.
public enum EventLogSchema {
    /// The schema of the routines that this program calls.
    ///
    /// Programs of several generations can work on one database. A program that needs other routines brings another
    /// schema `log_r<n>`; the earlier one is removed with the last program that calls it.
    public static let generation = "log_r1"

    /// The steps that a database needs before the log can be opened; changes after the first release are added at the
    /// end.
    public static let steps: [PostgresMigration] = [
        PostgresMigration("schema/log", PackageResources.schema_log_sql),
        PostgresMigration("schema/vault", PackageResources.schema_vault_sql),
        PostgresMigration(
            "routines/\(generation)",
            PackageResources.routine_schema_sql + AppendRoutine.definition + PackageResources.routine_settle_sql
                + PackageResources.routine_partitions_sql + PackageResources.routine_prune_sql),
    ]
}
