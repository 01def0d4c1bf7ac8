import Artifacts
import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import HTTPServer
import JSON
import Manifest
import Marketplace

/// `POST /publish`: a version with its files, all or nothing.
struct PublishEndpoint: Sendable {
    let handler: CommandHandler
    let authenticator: Authenticator
    let artifacts: ArtifactStore
    let publicURL: String

    func addRoutes(to door: inout FrontDoor) {
        door.on("POST", "\(Paths.base)/publish") { try await publish($0) }
    }

    private func publish(_ request: FrontRequest) async throws -> HTTPResponse {
        // Who may not publish is told so before the body is sent.
        let principal = try await authenticator.principal(of: request.http.head.fields)
        _ = try CommandCall.idempotencyKey(request.http.head.fields)
        let upload = try await PublishUpload.receive(request.http, into: artifacts)
        var call = try CommandCall(
            request, actor: principal.user, fingerprint: upload.fingerprint(method: "POST", path: "/publish"))
        call.location = { answer in
            guard let key = answer["id"]?.string, let version = answer["version"]?.string else { return nil }
            return publicURL + Paths.version(key, version)
        }
        let publication: Publication
        do {
            publication = try Publication(
                manifest: AgentManifest(parsing: upload.manifest), artifacts: upload.artifacts,
                nonce: { SecureRandom.bytes(32) })
        } catch {
            throw Problem(
                .invalidManifest, "the manifest has errors; each is listed with its path",
                findings: error.findings.map(Problem.Finding.init))
        }
        return try await handler.answer(call) { past, events in
            let existing = past[.agent(publication.id.key)].versions[publication.version.precedenceKey]
            return PublishAnswer(
                key: publication.id.key.description, agentID: publication.id.description,
                version: existing?.version ?? publication.version.description,
                release: publication.published.release.hex, isNew: !events.isEmpty,
                warnings: publication.warnings.map(Problem.Finding.init)
            ).template
        } attempt: {
            CommandAttempt(
                command: PublishVersion(
                    principal: principal, id: publication.id, version: publication.version,
                    published: publication.published, contents: publication.contents, now: handler.now()),
                effects: upload.artifacts.map { ArtifactEffect($0.sha256) })
        }
    }
}
