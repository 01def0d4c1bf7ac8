public import Events
import Postgres

/// How often agents were downloaded.
extension AgentReader {
    /// Downloads under a name: a day or a version.
    public struct DownloadCount: Sendable {
        /// The day, `2026-01-31`, or the version.
        public let name: String
        /// Each time.
        public let downloads: Int64
        /// Once for each reader and day.
        public let readers: Int64

        fileprivate init(_ row: PostgresRow) throws {
            name = try row.text("name")
            downloads = try row.integer("downloads")
            readers = try row.integer("readers")
        }
    }

    /// The most versions that are listed.
    private static let listedVersions: Int64 = 1_000

    /// How often an agent was ever downloaded: each time, and once for each reader and day; nil where there is no such
    /// agent.
    public func downloads(of key: AgentKey) async throws -> Reflecting<(downloads: Int64, readers: Int64)?> {
        try await reading([Agents.self], Statements.findCounters, [.text(key.description)]) { rows in
            try rows.first.map { (try $0.integer("downloads"), try $0.integer("readers")) }
        }
    }

    /// How often it was on each day from one on, which is counted from 1970; days without are left out.
    public func dailyDownloads(of key: AgentKey, from day: Int64) async throws -> [DownloadCount] {
        try await searching(
            [Agents.self], Statements.listDailyDownloads, [.text(key.description), .int4(Int32(clamping: day))]
        ) { try $0.map(DownloadCount.init) }.value
    }

    /// How often each version was from a day on, the most often first.
    public func versionDownloads(of key: AgentKey, from day: Int64) async throws -> [DownloadCount] {
        try await searching(
            [Agents.self], Statements.listVersionDownloads,
            [.text(key.description), .int4(Int32(clamping: day)), .int8(Self.listedVersions)]
        ) { try $0.map(DownloadCount.init) }.value
    }
}
