import Events
import Postgres

extension Projection {
    /// The read model of analytics: downloads by the hour, who published on which day, and under which keys readers were told
    /// apart. What concerns single agents is in their own model.
    public static let analytics = Projection(
        "analytics", version: 1, .whole, past: .days,
        handled: [AgentDownloaded.type, AgentReadersSeen.type, AgentRegistered.type, VersionPublished.type],
        ignored: [
            AgentArtifactRemoved.type, AgentDeprecated.type, AgentOwnerAdded.type, AgentOwnerRemoved.type,
            AgentQuarantined.type, AgentUndeprecated.type, ArtifactRemoved.type, ContentErased.type, FlagRaised.type,
            ListingChanged.type, LogCreated.type, NamespaceClaimed.type, NamespaceMemberAdded.type,
            NamespaceMemberRemoved.type, ProfileChanged.type, ProjectionSkipped.type, QuarantineLifted.type,
            ReviewEdited.type, ReviewSubmitted.type, ReviewVoteWithdrawn.type, ReviewVoted.type, ReviewWithdrawn.type,
            StarAdded.type, StarRemoved.type, TokenIssued.type, TokenRevoked.type, UserRegistered.type,
            UsernameClaimed.type, UsernameReleased.type, VersionUnyanked.type, VersionYanked.type,
        ],
        tables: PackageResources.schema_analytics_sql, apply: AnalyticsModel.apply)
}

/// How the model of analytics takes a batch.
enum AnalyticsModel {
    private struct PersonDay: Hashable {
        let day: Day
        let person: String
    }

    private struct DomainDay: Hashable {
        let day: Day
        let domain: String
    }

    static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        var hours: [Int64: Int64] = [:]
        var domains: Set<DomainDay> = []
        var published: [PersonDay: (versions: Int64, agents: Int64)] = [:]
        for event in events {
            let time = event.envelope.time
            let person = PersonDay(day: time.day, person: event.envelope.origin.actor?.hex ?? "")
            switch event.event {
            case let downloaded as AgentDownloaded:
                hours[time.milliseconds / Timestamp.hourMilliseconds, default: 0] += downloaded.downloads
            case let seen as AgentReadersSeen
            where DownloadBatch.isTimely(seen, recorded: event.envelope.recordedTime.day):
                domains.insert(DomainDay(day: seen.day, domain: seen.domain.hex))
            case is AgentRegistered: published[person, default: (0, 0)].agents += 1
            case is VersionPublished: published[person, default: (0, 0)].versions += 1
            default: break
            }
        }
        if !hours.isEmpty {
            try connection.execute(Statements.addHours, [.int8s(Array(hours.keys)), .int8s(Array(hours.values))])
        }
        if !domains.isEmpty {
            try connection.execute(
                Statements.addDomains,
                [.int4s(domains.map { Int32(clamping: $0.day.number) }), .texts(domains.map(\.domain))])
        }
        guard !published.isEmpty else { return }
        let rows = published.map { $0 }
        try connection.execute(
            Statements.addPublishing,
            [
                .int4s(rows.map { Int32(clamping: $0.key.day.number) }), .texts(rows.map(\.key.person)),
                .int8s(rows.map(\.value.versions)), .int8s(rows.map(\.value.agents)),
            ])
    }
}

extension Statements {
    static let addDomains = PostgresStatement("add_domains", PackageResources.add_domains_sql)
    static let addHours = PostgresStatement("add_hours", PackageResources.add_hours_sql)
    static let addPublishing = PostgresStatement("add_publishing", PackageResources.add_publishing_sql)
    static let countPublishers = PostgresStatement("count_publishers", PackageResources.count_publishers_sql)
    static let listDays = PostgresStatement("list_days", PackageResources.list_days_sql)
    static let listHours = PostgresStatement("list_hours", PackageResources.list_hours_sql)
    static let listNew = PostgresStatement("list_new", PackageResources.list_new_sql)
    static let listPublishing = PostgresStatement("list_publishing", PackageResources.list_publishing_sql)
    static let listVersionDays = PostgresStatement("list_version_days", PackageResources.list_version_days_sql)
    static let listVersionLines = PostgresStatement("list_version_lines", PackageResources.list_version_lines_sql)
    static let countAgentReaders = PostgresStatement("count_agent_readers", PackageResources.count_agent_readers_sql)
    static let publisherStatistics = PostgresStatement(
        "publisher_statistics", PackageResources.publisher_statistics_sql)
    static let publisherTop = PostgresStatement("publisher_top", PackageResources.publisher_top_sql)
}
