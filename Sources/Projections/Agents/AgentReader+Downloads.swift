public import Events
import Postgres

/// Queries for the downloads of agents.
extension AgentReader {
    /// The downloads of a day or of a version.
    public struct DownloadCount: Sendable {
        /// The day, `2026-01-31`, or the version.
        public let name: String
        /// All downloads.
        public let downloads: Int64
        /// Downloads counted once for each reader and day.
        public let readers: Int64

        init(_ row: PostgresRow) throws {
            name = try row.text("name")
            downloads = try row.integer("downloads")
            readers = try row.integer("readers")
        }
    }

    /// The most versions that a list has.
    private static let listedVersions: Int64 = 1_000

    /// All downloads of an agent, and those counted once for each reader and day; nil where the agent does not exist.
    public func downloads(of key: AgentKey) async throws -> Reflecting<(downloads: Int64, readers: Int64)?> {
        try await about(key).reading([.agents], Statements.findCounters, [.text(key.description)]) { rows in
            try rows.first.map { (try $0.integer("downloads"), try $0.integer("readers")) }
        }
    }

    /// The downloads of an agent on each of some days. Days without downloads are left out.
    public func dailyDownloads(of key: AgentKey, on days: Range<Day>) async throws -> [DownloadCount] {
        try await searching([.agents], Statements.listDailyDownloads, [.text(key.description)] + days.bounds) {
            try $0.map(DownloadCount.init)
        }.value
    }

    /// The downloads of each version on some days; the most often downloaded first.
    public func versionDownloads(of key: AgentKey, on days: Range<Day>) async throws -> [DownloadCount] {
        try await searching(
            [.agents], Statements.listVersionDownloads,
            [.text(key.description)] + days.bounds + [.int8(Self.listedVersions)]
        ) { try $0.map(DownloadCount.init) }.value
    }
}

extension Range<Day> {
    /// The bounds as parameters of a statement.
    var bounds: [PostgresValue] {
        [.int4(Int32(clamping: lowerBound.number)), .int4(Int32(clamping: upperBound.number))]
    }
}
