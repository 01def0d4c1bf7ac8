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

/// The front for reads: models, the log, files, and what describes them.
package struct QueryFront: Sendable {
    /// How long a read waits for a position.
    static let waitMilliseconds: Int64 = 5_000
    private static let descriptionTag = String(SHA256Digest(of: OpenAPI.document).hex.prefix(32))

    let agents: AgentReader
    let entries: EventReader
    let artifacts: ArtifactFolder
    let index: IndexFolder
    let cached: CachedAnswers?

    /// A front over models, a log and a folder of files.
    ///
    /// - Parameter cachedBytes: how much memory cached answers may take; with 0 none is cached. A program that
    ///   caches runs `followLog` beside the front.
    package init(
        agents: AgentReader, entries: EventReader, artifacts: ArtifactFolder, index: IndexFolder, cachedBytes: Int
    ) {
        cached = cachedBytes > 0 ? CachedAnswers(maximumBytes: cachedBytes) : nil
        self.agents = agents
        self.entries = entries
        self.artifacts = artifacts
        self.index = index
    }

    /// Adds the routes of the queries.
    package func addRoutes(to router: inout FrontRouter) {
        var routes = QueryRoutes(router, agents: agents, cached: cached)
        addAgents(to: &routes)
        addPeople(to: &routes)
        addDownloads(to: &routes)
        addLog(to: &routes)
        addFiles(to: &routes)
        for endpoint in [Endpoints.description, Endpoints.descriptionFolder] {
            routes.onAny(endpoint) { _, request in
                request.document(OpenAPI.document, etag: Self.descriptionTag, position: nil)
            }
        }
        router = routes.router
        if let cached { router.findCached = { cached.find($0) } }
    }

    /// Drops cached answers that the log makes old, for as long as the task lives.
    ///
    /// - Parameters:
    ///   - head: the log's head.
    ///   - log: where faults are said.
    package func followLog(_ head: HeadFeed, log: Log) async {
        await cached?.follow(entries, head, log)
    }

    /// Throws where the models can't be read.
    package func checkReady() async throws {
        _ = try await agents.recentlyReflected(AgentReader.shownModels)
    }

    /// Waits for a position as long as a read may.
    ///
    /// - Parameter reflects: waits so many milliseconds at most; false where the position is not reflected by then.
    static func await(_ position: Position, _ reflects: (_ milliseconds: Int64) async throws -> Bool) async throws {
        guard try await reflects(waitMilliseconds) else {
            throw Problem(.positionNotReached, "the read model does not reflect position \(position) yet; try again")
        }
    }
}

extension FrontRequest {
    /// A JSON document whose bytes are at hand; any page may read it.
    func document(_ bytes: [UInt8], etag: String, position: Position?) -> HTTPResponse {
        var fields: HTTPFields = ["content-type": "application/json", "access-control-allow-origin": "*"]
        if let position { fields.append(Fields.position, position.description) }
        return conditional(etag: etag, HTTPResponse(status: 200, fields: fields, body: .bytes(bytes)))
    }
}

/// The problem of a cursor that the list did not give.
let badCursor = Problem(.invalidParameter, "'cursor' is none that this list gave; leave it out to begin anew")
