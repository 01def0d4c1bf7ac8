import JSON

extension EventCatalogue {
    static let downloads: [any EventPayload.Type] = [AgentDownloaded.self, AgentReadersSeen.self]
}

/// The kind of client that downloads.
public enum DownloadSource: String, Sendable, CaseIterable {
    /// Another client.
    case api
    /// A build.
    case ci
    /// `mentatctl`.
    case cli
    /// A flow that runs the agent.
    case flow
    /// A mirror.
    case mirror
    /// A page.
    case web
}

/// `agent.downloaded.v1`: the number of downloads of a version within a minute, without anything about readers.
public struct AgentDownloaded: EventPayload {
    /// The bounds of a count.
    private static let counts: ClosedRange<Int64> = 1...1 << 40

    /// The key of the agent.
    public let agent: AgentKey
    /// The number of downloads, the sum of the sources.
    public let downloads: Int64
    /// The number of downloads of each source that had any.
    public let sources: [DownloadSource: Int64]
    /// The version as it was published.
    public let version: String

    /// Creates the event; traps without a source, or where a source has no downloads.
    public init(agent: AgentKey, sources: [DownloadSource: Int64], version: String) {
        precondition(!sources.isEmpty && sources.values.allSatisfy { $0 > 0 }, "a source has at least one download")
        self.agent = agent
        downloads = sources.values.reduce(0, +)
        self.sources = sources
        self.version = version
    }

    public static let declaration = EventDeclaration<Self>(
        "agent.downloaded.v1", on: .downloads,
        {
            (agent: AgentKey, downloads: Int64, sources: [DownloadSource: Int64], version: String)
                throws(FieldFault) in
            guard sources.values.reduce(0, +) == downloads else {
                throw FieldFault("'downloads' is not the sum of the sources")
            }
            return Self(agent: agent, sources: sources, version: version)
        }, .field("agent", \.agent, .agentKey), .field("downloads", \.downloads, .integer(counts)),
        .field("sources", \.sources, sourceCounts), .field("version", \.version, .text(.version)))

    /// The codec of an object with a member for each source that had downloads.
    private static let sourceCounts: Codec<[DownloadSource: Int64]> = {
        let cases = DownloadSource.allCases.sorted { $0.rawValue < $1.rawValue }
        let fields = cases.map {
            FieldShape(name: $0.rawValue, shape: .integer(counts), isRequired: false, content: nil)
        }
        let number = Codec<Int64>.integer(counts)
        return Codec(.object(fields)) { (reader) throws(JSONError) in
            var counts: [DownloadSource: Int64] = [:]
            var members = try reader.beginOrdered()
            for source in cases where try reader.next(source.rawValue, &members) {
                counts[source] = try number.read(&reader)
            }
            try reader.endOrdered(members)
            return counts
        } write: { counts, writer in
            writer.object { object in
                for source in cases { object.member(source.rawValue, counts[source]) }
            }
        }
    }()
}

/// `agent.readers-seen.v1`: the readers who downloaded a version on a day, as tokens that mean nothing elsewhere.
///
/// A server may report readers twice where it is not sure that it has reported them. So a program that counts must not
/// add up `readers`: it counts distinct (agent, day, domain, token), and adds the version where it counts versions.
public struct AgentReadersSeen: EventPayload {
    /// The largest number of readers of an entry; more get another entry.
    public static let maximumReaders = 500

    /// The key of the agent.
    public let agent: AgentKey
    /// The day in UTC.
    public let day: Day
    /// The key under which the tokens were made.
    public let domain: ReaderDomain
    /// The tokens in ascending order, each once.
    public let readers: [DayToken]
    /// The version as it was published.
    public let version: String

    /// Creates the event; traps unless there are 1 to `maximumReaders` readers, which the caller gives in ascending
    /// order.
    public init(agent: AgentKey, day: Day, domain: ReaderDomain, readers: [DayToken], version: String) {
        precondition((1...Self.maximumReaders).contains(readers.count), "an entry has 1 to 500 readers")
        self.agent = agent
        self.day = day
        self.domain = domain
        self.readers = readers
        self.version = version
    }

    public static let declaration = EventDeclaration(
        "agent.readers-seen.v1", on: .downloads, Self.init, .field("agent", \.agent, .agentKey),
        .field("day", \.day, .day), .field("domain", \.domain, .id()),
        .field("readers", \.readers, .ascending(.id(), 1...maximumReaders)),
        .field("version", \.version, .text(.version)))
}
