import Postgres

/// The statements of the models, each in a file of its own under `SQL/`.
enum Statements {
    static let takeTurn = PostgresStatement("take_turn", PackageResources.take_turn_sql)
    static let cursor = PostgresStatement("cursor", PackageResources.cursor_sql)
    static let advance = PostgresStatement("advance", PackageResources.advance_sql)
    static let applyUsernames = PostgresStatement("apply_usernames", PackageResources.apply_usernames_sql)
    static let registerSummaries = PostgresStatement("register_summaries", PackageResources.register_summaries_sql)
    static let publishSummaries = PostgresStatement("publish_summaries", PackageResources.publish_summaries_sql)
    static let registerDetails = PostgresStatement("register_details", PackageResources.register_details_sql)
    static let publishDetails = PostgresStatement("publish_details", PackageResources.publish_details_sql)
    static let reflected = PostgresStatement("reflected", PackageResources.reflected_sql)
    static let projections = PostgresStatement("projections", PackageResources.projections_sql)
    static let listRecent = PostgresStatement("list_recent", PackageResources.list_recent_sql)
    static let listByName = PostgresStatement("list_by_name", PackageResources.list_by_name_sql)
    static let searchRecent = PostgresStatement("search_recent", PackageResources.search_recent_sql)
    static let searchByName = PostgresStatement("search_by_name", PackageResources.search_by_name_sql)
    static let findAgent = PostgresStatement("find_agent", PackageResources.find_agent_sql)
    static let listVersions = PostgresStatement("list_versions", PackageResources.list_versions_sql)
    static let findVersion = PostgresStatement("find_version", PackageResources.find_version_sql)
}
