import Events
import Postgres

/// The downloads of a build that is being filled: what `DownloadBatch` writes with each batch, kept in memory.
///
/// The readers of a day are told again for some days, and are forgotten after that. Most of those of a long log are never
/// written, only counted.
struct DownloadFold: ModelFold {
    /// The most tokens in memory at once; each takes 24 bytes.
    private static let maximumTokens = 8_000_000
    private static let rowsOfStatement = 50_000

    private struct AgentDay: Hashable {
        let agent: Int32
        let day: Int32
    }

    private struct VersionDay: Hashable {
        let agent: Int32
        let version: Int32
        let day: Int32
    }

    private struct Counts {
        private(set) var downloads: Int64 = 0
        var readers: Int64 = 0

        /// Adds downloads; false where the sum has no room.
        mutating func add(_ more: Int64) -> Bool {
            let (sum, isTooLarge) = downloads.addingReportingOverflow(more)
            downloads = sum
            return !isTooLarge
        }
    }

    /// A reader of an agent on a day, who took a version of it.
    private struct Reader: Comparable {
        let high: UInt64
        let low: UInt64
        let domain: Int32
        let version: Int32

        /// The 16 bytes of the token.
        var token: [UInt8] {
            [high, low].flatMap { word in
                (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
            }
        }

        static func < (one: Reader, other: Reader) -> Bool {
            (one.high, one.low, one.domain, one.version) < (other.high, other.low, other.domain, other.version)
        }

        /// True for the same reader, whatever the version.
        func isSame(as other: Reader) -> Bool { high == other.high && low == other.low && domain == other.domain }
    }

    /// Texts by a number, since they are the same for very many readers.
    private struct Names {
        private(set) var all: [String] = []
        private var numbers: [String: Int32] = [:]

        mutating func number(_ name: String) -> Int32 {
            if let number = numbers[name] { return number }
            let number = Int32(all.count)
            all.append(name)
            numbers[name] = number
            return number
        }

        subscript(_ number: Int32) -> String { all[Int(number)] }
    }

    private var agents = Names()
    private var versions = Names()
    private var domains = Names()
    private var byVersion: [VersionDay: Counts] = [:]
    /// How many readers an agent had on a day that is forgotten, whatever the version.
    private var byDay: [AgentDay: Int64] = [:]
    /// Those who were told of the days that are not forgotten yet, in any order, and as often as they were told.
    private var readers: [AgentDay: [Reader]] = [:]
    /// The days of each agent in `readers`.
    private var days: [Int32: Set<Int32>] = [:]
    private var tokens = 0
    /// True once a sum had no room; then nothing of it can be written.
    private var isTooLarge = false

    var isFull: Bool { tokens >= Self.maximumTokens }

    mutating func add(_ events: [ProjectedEvent]) {
        var lastRecorded: [Int32: Int64] = [:]
        for event in events {
            switch event.event {
            case let downloaded as AgentDownloaded:
                let key = VersionDay(
                    agent: agents.number(downloaded.agent.description), version: versions.number(downloaded.version),
                    day: Int32(clamping: event.envelope.time.day.number))
                if !byVersion[key, default: Counts()].add(downloaded.downloads) { isTooLarge = true }
            case let seen as AgentReadersSeen:
                let recorded = event.envelope.recordedTime.day
                guard DownloadBatch.isTimely(seen, recorded: recorded) else { continue }
                let agent = agents.number(seen.agent.description)
                lastRecorded[agent] = max(lastRecorded[agent] ?? recorded.number, recorded.number)
                add(seen, of: agent)
            default: break
            }
        }
        for (agent, recorded) in lastRecorded { forget(agent, before: recorded - DownloadBatch.keptDays) }
    }

    private mutating func add(_ seen: AgentReadersSeen, of agent: Int32) {
        let key = AgentDay(agent: agent, day: Int32(clamping: seen.day.number))
        let (version, domain) = (versions.number(seen.version), domains.number(seen.domain.hex))
        days[agent, default: []].insert(key.day)
        readers[key, default: []].append(
            contentsOf: seen.readers.lazy.map { token in
                Reader(high: token.words.high, low: token.words.low, domain: domain, version: version)
            })
        tokens += seen.readers.count
    }

