import Crypto
import EventLog
import Events

/// Counts downloads for the log: one entry for each version and minute, without readers.
struct DownloadCounts: Sendable {
    private struct Key: Hashable {
        let agent: AgentKey
        let version: String
        let minute: Timestamp
    }

    private var counts: [Key: [DownloadSource: Int64]] = [:]

    /// The number of entries.
    var count: Int { counts.count }

    /// Counts one download.
    mutating func add(_ download: SpooledDownload) {
        let minute = download.time.floored(toMilliseconds: Timestamp.minuteMilliseconds)
        let key = Key(agent: download.agent, version: download.version, minute: minute)
        counts[key, default: [:]][download.source, default: 0] += 1
    }

    /// The events, in the order of their minutes.
    func events(log: LogID) -> [Append.NewEvent] {
        counts.sorted { ($0.key.minute, $0.key.agent, $0.key.version) < ($1.key.minute, $1.key.agent, $1.key.version) }
            .map { key, sources in
                .downloads(
                    AgentDownloaded(agent: key.agent, sources: sources, version: key.version), of: key.agent,
                    at: key.minute, log: log)
            }
    }
}

extension Append.NewEvent {
    /// An entry about downloads, in the stream of the agent's slice. It names no person; the caller has rounded `time`
    /// down.
    static func downloads(
        _ event: any EventPayload, of agent: AgentKey, at time: Timestamp, log: LogID
    ) -> Append.NewEvent {
        Append.NewEvent(
            envelope: Envelope(
                id: UUIDv7(milliseconds: time.milliseconds, random: SecureRandom.bytes(10)), log: log,
                stream: .downloads(slice: StreamName.agent(agent).slice), time: time, recordedTime: time,
                origin: Envelope.Origin(), event: event), version: nil)
    }
}
