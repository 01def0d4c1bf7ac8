/// How and as whom to connect.
public struct PostgresConfiguration: Sendable {
    /// A URL or a keyword/value string, as libpq takes it.
    public var url: String
    /// Shown by the server.
    public var applicationName: String
    /// The role to act as; the one that logs in where nil.
    public var role: String?
    /// How long a statement may take.
    public var statementTimeoutMilliseconds: Int
    /// How long this side may pause inside a transaction; then the server ends it and lets its locks go. Nil for
    /// ever, where the locks guard something besides the database.
    public var transactionPauseMilliseconds: Int? = PostgresConfiguration.transactionPauseMilliseconds
    /// Server settings of this connection.
    public var settings: [String: String]

    /// Settings for a connection whose statements are planned once, though the tables grow.
    public static let plannedOnce = ["plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"]
    /// The same for statements that look up rows by keys they are given, few at a time.
    public static let byKeys = plannedOnce.merging(["enable_hashjoin": "off", "enable_mergejoin": "off"]) { $1 }
    /// The same for statements that find a few rows by an index and in its order.
    public static let alongIndexes = byKeys.merging(["enable_bitmapscan": "off", "enable_sort": "off"]) { $1 }

    /// The bound on how long a program that is stopped inside a transaction holds up others.
    public static let transactionPauseMilliseconds = 10_000

    /// States a configuration.
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
