import Postgres

extension Statements {
    static let endPoints = PostgresStatement("end_points", PackageResources.end_points_sql)
    static let givePoints = PostgresStatement("give_points", PackageResources.give_points_sql)
    static let keepReputationReaders = PostgresStatement(
        "keep_reputation_readers", PackageResources.keep_reputation_readers_sql)
    static let listPoints = points("list_points", PackageResources.list_points_sql, standing)
    static let listPastPoints = points("list_past_points", PackageResources.list_points_sql, stoodThen)
    static let noteReputationRemovals = PostgresStatement(
        "note_reputation_removals", PackageResources.note_reputation_removals_sql)
    static let pruneReputationReaders = PostgresStatement(
        "prune_reputation_readers", PackageResources.prune_reputation_readers_sql)
    static let reputationAgents = PostgresStatement("reputation_agents", PackageResources.reputation_agents_sql)
    static let reputationReaders = PostgresStatement("reputation_readers", PackageResources.reputation_readers_sql)
    static let reputationRemovals = PostgresStatement("reputation_removals", PackageResources.reputation_removals_sql)
    static let reputationReviews = PostgresStatement("reputation_reviews", PackageResources.reputation_reviews_sql)
    static let reputationRoles = PostgresStatement("reputation_roles", PackageResources.reputation_roles_sql)
    static let reputationVersions = PostgresStatement("reputation_versions", PackageResources.reputation_versions_sql)
    static let reputationViolations = PostgresStatement(
        "reputation_violations", PackageResources.reputation_violations_sql)
    static let reputationVotes = PostgresStatement("reputation_votes", PackageResources.reputation_votes_sql)
    static let sumPoints = points("sum_points", PackageResources.sum_points_sql, standing)
    static let sumPastPoints = points("sum_past_points", PackageResources.sum_points_sql, stoodThen)
    static let writeReputationAgents = PostgresStatement(
        "write_reputation_agents", PackageResources.write_reputation_agents_sql)
    static let writeReputationReviews = PostgresStatement(
        "write_reputation_reviews", PackageResources.write_reputation_reviews_sql)
    static let writeReputationRoles = PostgresStatement(
        "write_reputation_roles", PackageResources.write_reputation_roles_sql)
    static let writeReputationVersions = PostgresStatement(
        "write_reputation_versions", PackageResources.write_reputation_versions_sql)
    static let writeReputationVotes = PostgresStatement(
        "write_reputation_votes", PackageResources.write_reputation_votes_sql)

    // What stands now lies in an index of its own, since most points of long standing have ended.
    private static let standing = "$2::bigint IS NOT NULL AND p.until IS NULL"
    private static let stoodThen = "p.since <= $2 AND (p.until IS NULL OR p.until > $2)"

    private static func points(_ name: String, _ sql: [UInt8], _ moment: String) -> PostgresStatement {
        let text = String(decoding: sql, as: UTF8.self).replacing("/* moment */", with: moment)
        return PostgresStatement(name, Array(text.utf8))
    }
}
