import Events
import Postgres

/// Downloads and readers of versions and days that were not counted before.
struct DownloadCounts {
    /// More downloads than the model has room for.
    private struct TooMany: Error, CustomStringConvertible {
        let description = "there are more downloads than can be counted"
    }

    private struct Version: Hashable, Comparable {
        let agent: String
        let day: Int32
        let version: String

        static func < (one: Version, other: Version) -> Bool {
            (one.agent, one.day, one.version) < (other.agent, other.day, other.version)
        }
    }

    private struct Day: Hashable, Comparable {
        let agent: String
        let day: Int32

        static func < (one: Day, other: Day) -> Bool { (one.agent, one.day) < (other.agent, other.day) }
    }

    private struct Counts {
        var downloads: Int64 = 0
        var readers: Int64 = 0
    }

    private static let rowsOfStatement = 50_000

    private var versions: [Version: Counts] = [:]
    private var days: [Day: Counts] = [:]
    private var isTooLarge = false

    var isEmpty: Bool { days.isEmpty }

    /// Adds the downloads of a version on a day.
    mutating func add(_ downloaded: AgentDownloaded, on day: Int32) {
        let agent = downloaded.agent.description
        let version = Version(agent: agent, day: day, version: downloaded.version)
        let isDayFull = Self.add(downloaded.downloads, to: &days[Day(agent: agent, day: day), default: Counts()])
        let isVersionFull = Self.add(downloaded.downloads, to: &versions[version, default: Counts()])
        isTooLarge = isTooLarge || isDayFull || isVersionFull
    }

    /// Adds downloads; returns true where the sum has no room.
    private static func add(_ downloads: Int64, to counts: inout Counts) -> Bool {
        let (sum, isFull) = counts.downloads.addingReportingOverflow(downloads)
        counts.downloads = sum
        return isFull
    }

    /// Adds readers of a set: each counts for its version, and once for the day.
    mutating func add(readers: Int64, of key: KeptReaders.Key) {
        if key.version.isEmpty {
            days[Day(agent: key.agent, day: key.day), default: Counts()].readers += readers
        } else {
            versions[Version(agent: key.agent, day: key.day, version: key.version), default: Counts()].readers +=
                readers
        }
    }

    /// Adds what is counted to the rows of versions, days, slices and agents.
    ///
    /// - Throws: a fault of the data where there are more downloads than can be counted.
    func write(_ connection: PostgresConnection) throws {
        guard !isTooLarge else { throw TooMany() }
        // In the order of the rows, whose indexes are then filled from one end to the other.
        for part in versions.sorted(by: { $0.key < $1.key }).pieces(of: Self.rowsOfStatement) {
            try connection.execute(
                Statements.countVersions,
                [
                    .texts(part.map(\.key.agent)), .texts(part.map(\.key.version)), .int4s(part.map(\.key.day)),
                    .int8s(part.map(\.value.downloads)), .int8s(part.map(\.value.readers)),
                ])
        }
        for part in days.sorted(by: { $0.key < $1.key }).pieces(of: Self.rowsOfStatement) {
            try connection.execute(
                Statements.countDays,
                [
                    .texts(part.map(\.key.agent)), .int4s(part.map(\.key.day)),
                    .int8s(part.map(\.value.downloads)), .int8s(part.map(\.value.readers)),
                ])
        }
    }
}

extension Array {
    /// The elements in order, in slices of at most so many.
    fileprivate func pieces(of count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min($0 + count, self.count)] }
    }
}
