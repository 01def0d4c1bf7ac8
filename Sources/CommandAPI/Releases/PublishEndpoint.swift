import Artifacts
import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import HTTPServer
import Manifest
import Marketplace
import System

/// `POST /publish`: publishes a version with its files, all or nothing.
struct PublishEndpoint: Sendable {
    let handler: CommandHandler
    let artifacts: ArtifactStore
    let publicURL: String

    func add(to routes: inout CommandRoutes) {
        routes.onRequest(Endpoints.publish) { principal, _, request in
            request.response(Endpoints.publish, try await publish(principal, request).reply)
        }
    }

    private func publish(
        _ principal: Principal, _ request: FrontRequest
    ) async throws -> CommandOutcome<PublishAnswer> {
        // An invalid key is refused before the client sends the body.
        _ = try CallIdentity.idempotencyKey(request.http.head.fields)
        let upload = try await PublishUpload.receive(request.http, into: artifacts, refuse: refuseRemoved)
        let call = try CallIdentity(
            request, actor: principal.user, fingerprint: upload.fingerprint(method: "POST", path: "/publish"))
        let publication = try await request.blocking.run { try Self.publication(of: upload) }
        var outcome = try await handler.run(call) { past, events in
            let existing = past[.agent(publication.id.key)].versions[publication.version.precedenceKey]
            return PublishAnswer(
                id: publication.id.key, agentID: publication.id.description,
                version: existing?.version ?? publication.version.description, release: publication.published.release,
                isNew: !events.isEmpty, warnings: publication.warnings.map(Problem.Finding.init))
        } attempt: {
            CommandAttempt(
                command: PublishVersion(
                    principal: principal, id: publication.id, version: publication.version,
                    published: publication.published, contents: publication.contents, now: handler.now()),
                effects: upload.artifacts.map(ArtifactEffect.init))
        }
        if let version = SemVer(outcome.answer.version) {
            let page = Endpoints.showVersion.target(VersionParameters(id: outcome.answer.id, version: version))
            outcome.fields.append("location", publicURL + page)
        }
        return outcome
    }

    /// The decision asks again, under a guard; here the bytes of a removed file do not even reach their place.
    private func refuseRemoved(_ upload: PublishUpload) async throws {
        let digests = upload.artifacts.map(\.sha256)
        let past = try await handler.past.read(digests.map { TypedStream.artifact($0).any })
        for digest in digests where past[.artifact(digest)].removed != nil {
            throw Problem(Rejection.fileRemoved(digest))
        }
    }

    private static func publication(of upload: PublishUpload) throws(Problem) -> Publication {
        LoopThread.assertElsewhere()
        do {
            return try Publication(
                manifest: AgentManifest(parsing: upload.manifest), artifacts: upload.artifacts,
                nonce: { SecureRandom.bytes(32) })
        } catch {
            throw Problem(
                .invalidManifest, "the manifest has errors; each is listed with its path",
                findings: error.findings.map(Problem.Finding.init))
        }
    }
}
