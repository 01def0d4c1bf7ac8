import Events
import JSON

/// A download in a spool: a line of canonical JSON. It holds the reader's token and never an address.
struct SpooledDownload: Equatable, Sendable {
    let agent: AgentKey
    let version: String
    let time: Timestamp
    let source: DownloadSource
    let domain: ReaderDomain
    let reader: DayToken

    /// The reader of this download.
    var seen: SeenReader {
        SeenReader(agent: agent, version: version, day: time.day, domain: domain, token: reader)
    }

    /// The line with its line break.
    var line: [UInt8] {
        var writer = JSONWriter(reservingBytes: 256)
        writer.object { object in
            object.member("agent", agent.description)
            object.member("domain", domain.hex)
            object.member("ms", time.milliseconds)
            object.member("reader", reader.hex)
            object.member("source", source.rawValue)
            object.member("version", version)
        }
        return writer.bytes + [0x0a]
    }

    /// Reads a line without its line break; nil where a power cut has torn it.
    init?(line: some Collection<UInt8>) {
        guard let value = try? JSONValue(Array(line)), let agent = value["agent"]?.string.flatMap(AgentKey.init),
            let version = value["version"]?.string, let milliseconds = value["ms"]?.integer, milliseconds >= 0,
            let source = value["source"]?.string.flatMap(DownloadSource.init),
            let domain = value["domain"]?.string.flatMap(ReaderDomain.init),
            let reader = value["reader"]?.string.flatMap(DayToken.init)
        else { return nil }
        self.init(
            agent: agent, version: version, time: Timestamp(milliseconds: milliseconds), source: source, domain: domain,
            reader: reader)
    }

    init(
        agent: AgentKey, version: String, time: Timestamp, source: DownloadSource, domain: ReaderDomain,
        reader: DayToken
    ) {
        self.agent = agent
        self.version = version
        self.time = time
        self.source = source
        self.domain = domain
        self.reader = reader
    }
}

extension SeenReader {
    /// The line with its line break, as the spool of readers holds it.
    var line: [UInt8] {
        var writer = JSONWriter(reservingBytes: 256)
        writer.object { object in
            object.member("agent", agent.description)
            object.member("day", day.number)
            object.member("domain", domain.hex)
            object.member("reader", token.hex)
            object.member("version", version)
        }
        return writer.bytes + [0x0a]
    }

    /// Reads a line without its line break; nil where a power cut has torn it.
    init?(line: some Collection<UInt8>) {
        guard let value = try? JSONValue(Array(line)), let agent = value["agent"]?.string.flatMap(AgentKey.init),
            let version = value["version"]?.string, let day = value["day"]?.integer, day >= 0,
            let domain = value["domain"]?.string.flatMap(ReaderDomain.init),
            let token = value["reader"]?.string.flatMap(DayToken.init)
        else { return nil }
        self.init(agent: agent, version: version, day: Day(number: day), domain: domain, token: token)
    }
}
