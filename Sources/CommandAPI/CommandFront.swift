public import Artifacts
import Contract
import Crypto
public import EventLog
public import Events
public import HTTPFront
import HTTPServer
import Manifest
import Marketplace
import System

/// The front for writes: each command is read, decided over the past, appended, and answered with the
/// position of its last event.
public struct CommandFront: Sendable {
    private static let maximumTries = 8

    private let log: EventLog
    private let artifacts: ArtifactStore
    private let past: PastReader
    private let authenticator: Authenticator
    private let now: @Sendable () -> Timestamp
    private let publicURL: String

    /// A front over a log and a store of files.
    ///
    /// - Parameter publicURL: where readers reach the marketplace; empty where it is this front's own origin.
    public init(
        log: EventLog, artifacts: ArtifactStore, now: @escaping @Sendable () -> Timestamp, publicURL: String = ""
    ) {
        self.log = log
        self.publicURL = publicURL
        self.artifacts = artifacts
        self.now = now
        past = PastReader(log)
        authenticator = Authenticator(log: log, past: past, now: now)
    }

    /// Adds the routes of the commands.
    public func addRoutes(to door: inout FrontDoor) {
        door.on("POST", "\(Paths.base)/publish") { try await publish($0) }
    }

    /// `POST /publish`
    private func publish(_ request: FrontRequest) async throws -> HTTPResponse {
        // Who may not publish is told so before the body is sent.
        let principal = try await authenticator.principal(of: request.http.head.fields)
        let key = try idempotencyKey(request.http.head.fields)
        let upload = try await PublishUpload.receive(request.http, into: artifacts)

        let fingerprint = upload.fingerprint(method: "POST", path: "/publish")
        /// The reply to the same command where it was faster; asked before any other answer, since what this one
        /// decides over may be the other one's doing.
        func firstReply() async throws -> HTTPResponse? {
            guard let key, let stored = try await log.storedReply(actor: principal.user, key: key) else { return nil }
            return try answer(stored, fingerprint)
        }
        if let first = try await firstReply() { return first }

        let publication: Publication
        do {
            publication = try Publication(
                manifest: AgentManifest(parsing: upload.manifest), artifacts: upload.artifacts,
                nonce: SecureRandom.bytes(32))
        } catch {
            throw Problem(
                .invalidManifest, "the manifest has errors; each is listed with its path",
                findings: error.findings.map(Problem.Finding.init))
        }
        let command = PublishVersion(
            principal: principal, id: publication.id, version: publication.version,
            published: publication.published, listing: publication.listing, now: now())

        for _ in 0..<Self.maximumTries {
            let past = try await past.read(command.streams)
            let decision: PublishVersion.Decision
            do {
                decision = try command.decide(past)
            } catch {
                if let first = try await firstReply() { return first }
                throw Problem(error)
            }
            switch decision {
            case .unchanged(let existing):
                if let first = try await firstReply() { return first }
                let reply = reply(publication, version: existing.version, isNew: false)
                return reply.response(200, at: existing.position, publicURL)
            case .append(let events):
                let reply = reply(publication, version: publication.version.description, isNew: true)
                let outcome = try await log.append(
                    append(
                        events, past: past, principal: principal, request: request,
                        key: key.map {
                            Append.IdempotencyKey(
                                actor: principal.user, key: $0, fingerprint: fingerprint,
                                reply: reply.body(position: nil))
                        },
                        artifacts: upload.artifacts.map(\.sha256)))
                switch outcome {
                case .appended(let last): return reply.response(201, at: last, publicURL)
                case .repeated(let stored): return try answer(stored, fingerprint)
                case .keyReused: throw keyReused
                case .artifactMissing:
                    if let first = try await firstReply() { return first }
                    throw Problem(.unavailable, "a file of the upload was swept meanwhile; upload again")
                case .conflict:
                    if let first = try await firstReply() { return first }
                }
            }
        }
        throw Problem(.busy, "others changed the agent at the same time; try again")
    }

    // MARK: Steps

    /// Numbers the events of each stream on from the version that was read, and guards the others.
    private func append(
        _ events: [DecidedEvent], past: Past, principal: Principal, request: FrontRequest,
        key: Append.IdempotencyKey?, artifacts: [SHA256Digest]
    ) -> Append {
        let time = now()
        var versions = past.versions
        let new = events.map { decided in
            let version = StreamVersion((versions[decided.stream] ?? .none).value + 1)
            versions[decided.stream] = version
            return Append.NewEvent(
                envelope: Envelope(
                    id: UUIDv7(milliseconds: time.milliseconds, random: SecureRandom.bytes(10)), log: log.id,
                    stream: decided.stream, time: time, recordedTime: time,
                    origin: Envelope.Origin(actor: principal.user, token: principal.token, correlation: request.id),
                    event: decided.event),
                version: version,
                contents: decided.contents.map { Append.NewContent(field: $0.key, content: $0.value, isPublic: true) })
        }
        return Append(expected: past.versions, events: new, key: key, artifacts: artifacts)
    }

    private func reply(_ publication: Publication, version: String, isNew: Bool) -> PublishAnswer {
        PublishAnswer(
            key: publication.id.key.description, agentID: publication.id.description, version: version,
            release: publication.published.release.hex, isNew: isNew,
            warnings: publication.warnings.map(Problem.Finding.init))
    }

    private func idempotencyKey(_ fields: HTTPFields) throws(Problem) -> String? {
        guard let key = fields["idempotency-key"] else { return nil }
        guard (1...128).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw Problem(.invalidParameter, "Idempotency-Key is 1 to 128 characters of printable ASCII")
        }
        return key
    }

    private var keyReused: Problem {
        Problem(
            .idempotencyKeyReused, "within 24 hours this Idempotency-Key was used with another body; choose a new one")
    }

    private func answer(_ stored: StoredReply, _ fingerprint: SHA256Digest) throws -> HTTPResponse {
        guard stored.fingerprint == fingerprint else { throw keyReused }
        return try PublishAnswer(body: stored.reply).response(201, at: stored.position, publicURL)
    }
}

extension PublishAnswer {
    fileprivate func response(_ status: Int, at position: Position, _ publicURL: String) -> HTTPResponse {
        .json(
            status, body(position: position),
            fields: [
                Fields.position: position.description, "location": publicURL + Paths.version(key, version),
                "cache-control": "no-store",
            ])
    }
}
