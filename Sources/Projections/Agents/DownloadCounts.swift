import Events
import Postgres

/// Downloads and readers of versions and days that were not counted before.
struct DownloadCounts {
    /// More downloads than the model has room for.
    private struct TooMany: Error, CustomStringConvertible {
        let description = "there are more downloads than can be counted"
    }

    private struct Version: Hashable {
        let agent: Int32
        let day: Int32
        let version: Int32
    }

    private struct Day: Hashable {
        let agent: Int32
        let day: Int32
    }

    private struct Counts {
        var downloads: Int64 = 0
        var readers: Int64 = 0
    }

    private static let rowsOfStatement = 50_000

    private var names = Names()
    private var versions: [Version: Counts] = [:]
    private var days: [Day: Counts] = [:]
    private var isTooLarge = false

    var isEmpty: Bool { days.isEmpty }

    /// Adds the downloads of a version on a day.
    mutating func add(_ downloaded: AgentDownloaded, on day: Int32) {
        let agent = names.number(downloaded.agent.description)
        let version = Version(agent: agent, day: day, version: names.number(downloaded.version))
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
        let agent = names.number(key.agent)
        guard !key.version.isEmpty else {
            days[Day(agent: agent, day: key.day), default: Counts()].readers += readers
            return
        }
        let version = Version(agent: agent, day: key.day, version: names.number(key.version))
        versions[version, default: Counts()].readers += readers
    }

    /// Adds what is counted to the rows of versions, days, slices and agents.
    ///
    /// - Throws: a fault of the data where there are more downloads than can be counted.
    func write(_ connection: PostgresConnection) throws {
        guard !isTooLarge else { throw TooMany() }
        // In the order of the rows, whose indexes are then filled from one end to the other.
        for part in versions.sorted(by: precedes).pieces(of: Self.rowsOfStatement) {
            try connection.execute(
                Statements.countVersions,
                [
                    .texts(part.map { names[$0.key.agent] }), .texts(part.map { names[$0.key.version] }),
                    .int4s(part.map(\.key.day)),
                    .int8s(part.map(\.value.downloads)), .int8s(part.map(\.value.readers)),
                ])
        }
        for part in days.sorted(by: precedes).pieces(of: Self.rowsOfStatement) {
            try connection.execute(
                Statements.countDays,
                [
                    .texts(part.map { names[$0.key.agent] }), .int4s(part.map(\.key.day)),
                    .int8s(part.map(\.value.downloads)), .int8s(part.map(\.value.readers)),
                ])
        }
    }
}

extension DownloadCounts {
    private func precedes(_ one: (key: Version, value: Counts), _ other: (key: Version, value: Counts)) -> Bool {
        (names[one.key.agent], one.key.day, names[one.key.version])
            < (names[other.key.agent], other.key.day, names[other.key.version])
    }

    private func precedes(_ one: (key: Day, value: Counts), _ other: (key: Day, value: Counts)) -> Bool {
        (names[one.key.agent], one.key.day) < (names[other.key.agent], other.key.day)
    }
}

extension Array {
    /// The elements in order, in slices of at most so many.
    func pieces(of count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min($0 + count, self.count)] }
    }
}
