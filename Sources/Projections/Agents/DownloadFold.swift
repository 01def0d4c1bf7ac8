import Events
import Postgres

/// The downloads of a build that is being filled: what `DownloadBatch` writes with each batch, kept in memory.
///
/// The readers of a day are told again for some days, and are forgotten after that. Most of those of a long log are never
/// written, only counted.
struct DownloadFold: ModelFold {
    /// The most tokens in memory at once; each takes about 50 bytes.
    private static let maximumTokens = 4_000_000
    private static let rowsOfStatement = 50_000

    /// An agent and a day.
    private struct AgentDay: Hashable {
        let agent: Int32
        let day: Int32
    }

    private struct VersionDay: Hashable {
        let agent: Int32
        let version: Int32
        let day: Int32
    }

    fileprivate struct Reader: Hashable {
        let domain: Int32
        let token: DayToken
    }

    /// A reader who took more than one version.
    fileprivate struct Further: Hashable {
        let reader: Reader
        let version: Int32
    }

    private struct Counts {
        var downloads: Int64 = 0
        var readers: Int64 = 0
    }

    /// Those who took something of an agent on a day, each with the version that was first.
    fileprivate struct Readers {
        var first: [Reader: Int32] = [:]
        var further: Set<Further> = []
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
    /// How many readers an agent had on a day, whatever the version.
    private var byDay: [AgentDay: Int64] = [:]
    private var readers: [AgentDay: Readers] = [:]
    /// The days of each agent in `readers`.
    private var days: [Int32: Set<Int32>] = [:]
    private var tokens = 0

    var isFull: Bool { tokens >= Self.maximumTokens }

    mutating func add(_ events: [ProjectedEvent]) {
        var lastRecorded: [Int32: Int64] = [:]
        for event in events {
            switch event.event {
            case let downloaded as AgentDownloaded:
                let key = VersionDay(
                    agent: agents.number(downloaded.agent.description), version: versions.number(downloaded.version),
                    day: Int32(clamping: event.envelope.time.day.number))
                byVersion[key, default: Counts()].downloads += downloaded.downloads
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
        var (new, first) = (Int64(0), Int64(0))
        readers[key, default: Readers()].add(seen.readers, domain, version, &new, &first)
        tokens += Int(new)
        if new > 0 {
            byVersion[VersionDay(agent: agent, version: version, day: key.day), default: Counts()].readers += new
        }
        if first > 0 { byDay[key, default: 0] += first }
    }

    private mutating func forget(_ agent: Int32, before day: Int64) {
        for old in days[agent] ?? [] where old < day {
            days[agent]?.remove(old)
            guard let gone = readers.removeValue(forKey: AgentDay(agent: agent, day: old)) else { continue }
            tokens -= gone.first.count + gone.further.count
        }
    }

    func write(_ connection: PostgresConnection) throws {
        let counts = byVersion.map { $0 }
        for part in counts.pieces(of: Self.rowsOfStatement) {
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
        try writeTokens(connection)
    }

    private func writeTokens(_ connection: PostgresConnection) throws {
        var rows: [(key: AgentDay, reader: Reader, version: Int32)] = []
        func flush() throws {
            try connection.execute(
                Statements.keepReaders,
                [
                    .texts(rows.map { agents[$0.key.agent] }), .int4s(rows.map(\.key.day)),
                    .texts(rows.map { domains[$0.reader.domain] }), .texts(rows.map(\.reader.token.hex)),
                    .texts(rows.map { versions[$0.version] }),
                ])
            rows.removeAll(keepingCapacity: true)
        }
        for (key, readers) in readers {
            for (reader, version) in readers.first { rows.append((key, reader, version)) }
            for further in readers.further { rows.append((key, further.reader, further.version)) }
            if rows.count >= Self.rowsOfStatement { try flush() }
        }
        if !rows.isEmpty { try flush() }
    }
}

extension DownloadFold.Readers {
    /// Adds readers of a version; counts those that are new to the version, and those of them that are new to the agent.
    fileprivate mutating func add(
        _ tokens: [DayToken], _ domain: Int32, _ version: Int32, _ new: inout Int64, _ firsts: inout Int64
    ) {
        for token in tokens {
            let reader = DownloadFold.Reader(domain: domain, token: token)
            if let known = first[reader] {
                guard known != version,
                    further.insert(DownloadFold.Further(reader: reader, version: version)).inserted
                else { continue }
                new += 1
            } else {
                first[reader] = version
                new += 1
                firsts += 1
            }
        }
    }
}

extension Array {
    /// The elements in order, in slices of at most so many.
    fileprivate func pieces(of count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min($0 + count, self.count)] }
    }
}
