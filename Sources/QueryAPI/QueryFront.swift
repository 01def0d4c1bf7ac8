public import AgentIndex
public import Artifacts
import Contract
public import EventLog
import Events
public import Following
public import HTTPFront
import HTTPServer
public import Logging
public import Projections

/// The front for reads: models, the log, files, and what describes them.
public struct QueryFront: Sendable {
    /// How long a read waits for a position.
    static let waitMilliseconds: Int64 = 5_000

    let agents: AgentReader
    let entries: EventReader
    let artifacts: ArtifactFolder
    let index: IndexFolder
    private let cached: CachedAnswers?

    /// A front over models, a log and a folder of files.
    ///
    /// - Parameter cachedBytes: how much memory cached answers may take; with 0 none is cached. A program that
    ///   caches runs `followLog` beside the front.
    public init(
        agents: AgentReader, entries: EventReader, artifacts: ArtifactFolder, index: IndexFolder, cachedBytes: Int
    ) {
        cached = cachedBytes > 0 ? CachedAnswers(maximumBytes: cachedBytes) : nil
        self.agents = agents
        self.entries = entries
        self.artifacts = artifacts
        self.index = index
    }

    /// Adds the routes of the queries.
    public func addRoutes(to door: inout FrontDoor) {
        door.on("GET", "\(Paths.base)/agents") { try await listAgents($0) }
        door.on("GET", "\(Paths.base)/agents/{id}") { try await showAgent($0) }
        door.on("GET", "\(Paths.base)/agents/{id}/versions") { try await listVersions($0) }
        door.on("GET", "\(Paths.base)/agents/{id}/versions/{version}") { try await showVersion($0) }
        door.on("GET", "\(Paths.base)/agents/{id}/versions/{version}/manifest") { try await manifest($0) }
        door.on("GET", "\(Paths.base)/agents/{id}/reviews") { try await listReviews($0) }
        door.on("GET", "\(Paths.base)/agents/{id}/stars") { try await listStars($0) }
        door.on("GET", "\(Paths.base)/agents/{id}/owners") { try await listOwners($0) }
        door.on("GET", "\(Paths.base)/agents/{id}/downloads") { try await showDownloads($0) }
        door.on("GET", "/index/{id}") { try await showIndex($0) }
        door.on("GET", "\(Paths.base)/publishers/{name}") { try await showPublisher($0) }
        door.on("GET", "\(Paths.base)/artifacts/sha256/{digest}") { try artifact($0) }
        door.on("GET", "\(Paths.base)/events") { try await events($0) }
        door.on("GET", "\(Paths.base)/projections") { try await projections($0) }
        door.on("GET", "/openapi/openapi.json") { openAPI($0) }
        door.on("GET", "/openapi/") { openAPI($0) }
        if let cached { door.findCached = { cached.find($0) } }
    }

    /// Drops cached answers that the log makes old, for as long as the task lives.
    ///
    /// - Parameters:
    ///   - head: the log's head.
    ///   - log: where faults are said.
    public func followLog(_ head: HeadFeed, log: Log) async {
        await cached?.follow(entries, head, log)
    }

    /// Caches an answer for the next client that asks the same; a wait for a position is a question of its own.
    func keep(
        _ response: HTTPResponse, for request: FrontRequest, about subject: CachedAnswers.Subject, next: Position
    ) -> HTTPResponse {
        var response = response
        // A cache between here and a client has to know that the next one may take another form.
        if CachedAnswers.mayCompress(response) { response.fields.append("vary", "accept-encoding") }
        let head = request.http.head
        if !head.query.contains(where: { $0.name == "min_position" }) {
            cached?.insert(response, for: head, about: subject, next: next)
        }
        return response
    }

    /// Throws where the models can't be read.
    public func checkReady() async throws {
        _ = try await agents.recentlyReflected(AgentReader.shownModels)
    }

    /// Waits until the models that an answer is made of reflect the position that `min_position` asks for.
    func awaitPosition(_ request: FrontRequest, _ models: [any Projection.Type]) async throws {
        let wanted = try request.integer("min_position", default: -1, in: 0...(Int64(1) << 53) - 1)
        guard wanted >= 0 else { return }
        guard try await agents.reflects(Position(wanted), in: models, withinMilliseconds: Self.waitMilliseconds) else {
            throw Problem(.positionNotReached, "the read model does not reflect position \(wanted) yet; try again")
        }
    }

    private func openAPI(_ request: FrontRequest) -> HTTPResponse {
        request.conditional(
            etag: APIDescription.etag, .json(200, APIDescription.document, fields: ["access-control-allow-origin": "*"])
        )
    }
}

/// The position of the last event that an answer reflects, as its field; none where nothing is reflected.
func positionFields(next: Position) -> HTTPFields {
    next.value == 0 ? [:] : [Fields.position: "\(next.value - 1)"]
}
