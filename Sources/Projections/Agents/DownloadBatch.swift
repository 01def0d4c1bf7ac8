import Events
import Postgres

/// The downloads of a batch: the number for each version and day, and the readers.
///
/// The model keeps readers for some days, so that a reader whose entry is repeated counts once. A reader that is
/// recorded later than that does not count. The entry alone decides what is late, so that every build gives the same
/// result.
struct DownloadBatch: AgentBatch {
    /// Readers of at most this many days before the day of recording are counted.
    private static let timelyDays: Int64 = 3
    /// Readers are deleted later than necessary, so that a clock that is set back by a day loses none.
    static let keptDays: Int64 = 5

    /// True where readers were recorded soon enough to be counted.
    static func isTimely(_ seen: AgentReadersSeen, recorded: Day) -> Bool {
        seen.day >= recorded.adding(days: -timelyDays)
    }

    private var counts = DownloadCounts()
    private var readers: [KeptReaders.Key: [DayToken]] = [:]
    /// The last day of recording, of each agent.
    private var lastRecorded: [AgentKey: Day] = [:]

    mutating func add(_ event: ProjectedEvent) {
        switch event.event {
        case let downloaded as AgentDownloaded:
            counts.add(downloaded, on: Int32(clamping: event.envelope.time.day.number))
        case let seen as AgentReadersSeen:
            let recorded = event.envelope.recordedTime.day
            guard Self.isTimely(seen, recorded: recorded) else { return }
            lastRecorded[seen.agent] = max(lastRecorded[seen.agent] ?? recorded, recorded)
            let key = KeptReaders.Key(
                agent: seen.agent.description, day: Int32(clamping: seen.day.number), domain: seen.domain.hex,
                version: seen.version)
            for key in [key, key.ofAnyVersion] { readers[key, default: []] += seen.readers }
        default: break
        }
    }

    func apply(_ connection: PostgresConnection) throws {
        var counts = counts
        for (key, count) in try KeptReaders.add(readers, connection) { counts.add(readers: count, of: key) }
        if !counts.isEmpty { try counts.write(connection) }
        guard !lastRecorded.isEmpty else { return }
        try connection.execute(
            Statements.pruneReaders,
            [
                .texts(lastRecorded.keys.map(\.description)),
                .int4s(lastRecorded.values.map { Int32(clamping: $0.adding(days: -Self.keptDays).number) }),
            ])
    }
}
