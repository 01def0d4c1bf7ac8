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
            name = try row.text(0)
            downloads = try row.integer(1)
            readers = try row.integer(2)
        }
    }

    /// The most versions that are listed.
    private static let listedVersions: Int64 = 1_000

    /// How often an agent was ever downloaded: each time, and once for each reader and day.
    public func downloads(of key: AgentKey) async throws -> Reflecting<(downloads: Int64, readers: Int64)> {
        try await reading(Statements.findDownloads, [.text(key.description)]) { rows in
            guard let row = rows.first else { return (0, 0) }
            return (try row.integer(0), try row.integer(1))
        }
    }

    /// How often it was on each day from one on, which is counted from 1970; days without are left out.
    public func dailyDownloads(of key: AgentKey, from day: Int64) async throws -> [DownloadCount] {
        try await searching(
            Statements.listDailyDownloads, [.text(key.description), .int4(Int32(clamping: day))]
        ) { try $0.map(DownloadCount.init) }.value
    }

    /// How often each version was from a day on, the most often first.
    public func versionDownloads(of key: AgentKey, from day: Int64) async throws -> [DownloadCount] {
        try await searching(
            Statements.listVersionDownloads,
            [.text(key.description), .int4(Int32(clamping: day)), .int8(Self.listedVersions)]
        ) { try $0.map(DownloadCount.init) }.value
    }
}
