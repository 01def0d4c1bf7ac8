import Events
import JSON

/// A download as it stands in a spool: a line of canonical JSON. It holds the reader's token and never an address.
struct SpooledDownload: Equatable {
    let agent: AgentKey
    let version: String
    let time: Timestamp
    let source: AgentDownloaded.Download.Source
    let reader: DayToken

    /// The line with its end.
    var line: [UInt8] {
        var writer = JSONWriter(reservingBytes: 256)
        writer.object { object in
            object.member("agent", agent.description)
            object.member("ms", time.milliseconds)
            object.member("reader", reader.hex)
            object.member("source", source.rawValue)
            object.member("version", version)
        }
        return writer.bytes + [0x0a]
    }

    /// Reads a line without its end; nil for one that a power cut has torn.
    init?(line: some Collection<UInt8>) {
        guard let value = try? JSONValue(Array(line)), let agent = value["agent"]?.string.flatMap(AgentKey.init),
            let version = value["version"]?.string, let milliseconds = value["ms"]?.integer, milliseconds >= 0,
            let source = value["source"]?.string.flatMap(AgentDownloaded.Download.Source.init),
            let reader = value["reader"]?.string.flatMap(DayToken.init)
        else { return nil }
        self.init(
            agent: agent, version: version, time: Timestamp(milliseconds: milliseconds), source: source, reader: reader)
    }

    init(
        agent: AgentKey, version: String, time: Timestamp, source: AgentDownloaded.Download.Source, reader: DayToken
    ) {
        self.agent = agent
        self.version = version
        self.time = time
        self.source = source
        self.reader = reader
    }
}

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
