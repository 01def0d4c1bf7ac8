import Events
import Postgres

/// What a batch says of downloads: how many of each version on each day, and which readers.
///
/// Readers are kept for some days, so that one that is told again counts once; a reader that is recorded later than that is
/// not counted. What is late is said by the entry alone, so that every build says the same.
struct DownloadBatch: AgentBatch {
    /// Readers of so many days before the day of the record are counted.
    private static let timelyDays: Int64 = 3
    /// Readers are pruned later than they are needed for, so that a clock that is set back by a day loses none.
    private static let keptDays: Int64 = 5

    private struct Key: Hashable {
        let agent: AgentKey
        let version: String
        let day: Day
    }

    private var counts: [Key: Int64] = [:]
    private var readers: [(key: Key, domain: ReaderDomain, token: DayToken)] = []
    private var lastRecorded = Day(number: 0)

    mutating func add(_ event: ProjectedEvent) {
        switch event.event {
        case let downloaded as AgentDownloaded:
            let key = Key(agent: downloaded.agent, version: downloaded.version, day: event.envelope.time.day)
            counts[key, default: 0] += downloaded.downloads
        case let seen as AgentReadersSeen:
            let recorded = event.envelope.recordedTime.day
            guard seen.day >= recorded.adding(days: -Self.timelyDays) else { return }
            lastRecorded = max(lastRecorded, recorded)
            let key = Key(agent: seen.agent, version: seen.version, day: seen.day)
            for token in seen.readers { readers.append((key, seen.domain, token)) }
        default: break
        }
    }

    func apply(_ connection: PostgresConnection) throws {
        if !counts.isEmpty {
            let rows = counts.map { $0 }
            try connection.execute(
                Statements.countDownloads,
                [
                    .texts(rows.map(\.key.agent.description)), .texts(rows.map(\.key.version)),
                    .int4s(rows.map { Int32(clamping: $0.key.day.number) }), .int8s(rows.map(\.value)),
                ])
        }
        guard !readers.isEmpty else { return }
        try connection.execute(
            Statements.countReaders,
            [
                .texts(readers.map(\.key.agent.description)), .texts(readers.map(\.key.version)),
                .int4s(readers.map { Int32(clamping: $0.key.day.number) }), .texts(readers.map(\.domain.hex)),
                .texts(readers.map(\.token.hex)),
            ])
        try connection.execute(
            Statements.pruneReaders, [.int4(Int32(clamping: lastRecorded.adding(days: -Self.keptDays).number))])
    }
}
