package import AgentIndex
package import Artifacts
import Contract
import Crypto
package import EventLog
import Events
package import Following
package import HTTPFront
import HTTPServer
package import Logging
package import Projections
import System
import Web

/// The front for reads: it answers from read models, the log and files, and serves the description of the API.
package struct QueryFront: Sendable {
    /// The longest time that a read waits for a position.
    static let waitMilliseconds: Int64 = 5_000
    private static let descriptionTag = String(SHA256Digest(of: OpenAPI.document).hex.prefix(32))

    let agents: AgentReader
    /// For what goes through many rows.
    let statistics: AgentReader
    let past: PastReader
    let pastShares = NetworkShares(about: "the past")
    let documentShares = NetworkShares(about: "documents")
    /// A page shows many pictures, which a browser asks for at once.
    let pictureShares = NetworkShares(about: "pictures", waiting: 100)
    let logShares = NetworkShares(about: "the log", atOnce: 16)
    let siteMapShares = NetworkShares(about: "lists of pages")
    let recent = RecentAnswers()
    /// Lists of pages, of which one may have more than a megabyte.
    let siteMaps = RecentAnswers(atMost: 8)
    /// What was read of the log's end, by the next position that it will give.
    let lastEntries = RecentAnswers(atMost: 32)
    /// The same of the agents and streams that clients name.
    let lastEntriesNamed = RecentAnswers(atMost: 64)
    /// Feeds and pictures of what clients name, of which there are many.
    let named = RecentAnswers()
    /// Suggestions for names that do not exist. They have a cache of their own, since clients can send any number of
    /// names.
    let guesses = RecentAnswers()
    let search: AgentSearch
    let builds: BuildReader
    let entries: EventReader
    /// For what goes through many entries of the log.
    let searchedEntries: EventReader
    let artifacts: ArtifactFolder
    let index: IndexFolder
    /// How far the index folder is: one look at the disk for all who wait.
    let copied: Feed<Copied>
    /// A thread on which ranges of many agents are resolved, one page after the other.
    let resolving = Worker(name: "resolving")
    /// Where documents of others are read, and files and manifests that pages show.
    let documents: DocumentReader
    let cached: CachedAnswers?
    /// For readers that follow the log.
    let hub: EventHub
    /// For readers that are behind the log.
    let catchUp: EventReader
    let followers: Log
    /// Where clients reach the marketplace.
    let origin: String
    /// Gets each search, for metrics.
    let searched: @Sendable (Searched) -> Void

    /// A search that was answered.
    package struct Searched: Sendable {
        /// What agents were found in: `postgres` or `opensearch`.
        package let index: String
        /// How many were found; a bound where there are many.
        package let found: Int
        package let nanoseconds: Int64
    }

    /// Creates a front over read models, a log and folders of files and of the index.
    ///
    /// The program also has to run `followLog`.
    ///
    /// - Parameters:
    ///   - statistics: for what goes through many rows; few sessions, so that they wait for each other.
    ///   - past: for questions about the past; few sessions, so that they wait for each other.
    ///   - searchedEntries: for what goes through many entries; few sessions, so that they wait for each other.
    ///   - catchUp: for readers that follow the log and are behind it; few sessions, so that they wait for each other
    ///     and the queries do not wait for them.
    ///   - cachedBytes: the memory for cached answers; 0 to cache none.
    ///   - origin: where clients reach the marketplace, without a slash at the end.
    ///   - searched: gets each search, for metrics.
    package init(
        agents: AgentReader, statistics: AgentReader, past: PastReader, search: AgentSearch, builds: BuildReader,
        entries: EventReader, searchedEntries: EventReader, catchUp: EventReader,
        artifacts: ArtifactFolder, index: IndexFolder, cachedBytes: Int, following: FollowingLimits, origin: String,
        searched: @escaping @Sendable (Searched) -> Void, log: Log
    ) {
        self.searched = searched
        hub = EventHub(entries, following)
        self.catchUp = catchUp
        followers = log.component("followers")
        cached = cachedBytes > 0 ? CachedAnswers(maximumBytes: cachedBytes) : nil
        self.agents = agents
        self.statistics = statistics
        self.past = past
        self.search = search
        self.builds = builds
        self.entries = entries
        self.searchedEntries = searchedEntries
        self.artifacts = artifacts
        self.index = index
        documents = DocumentReader(artifacts, index)
        self.origin = origin
        let worker = Worker(name: "index-mark")
        copied = Feed(Copied()) { try await worker.run { try Copied(index) } }
    }

    /// How full the cache of answers is, and its hits; nil where this front caches nothing.
    package var cacheStatus: CacheStatus? { cached?.status }

    /// Adds the routes of the queries.
    package func addRoutes(to router: inout FrontRouter) {
        // Before the routes, which keep the router as it is then.
        router.showFault = { [origin] problem, request in
            request.fault(problem, FaultPage(problem, request: request.id.description), origin)
        }
        var routes = QueryRoutes(router, self, cached: cached)
        addSearch(to: &routes)
        addAgents(to: &routes)
        addPeople(to: &routes)
        addDownloads(to: &routes)
        addPast(to: &routes)
        addDependents(to: &routes)
        addStatistics(to: &routes)
        addPopular(to: &routes)
        addServers(to: &routes)
        addPages(to: &routes)
        addSiteFiles(to: &routes)
        addReputation(to: &routes)
        addLog(to: &routes)
        addFiles(to: &routes)
        for endpoint in [Endpoints.description, Endpoints.descriptionFolder] {
            routes.onAny(endpoint) { _, request in
                request.document(OpenAPI.document, etag: Self.descriptionTag, position: nil)
            }
        }
        router = routes.router
        router.findCached = { [cached] head in
            let isRead = head.method == "GET" || head.method == "HEAD"
            return (isRead ? Asset.answers[head.target] : nil) ?? cached?.find(head)
        }
    }

    /// Drops cached answers that new log entries make outdated, and sends the entries to readers that follow the log, for as
    /// long as the task lives.
    ///
    /// - Parameters:
    ///   - head: the log's head.
    ///   - log: the program's own log, for faults.
    package func followLog(_ head: HeadFeed, log: Log) async {
        await withTaskGroup { group in
            group.addTask { await cached?.follow(entries, head, agents, copied, log) }
            group.addTask { await cached?.follow(search, agents, log) }
            group.addTask { await hub.follow(head, followers) }
        }
    }

    /// Waits until a position is reflected; throws a `Problem` after `waitMilliseconds`, and at once where the log has no
    /// such position.
    ///
    /// - Parameter reflects: waits for at most the given time; returns false where the position is not reflected by
    ///   then.
    func await(_ position: Position, _ reflects: (_ milliseconds: Int64) async throws -> Bool) async throws {
        if try await reflects(0) { return }
        try checkIsKnown(position, past: try await entries.head())
        guard try await reflects(Self.waitMilliseconds) else {
            throw Problem(.positionNotReached, "the read model does not reflect position \(position) yet; try again")
        }
    }

    /// Waits until models reflect a position: all of it, or what concerns one agent.
    func await(_ position: Position, in models: [Projection], about key: AgentKey? = nil) async throws {
        try await self.await(position) {
            try await agents.reflects(position, in: models, about: key, withinMilliseconds: $0)
        }
    }

    /// Waits until models reflect the position that a request names, where it names one. An answer about one agent, as it is
    /// now, waits for no other.
    func awaitMinimum(_ input: some PositionedParameters, in models: [Projection]) async throws {
        guard let position = input.minimumPosition else { return }
        // What is read from the log itself reflects all of it.
        if models.isEmpty { return try checkIsKnown(position, past: try await entries.head()) }
        let isPast = (input as? any PastParameters)?.asOf != nil
        try await self.await(position, in: models, about: isPast ? nil : (input as? any AboutOneAgent)?.id)
    }

    /// Throws unless a position lies before another one, the next that the log will give.
    func checkIsKnown(_ position: Position, past next: Position) throws(Problem) {
        guard position >= next else { return }
        throw Problem(.positionUnknown, "position \(position) is not in this log, which goes up to \(next.value - 1)")
    }
}

extension FrontRequest {
    /// A response with a JSON document.
    func document(_ bytes: [UInt8], etag: String, position: Position?) -> HTTPResponse {
        var fields: HTTPFields = ["content-type": "application/json"]
        if let position { fields.append(Fields.position, position.description) }
        return conditional(etag: etag, HTTPResponse(status: 200, fields: fields, body: .bytes(bytes)))
    }
}

/// The problem for an invalid cursor.
let badCursor = Problem(.invalidParameter, "'cursor' is none that this list gave; leave it out to begin anew")
