/// The settings of a connection.
public struct PostgresConfiguration: Sendable {
    /// A URL or a keyword/value string in libpq's format.
    public var url: String
    /// The name that the server shows for the connection (`application_name`).
    public var applicationName: String
    /// The role to act as; nil for the role that logs in.
    public var role: String?
    /// The time that a statement may take.
    public var statementTimeoutMilliseconds: Int
    /// The time that this program may pause inside a transaction; nil for no limit.
    ///
    /// Beyond it the server closes the connection, so that a stopped program does not hold locks. Set nil where the
    /// locks also guard something outside the database.
    public var transactionPauseMilliseconds: Int? = PostgresConfiguration.transactionPauseMilliseconds
    /// Server settings for this connection, by name. A value must hold neither white space nor a backslash, since the
    /// settings are passed on unescaped in one string of options.
    public var settings: [String: String]

    /// The setting with which names without a schema mean only what the server itself defines.
    ///
    /// Without it, a user who may create functions in a schema of the search path can put a function in place of one of
    /// the server's, and it runs with the rights of its caller.
    public static let builtInNames = ["search_path": "pg_catalog"]
    /// The setting with which the server answers each statement in one process. To start others takes milliseconds, more than
    /// most answers, and takes the cores from everybody else; a plan that does not know how few rows are wanted asks for them.
    public static let oneProcess = ["max_parallel_workers_per_gather": "0"]
    /// Settings for statements that the server plans once, by generic plans that stay right while the tables grow. Where
    /// only a sequential scan is possible, its forbidding cost would make the server compile the plan at each execution.
    public static let plannedOnce = [
        "plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "jit": "off",
    ]
    /// The settings of `plannedOnce` for statements that look up few rows by given keys.
    public static let byKeys = plannedOnce.merging([
        "enable_hashjoin": "off", "enable_mergejoin": "off", "enable_memoize": "off",
    ]) { $1 }
    /// The settings of `byKeys` for statements that find few rows by an index and in its order.
    public static let alongIndexes = byKeys.merging(["enable_bitmapscan": "off", "enable_sort": "off"]) { $1 }

    /// The default pause: a program that is stopped inside a transaction delays others no longer than this.
    public static let transactionPauseMilliseconds = 10_000

    /// Creates a configuration.
    public init(
        url: String, applicationName: String, role: String? = nil, statementTimeoutMilliseconds: Int = 30_000,
        settings: [String: String] = [:]
    ) {
        self.url = url
        self.applicationName = applicationName
        self.role = role
        self.statementTimeoutMilliseconds = statementTimeoutMilliseconds
        self.settings = settings
    }
}
