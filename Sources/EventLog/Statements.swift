public import Postgres

/// The statements of the log, each in a file of its own under `SQL/`.
enum Statements {
    static let append = PostgresStatement("append", PackageResources.append_sql)
    static let settle = PostgresStatement("settle", PackageResources.settle_sql)
    static let findBatch = PostgresStatement("find_batch", PackageResources.find_batch_sql)
    static let head = PostgresStatement("head", PackageResources.head_sql)
    static let readPositions = PostgresStatement("read_positions", PackageResources.read_positions_sql)
    static let readType = PostgresStatement("read_type", PackageResources.read_type_sql)
    static let readStream = PostgresStatement("read_stream", PackageResources.read_stream_sql)
    static let readStreamsAfter = PostgresStatement("read_streams_after", PackageResources.read_streams_after_sql)
    static let readContents = PostgresStatement("read_contents", PackageResources.read_contents_sql)
    static let findKey = PostgresStatement("find_key", PackageResources.find_key_sql)
    static let forgetKey = PostgresStatement("forget_key", PackageResources.forget_key_sql)
    static let findToken = PostgresStatement("find_token", PackageResources.find_token_sql)
    static let findUsername = PostgresStatement("find_username", PackageResources.find_username_sql)
    static let nameOf = PostgresStatement("name_of", PackageResources.name_of_sql)
    static let claimFlag = PostgresStatement("claim_flag", PackageResources.claim_flag_sql)
    static let listTokens = PostgresStatement("list_tokens", PackageResources.list_tokens_sql)
    static let tokensUnderKey = PostgresStatement("tokens_under_key", PackageResources.tokens_under_key_sql)
    static let noteUse = PostgresStatement("note_use", PackageResources.note_use_sql)
    static let findMailbox = PostgresStatement("find_mailbox", PackageResources.find_mailbox_sql)
    static let findContent = PostgresStatement("find_content", PackageResources.find_content_sql)
    static let claimUsername = PostgresStatement("claim_username", PackageResources.claim_username_sql)
    static let identity = PostgresStatement("identity", PackageResources.identity_sql)
    static let prune = PostgresStatement("prune", PackageResources.prune_sql)
    static let lastPartition = PostgresStatement("last_partition", PackageResources.last_partition_sql)
    static let makePartition = PostgresStatement("make_partition", PackageResources.make_partition_sql)
    static let attachPartition = PostgresStatement("attach_partition", PackageResources.attach_partition_sql)
    static let verifyBounds = PostgresStatement("verify_bounds", PackageResources.verify_bounds_sql)
    static let verifyRanks = PostgresStatement("verify_ranks", PackageResources.verify_ranks_sql)
    static let verifyStreams = PostgresStatement("verify_streams", PackageResources.verify_streams_sql)
    static let verifyContents = PostgresStatement("verify_contents", PackageResources.verify_contents_sql)
    static let namedArtifacts = PostgresStatement("named_artifacts", PackageResources.named_artifacts_sql)
    static let databaseSettings = PostgresStatement("database_settings", PackageResources.database_settings_sql)
    static let spoolMark = PostgresStatement("spool_mark", PackageResources.spool_mark_sql)
    static let forgetSpool = PostgresStatement("forget_spool", PackageResources.forget_spool_sql)
    static let knownLines = PostgresStatement("known_lines", PackageResources.known_lines_sql)
    static let clock = PostgresStatement("clock", PackageResources.clock_sql)
}

/// The schema of the log, in order.
public enum EventLogSchema {
    /// What a database needs before the log can be opened.
    public static let migrations = [
        PostgresMigration("m0001_log", PackageResources.m0001_log_sql),
        PostgresMigration("m0002_append", PackageResources.m0002_append_sql),
        PostgresMigration("m0003_partitions", PackageResources.m0003_partitions_sql),
        PostgresMigration("m0004_upkeep", PackageResources.m0004_upkeep_sql),
        PostgresMigration("m0005_append", PackageResources.m0005_append_sql),
        PostgresMigration("m0006_append", PackageResources.m0006_append_sql),
        PostgresMigration("m0007_people", PackageResources.m0007_people_sql),
        PostgresMigration("m0008_downloads", PackageResources.m0008_downloads_sql),
    ]
}

/// The roles that the schema grants rights to.
public enum DatabaseRole {
    /// Appends, and reads the vault.
    public static let commands = "marketplace_commands"
    /// Reads models and the log; knows no vault.
    public static let queries = "marketplace_queries"
    /// Reads the log, writes models.
    public static let projectors = "marketplace_projectors"
}
