import Crypto
import EventLog
import Events

/// Downloads put together for the log: one entry for what came within a second of one version.
struct DownloadGroups {
    private static let secondMilliseconds: Int64 = 1_000

    private struct Key: Hashable {
        let agent: AgentKey
        let version: String
    }

    private struct Group {
        let key: Key
        let first: Timestamp
        var downloads: [AgentDownloaded.Download] = []
    }

    private var groups: [Group] = []
    /// The last group of each version.
    private var open: [Key: Int] = [:]

    /// How many entries they make.
    var count: Int { groups.count }

    /// Adds a download to the group that is open for its version, or opens one.
    mutating func add(_ download: SpooledDownload) {
        let key = Key(agent: download.agent, version: download.version)
        let index: Int
        if let last = open[key], groups[last].downloads.count < AgentDownloaded.maximumDownloads,
            download.time.milliseconds - groups[last].first.milliseconds <= Self.secondMilliseconds
        {
            index = last
        } else {
            index = groups.count
            open[key] = index
            groups.append(Group(key: key, first: download.time))
        }
        // A clock that was set back in between makes no negative distance.
        let milliseconds = max(0, download.time.milliseconds - groups[index].first.milliseconds)
        groups[index].downloads.append(
            AgentDownloaded.Download(milliseconds: milliseconds, source: download.source, reader: download.reader))
    }

    /// The events, in the order in which they began, with when they did.
    var events: [(stream: StreamName, event: Event, time: Timestamp)] {
        groups.map { group in
            let slice = StreamName.agent(group.key.agent).slice
            let event = AgentDownloaded(agent: group.key.agent, version: group.key.version, downloads: group.downloads)
            return (.downloads(slice: slice), .agentDownloaded(event), group.first)
        }
    }
}

extension Append {
    /// The events of downloads that were put together.
    static func downloads(_ groups: DownloadGroups, log: LogID) -> [NewEvent] {
        groups.events.map { stream, event, time in
            NewEvent(
                envelope: Envelope(
                    id: UUIDv7(milliseconds: time.milliseconds, random: SecureRandom.bytes(10)), log: log,
                    stream: stream, time: time, recordedTime: time, origin: Envelope.Origin(), event: event),
                version: nil)
        }
    }
}
