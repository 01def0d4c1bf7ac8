import Events
import Postgres

/// The downloads of a build that is being filled: what `DownloadBatch` writes with each batch, kept in memory.
///
/// The readers of a day are told again for some days, and are forgotten after that. Most of those of a long log are never
/// written, only counted.
struct DownloadFold: ModelFold {
    /// The most tokens in memory at once; each takes 24 bytes.
    private static let maximumTokens = 8_000_000
    /// How many tokens are written at once.
    private static let tokensOfStatement = 100_000

    private struct AgentDay: Hashable {
        let agent: Int32
        let day: Int32
    }

    /// A reader of an agent on a day, who took a version of it: the words of the token, and numbers of names.
    private struct Reader: Comparable {
        let high: UInt64
        let low: UInt64
        let domain: Int32
        let version: Int32

        static func < (one: Reader, other: Reader) -> Bool {
            (one.high, one.low, one.domain, one.version) < (other.high, other.low, other.domain, other.version)
        }

        /// True for the same reader, whatever the version.
        func isSame(as other: Reader) -> Bool { high == other.high && low == other.low && domain == other.domain }
    }

    /// Readers of a day: of a version, or of any.
    private struct ReaderSet: Hashable {
        let domain: Int32
        let version: Int32?
    }

    private var agents = Names()
    private var versions = Names()
    private var domains = Names()
    /// All downloads, and the readers of days that are forgotten.
    private var counts = DownloadCounts()
    /// Those who were told of the days that are not forgotten yet, in any order, and as often as they were told.
    private var readers: [AgentDay: [Reader]] = [:]
    /// The days of each agent in `readers`.
    private var days: [Int32: Set<Int32>] = [:]
    private var tokens = 0

    var isFull: Bool { tokens >= Self.maximumTokens }

    mutating func add(_ events: [ProjectedEvent]) {
        var lastRecorded: [Int32: Int64] = [:]
        for event in events {
            switch event.event {
            case let downloaded as AgentDownloaded:
                counts.add(downloaded, on: Int32(clamping: event.envelope.time.day.number))
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
            for (set, tokens) in sets(gone, of: key) { counts.add(readers: Int64(tokens.count), of: set) }
        }
    }

    /// The readers of a day, of each version and of any, in order and without repetitions.
    private func sets(_ readers: [Reader], of key: AgentDay) -> [KeptReaders.Key: [DayToken]] {
        var sets: [ReaderSet: [DayToken]] = [:]
        var last: Reader?
        for reader in readers.sorted() where reader != last {
            let token = DayToken(words: reader.high, reader.low)
            sets[ReaderSet(domain: reader.domain, version: reader.version), default: []].append(token)
            if last.map({ !reader.isSame(as: $0) }) ?? true {
                sets[ReaderSet(domain: reader.domain, version: nil), default: []].append(token)
            }
            last = reader
        }
        return sets.reduce(into: [:]) { named, set in
            let version = set.key.version.map { versions[$0] } ?? ""
            named[
                KeptReaders.Key(
                    agent: agents[key.agent], day: key.day, domain: domains[set.key.domain], version: version)] =
                set.value
        }
    }

    func write(_ connection: PostgresConnection) throws {
        var (counts, pending, size) = (counts, [KeptReaders.Key: [DayToken]](), 0)
        for (key, found) in readers {
            for (set, tokens) in sets(found, of: key) {
                counts.add(readers: Int64(tokens.count), of: set)
                pending[set] = tokens
                size += tokens.count
            }
            guard size >= Self.tokensOfStatement else { continue }
            try KeptReaders.begin(pending, connection)
            (pending, size) = ([:], 0)
        }
        try KeptReaders.begin(pending, connection)
        try counts.write(connection)
    }
}
