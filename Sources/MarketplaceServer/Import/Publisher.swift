import Contract
import Crypto
import Events
import HTTPClient
import JSON
import Manifest
import System

/// Publishes over HTTP as anybody with a token would.
struct Publisher: Sendable {
    /// What came of a publication.
    enum Outcome: Sendable {
        /// A version that was not there.
        case published(PublishAnswer)
        /// The same release stood there already.
        case unchanged(PublishAnswer)
    }

    /// Why it was refused, in the server's words.
    struct Refusal: Error, CustomStringConvertible {
        /// The problem's code; nil where there is none.
        var code: String?
        let description: String
    }

    private static let maximumTries = 8
    /// Publications at once.
    static let concurrency = 16

    private let url: String
    private let token: String
    private let client = HTTPClient(connections: Publisher.concurrency)

    init(url: String, tokenFile: String) throws {
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        let bytes = try FileSystem.read(tokenFile, limit: 4096)
        token =
            String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw Refusal(description: "\(tokenFile) holds no token")
        }
    }

    /// Publishes one version.
    func publish(_ parts: [HTTPClientRequest.Part], idempotencyKey: String) async throws -> Outcome {
        let request = HTTPClientRequest(
            "POST", url + Endpoints.publish.target(NoParameters()),
            fields: [("Authorization", "Bearer \(token)"), ("Idempotency-Key", idempotencyKey)], parts: parts)
        let response = try await send(request)
        let answer = try Self.answer(response, Endpoints.publish.given)
        return response.status == 201 ? .published(answer) : .unchanged(answer)
    }

    /// Says anew what the page of a version shows, from a manifest of the version as JSON.
    ///
    /// - Returns: false where it says so already.
    func changeListing(_ id: String, _ version: SemVer, manifest: [UInt8]) async throws -> Bool {
        return try await change(
            "PUT", Endpoints.changeListing.target(VersionParameters.Changed(id: try key(id), version: version)),
            NewListing.form.bytes(NewListing(manifest: RawObject(manifest))))
    }

    /// The note of every yank and deprecation by an import. A later import takes back only those with this note.
    static let importNote = "Its registry says so."

    /// Yanks a version; false where it is yanked already.
    func yank(_ id: String, _ version: SemVer, note: String) async throws -> Bool {
        try await change(
            "POST", Endpoints.yank.target(VersionParameters.Changed(id: try key(id), version: version)),
            NewYank.form.bytes(NewYank(reason: .other, note: note)))
    }

    /// Takes a yank back.
    func unyank(_ id: String, _ version: SemVer) async throws -> Bool {
        try await change(
            "DELETE", Endpoints.unyank.target(VersionParameters.Changed(id: try key(id), version: version)), nil)
    }

    /// Says that an agent is not recommended any more; false where that is said already.
    func deprecate(_ id: String, note: String) async throws -> Bool {
        try await change(
            "POST", Endpoints.deprecate.target(AgentParameters.Changed(id: try key(id))),
            NewDeprecation.form.bytes(NewDeprecation(note: note)))
    }

    /// Takes a deprecation back.
    func undeprecate(_ id: String) async throws -> Bool {
        try await change("DELETE", Endpoints.undeprecate.target(AgentParameters.Changed(id: try key(id))), nil)
    }

    /// The page of a version.
    func version(_ id: String, _ version: SemVer) async throws -> VersionPage {
        let target = Endpoints.showVersion.target(VersionParameters(id: try key(id), version: version))
        return try Self.answer(try await shown(target), Endpoints.showVersion.given)
    }

    /// The page of an agent.
    func agent(_ id: String) async throws -> AgentDetail {
        let target = Endpoints.showAgent.target(AgentParameters(id: try key(id)))
        return try Self.answer(try await shown(target), Endpoints.showAgent.given)
    }

    /// Gets a page; waits about ten seconds for one that does not exist yet, since read models are behind the log.
    private func shown(_ target: String) async throws -> HTTPClientResponse {
        for _ in 0..<Self.pageTries {
            let response = try await client.send(HTTPClientRequest("GET", url + target))
            if response.status == 200 { return response }
            guard response.status == 404 else { throw Self.refusal(response) }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Refusal(description: "the marketplace does not show \(target)")
    }

    private static let pageTries = 100
    private static let shownTries = 6
    private static let pauseMilliseconds = 1_000

    /// Waits until the lists show what was published.
    ///
    /// - Returns: false where that takes longer than half a minute.
    func awaitShown() async throws -> Bool {
        let list = try Self.answer(
            try await shown(Endpoints.listProjections.target(NoParameters())), Endpoints.listProjections.given)
        guard let head = list.projections.map(\.head).max(), head > Position(0) else { return true }
        let target = Endpoints.listAgents.target(AgentQuery(limit: 1, minimumPosition: Position(head.value - 1)))
        for _ in 0..<Self.shownTries {
            let response = try await client.send(HTTPClientRequest("GET", url + target))
            if response.status == 200 { return true }
            guard response.status == 503 else { throw Self.refusal(response) }
            // Where the models are behind, the server has waited for some seconds itself.
            try await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
        }
        return false
    }

    private func key(_ id: String) throws -> AgentKey {
        guard let key = AgentID(id)?.key else { throw Refusal(description: "'\(id)' is no id") }
        return key
    }

    private func change(_ method: String, _ target: String, _ body: [UInt8]?) async throws -> Bool {
        var fields = [
            ("Authorization", "Bearer \(token)"),
            ("Idempotency-Key", "import-\(Hex.encode(SecureRandom.bytes(16)))"),
        ]
        if body != nil { fields.append(("Content-Type", "application/json")) }
        var request = HTTPClientRequest(method, url + target, fields: fields)
        if let body { request.body = body }
        return try await send(request).status == 201
    }

    /// Sends a request until it is answered. What may succeed later is tried again, under one idempotency key.
    private func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        var pauseMilliseconds = 100
        for attempt in 1... {
            do {
                let response = try await client.send(request)
                switch response.status {
                case 200, 201: return response
                case 429 where attempt < Self.maximumTries, 503 where attempt < Self.maximumTries: break
                default: throw Self.refusal(response)
                }
            } catch  where error is HTTPClientError && attempt < Self.maximumTries {
                // No answer: the same key makes another try harmless.
            }
            try await Task.sleep(for: .milliseconds(pauseMilliseconds))
            pauseMilliseconds = min(5_000, pauseMilliseconds * 2)
        }
        preconditionFailure("the last attempt returns or throws")
    }

    private static func answer<Given>(_ response: HTTPClientResponse, _ form: Form<Given>) throws -> Given {
        do {
            return try form.value(try JSONValue(response.body), isStrict: false)
        } catch {
            throw Refusal(description: "the marketplace's answer can't be read")
        }
    }

    private static func refusal(_ response: HTTPClientResponse) -> Refusal {
        guard let document = try? JSONValue(response.body),
            let problem = try? ProblemBody.form.value(document, isStrict: false)
        else { return Refusal(description: "the marketplace answered \(response.status)") }
        let findings = (problem.findings ?? []).filter { $0.severity == "error" }.map { "\($0.path): \($0.message)" }
        return Refusal(code: problem.code, description: ([problem.detail] + findings).joined(separator: "; "))
    }
}
