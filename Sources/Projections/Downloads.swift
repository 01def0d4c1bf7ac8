import Events
public import Postgres

/// How often each version was downloaded by day: each time, and once for each reader.
///
/// Readers are told apart by their day tokens, which are kept for some days; a download that is recorded later than that
/// is counted, but no reader for it. What is late is said by the entry alone, so that every build says the same.
public enum Downloads: Projection {
    public static let name = "downloads"
    public static let handled: Set<String> = [AgentDownloaded.type]

    /// A reader of so many days before the day of the record is still known.
    private static let timelyDays: Int64 = 2
    /// Readers are pruned later than they are needed for, so that a clock that is set back by a day loses none.
    private static let keptDays: Int64 = 4

    public static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        var rows = Rows()
        var lastRecordedDay: Int64 = 0
        for event in events {
            guard case .agentDownloaded(let downloaded) = event.envelope.event else { continue }
            let recordedDay = event.envelope.recordedTime.day
            lastRecordedDay = max(lastRecordedDay, recordedDay)
            for download in downloaded.downloads {
                let day = event.envelope.time.adding(milliseconds: download.milliseconds).day
                rows.keys.append(downloaded.agent.description)
                rows.versions.append(downloaded.version)
                rows.days.append(Int32(clamping: day))
                rows.readers.append(download.reader.hex)
                rows.areTimely.append(day >= recordedDay - timelyDays)
                rows.positions.append(event.position.value)
            }
        }
        guard !rows.keys.isEmpty else { return }
        try connection.execute(
            Statements.countDownloads,
            [
                .texts(rows.keys), .texts(rows.versions), .int4s(rows.days), .texts(rows.readers),
                .bools(rows.areTimely), .int8s(rows.positions),
            ])
        try connection.execute(Statements.pruneReaders, [.int4(Int32(clamping: lastRecordedDay - keptDays))])
    }

    private struct Rows {
        var keys: [String] = []
        var versions: [String] = []
        var days: [Int32] = []
        var readers: [String] = []
        var areTimely: [Bool] = []
        var positions: [Int64] = []
    }
}