    private mutating func forget(_ agent: Int32, before day: Int64) {
        for old in days[agent] ?? [] where old < day {
            days[agent]?.remove(old)
            let key = AgentDay(agent: agent, day: old)
            guard let gone = readers.removeValue(forKey: key) else { continue }
            tokens -= gone.count
            Self.count(gone, of: key, &byVersion, &byDay)
        }
    }

    /// Counts each reader of a day once, and of each version once; returns them without repetitions.
    @discardableResult
    private static func count(
        _ readers: [Reader], of key: AgentDay, _ byVersion: inout [VersionDay: Counts], _ byDay: inout [AgentDay: Int64]
    ) -> [Reader] {
        var distinct: [Reader] = []
        var people: Int64 = 0
        for reader in readers.sorted() where reader != distinct.last {
            if distinct.last.map({ !$0.isSame(as: reader) }) ?? true { people += 1 }
            byVersion[VersionDay(agent: key.agent, version: reader.version, day: key.day), default: Counts()].readers +=
                1
            distinct.append(reader)
        }
        byDay[key, default: 0] += people
        return distinct
    }

    func write(_ connection: PostgresConnection) throws {
        guard !isTooLarge else { throw Unusable.folded }
        var (byVersion, byDay, live) = (byVersion, byDay, readers)
        for (key, found) in readers { live[key] = Self.count(found, of: key, &byVersion, &byDay) }
        for part in byVersion.map({ $0 }).pieces(of: Self.rowsOfStatement) {
            let downloads = part.filter { $0.value.downloads > 0 }
            try connection.execute(
                Statements.countDownloads,
                [
                    .texts(downloads.map { agents[$0.key.agent] }), .texts(downloads.map { versions[$0.key.version] }),
                    .int4s(downloads.map(\.key.day)), .int8s(downloads.map(\.value.downloads)),
                ])
            let read = part.filter { $0.value.readers > 0 }
            try connection.execute(
                Statements.addVersionReaders,
                [
                    .texts(read.map { agents[$0.key.agent] }), .texts(read.map { versions[$0.key.version] }),
                    .int4s(read.map(\.key.day)), .int8s(read.map(\.value.readers)),
                ])
        }
        for part in byDay.map({ $0 }).pieces(of: Self.rowsOfStatement) {
            try connection.execute(
                Statements.addDayReaders,
                [
                    .texts(part.map { agents[$0.key.agent] }), .int4s(part.map(\.key.day)), .int8s(part.map(\.value)),
                ])
        }
        // An index is made faster than it is filled row by row.
        try connection.executeScript(String(decoding: PackageResources.readers_without_key_sql, as: UTF8.self))
        try write(live, connection)
        try connection.executeScript(String(decoding: PackageResources.readers_with_key_sql, as: UTF8.self))
    }

    /// Rows for one statement; what many of them share stands once and is numbered from 1.
    private struct ReaderRows {
        var places: [Int64?] = []
        var domains: [Int64?] = []
        var versions: [Int64?] = []
        var tokens: [[UInt8]?] = []
        var keys: [AgentDay] = []
    }

    private func write(_ live: [AgentDay: [Reader]], _ connection: PostgresConnection) throws {
        var rows = ReaderRows()
        func flush() throws {
            try connection.execute(
                Statements.keepReaders,
                [
                    .int8s(rows.places), .int8s(rows.domains), .int8s(rows.versions), .uuids(rows.tokens),
                    .texts(rows.keys.map { agents[$0.agent] }), .int4s(rows.keys.map(\.day)),
                    .texts(domains.all), .texts(versions.all),
                ])
            rows = ReaderRows()
        }
        for (key, found) in live {
            rows.keys.append(key)
            for reader in found {
                rows.places.append(Int64(rows.keys.count))
                rows.domains.append(Int64(reader.domain) + 1)
                rows.versions.append(Int64(reader.version) + 1)
                rows.tokens.append(reader.token)
            }
            if rows.tokens.count >= Self.rowsOfStatement { try flush() }
        }
        if !rows.tokens.isEmpty { try flush() }
    }
}

extension Array {
    /// The elements in order, in slices of at most so many.
    fileprivate func pieces(of count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min($0 + count, self.count)] }
    }
}
