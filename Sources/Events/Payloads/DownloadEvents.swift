import JSON

extension EventCatalogue {
    static let downloads: [any EventPayload.Type] = [AgentDownloaded.self, AgentReadersSeen.self]
}

/// What led to a download.
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

/// `agent.downloaded.v1`: how often a version was downloaded within a minute. It says nothing of readers.
public struct AgentDownloaded: EventPayload {
    /// More can't be counted within a minute.
    private static let counts: ClosedRange<Int64> = 1...1 << 40

    /// The key of the agent.
    public let agent: AgentKey
    /// How many; the sum of the sources.
    public let downloads: Int64
    /// How many of each source, where any.
    public let sources: [DownloadSource: Int64]
    /// The version as it was published.
    public let version: String

    /// States downloads; at least one.
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

    /// An object with a member for each source that has a download.
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

/// `agent.readers-seen.v1`: who downloaded a version on a day, as tokens that mean nothing elsewhere.
///
/// A program that counts deduplicates by (agent, day, domain, token), and by version where versions are counted, and never
/// adds `readers` up: a front tells again what it is not sure to have told.
public struct AgentReadersSeen: EventPayload {
    /// The most readers of an entry; more make another one.
    public static let maximumReaders = 500

    /// The key of the agent.
    public let agent: AgentKey
    /// The day.
    public let day: Day
    /// Which key the tokens were made under.
    public let domain: ReaderDomain
    /// Tokens, ascending, each once.
    public let readers: [DayToken]
    /// The version as it was published.
    public let version: String

    /// States readers, 1 to `maximumReaders` that ascend.
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
