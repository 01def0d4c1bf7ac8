public import Events
import Postgres

/// Queries for what all agents come to.
extension AgentReader {
    /// The models that statistics are read from.
    public static let statisticsModels: [Projection] = [.agents, .analytics]

    /// The downloads of a day.
    public struct DayCount: Sendable {
        /// The day, `2026-01-31`.
        public let day: String
        /// All downloads.
        public let downloads: Int64
        /// Downloads counted once for each reader, agent and day.
        public let readers: Int64
        /// True where readers were told apart under several keys, so that somebody may count twice.
        public let isAtMost: Bool
    }

    /// The downloads of an hour of the week.
    public struct HourCount: Sendable {
        /// The day of the week, from 1 for Monday.
        public let weekday: Int64
        /// The hour in UTC, from 0.
        public let hour: Int64
        /// All downloads.
        public let downloads: Int64
    }

    /// What was published on a day.
    public struct PublishingCount: Sendable {
        /// The day, `2026-01-31`.
        public let day: String
        /// Versions.
        public let versions: Int64
        /// Agents that are new.
        public let agents: Int64
        /// The number of people who published.
        public let publishers: Int64
    }

    /// The downloads of a version on a day.
    public struct VersionDayCount: Sendable {
        /// The day, `2026-01-31`.
        public let day: String
        /// The version.
        public let version: String
        /// All downloads.
        public let downloads: Int64
        /// Downloads counted once for each reader.
        public let readers: Int64

        init(_ row: PostgresRow) throws {
            day = try row.text("day")
            version = try row.text("version")
            downloads = try row.integer("downloads")
            readers = try row.integer("readers")
        }
    }

    /// What the agents of a publisher come to.
    public struct PublisherStatistics: Sendable {
        /// The listed agents that they are shown as publisher of.
        public let agents: Int64
        /// All downloads of these.
        public let downloads: Int64
        /// All downloads of these agents, counted once for each reader, agent and day.
        public let readers: Int64
        /// How many have a WebAssembly module in the version that is shown.
        public let wasm: Int64
        /// The average of their average ratings, in hundredths; 0 where none is rated.
        public let ratingHundredths: Int64
        /// The five with the most readers.
        public let top: [Summary]
    }

    /// The downloads of all agents on each of some days. Days without any are left out.
    public func days(_ days: Range<Day>) async throws -> Reflecting<[DayCount]> {
        try await searching(Self.statisticsModels, Statements.listDays, days.bounds) { rows in
            try rows.map { row in
                DayCount(
                    day: try row.text("name"), downloads: try row.integer("downloads"),
                    readers: try row.integer("readers"), isAtMost: try row.bool("is_at_most"))
            }
        }
    }

    /// The downloads of all agents on some days, by hour of the week. Hours without any are left out.
    public func hours(_ days: Range<Day>) async throws -> Reflecting<[HourCount]> {
        try await searching(
            Self.statisticsModels, Statements.listHours,
            [.int8(days.lowerBound.number), .int8(days.upperBound.number)]
        ) { rows in
            try rows.map { row in
                HourCount(
                    weekday: try row.integer("weekday"), hour: try row.integer("hour"),
                    downloads: try row.integer("downloads"))
            }
        }
    }

    /// What was published on each of some days, and how many people published on any of them.
    public func publishing(
        _ days: Range<Day>
    ) async throws -> Reflecting<(days: [PublishingCount], publishers: Int64)> {
        try await steps(Self.statisticsModels) { connection in
            let rows = try connection.execute(Statements.listPublishing, days.bounds).map { row in
                PublishingCount(
                    day: try row.text("name"), versions: try row.integer("versions"),
                    agents: try row.integer("agents"), publishers: try row.integer("publishers"))
            }
            let all = try connection.execute(Statements.countPublishers, days.bounds).first?.integer(0)
            return (rows, all ?? 0)
        }
    }

    /// The downloads of an agent by day and version on some days, behind a day and version.
    public func versionDays(
        of key: AgentKey, on days: Range<Day>, after: (day: Day, version: String)?, limit: Int
    ) async throws -> Reflecting<[VersionDayCount]> {
        try await searching(
            [.agents], Statements.listVersionDays,
            [.text(key.description)] + days.bounds + [
                .int4(Int32(clamping: after?.day.number ?? 0)), .text(after?.version ?? ""), .int8(Int64(limit)),
            ]
        ) { try $0.map(VersionDayCount.init) }
    }

    /// The downloads of an agent by day, for the `limit` versions with the most downloads on these days; those of all
    /// other versions together come under an empty version.
    public func versionLines(
        of key: AgentKey, on days: Range<Day>, limit: Int
    ) async throws -> Reflecting<[VersionDayCount]> {
        try await searching(
            [.agents], Statements.listVersionLines,
            [.text(key.description)] + days.bounds + [.int8(Int64(limit))]
        ) { try $0.map(VersionDayCount.init) }
    }

    /// How many readers agents had on some days, by their keys; those without any are left out.
    public func readers(of keys: [String], on days: Range<Day>) async throws -> Reflecting<[String: Int64]> {
        try await searching([.agents], Statements.countAgentReaders, [.texts(keys)] + days.bounds) { rows in
            try Dictionary(rows.map { (try $0.text("key"), try $0.integer("readers")) }) { $1 }
        }
    }

    /// The listed agents that were registered last, without those that moderators hold.
    public func newAgents(limit: Int) async throws -> Reflecting<[Summary]> {
        try await searching(Self.shownModels, Statements.listNew, [.int8(Int64(limit))]) { try $0.map(Summary.init) }
    }

    private static let topAgents: Int64 = 5

    /// What the agents of a publisher come to.
    public func statistics(ofPublisher person: String) async throws -> Reflecting<PublisherStatistics> {
        try await steps(Self.shownModels) { connection in
            let top = try connection.execute(Statements.publisherTop, [.text(person), .int8(Self.topAgents)])
                .map(Summary.init)
            let row = try connection.execute(Statements.publisherStatistics, [.text(person)]).first
            let rated = try row?.integer("rated") ?? 0
            return PublisherStatistics(
                agents: try row?.integer("agents") ?? 0, downloads: try row?.integer("downloads") ?? 0,
                readers: try row?.integer("readers") ?? 0, wasm: try row?.integer("wasm") ?? 0,
                ratingHundredths: rated == 0 ? 0 : (try row?.integer("rating_sum") ?? 0) / rated, top: top)
        }
    }
}
