import AgentIndex
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
    let unnamed: UnnamedBytes
    let inspections = Inspections()
    let index: IndexFolder
    let publicURL: String

    func add(to routes: inout CommandRoutes) {
        routes.onOwnBody(Endpoints.publish) { principal, allowance, _, request in
            try await publish(principal, allowance, request)
        }
    }

    private func publish(
        _ principal: Principal, _ allowance: Allowance, _ request: FrontRequest
    ) async throws -> CommandOutcome<PublishAnswer> {
        var taken = 0
        defer { unnamed.giveBack(taken, of: principal.user) }
        let upload = try await PublishUpload.receive(
            request.http, into: artifacts, ask: { try await ask($0, principal, allowance, request) },
            inspect: { try await inspections.run(of: principal.user, $0) },
            count: { bytes in
                try unnamed.take(bytes, of: principal.user)
                taken += bytes
            })
        let call = try CallIdentity(
            request, actor: principal.user, fingerprint: upload.fingerprint(method: "POST", path: "/publish"))
        let publication = try await request.blocking.run { try Self.publication(of: upload) }
        try await refuseRemoved(upload)
        try await artifacts.place(upload.files)
        do {
            let outcome = try await append(publication, upload, principal, allowance, call)
            // Other fronts know once their copy of the index does.
            index.noteNamed(upload.artifacts.map(\.sha256))
            if outcome.status == 200 || outcome.isRepeat { await release(upload) }
            return outcome
        } catch {
            if (error as? Problem ?? Problem.translating(error))?.code != .outcomeUnknown { await release(upload) }
            throw error
        }
    }

    /// Frees the bytes of an upload that made no version; where that fails, the sweep frees them later.
    private func release(_ upload: PublishUpload) async {
        try? await artifacts.release(Array(Set(upload.artifacts.map(\.sha256))))
    }

    private func append(
        _ publication: Publication, _ upload: PublishUpload, _ principal: Principal, _ allowance: Allowance,
        _ call: CallIdentity
    ) async throws -> CommandOutcome<PublishAnswer> {
        // A new name is looked up once the append has found that something looks like it.
        var names: NewNames?
        var outcome = try await handler.run(call) { past, events in
            let existing = past[.agent(publication.id.key)].versions[publication.version.precedenceKey]
            return PublishAnswer(
                id: publication.id.key, agentID: publication.id.description,
                version: existing?.version ?? publication.version.description, release: publication.published.release,
                isNew: !events.isEmpty, warnings: publication.warnings.map(Problem.Finding.init))
        } attempt: {
            let known =
                if names == nil { NewNames() } else { try await NewNames(of: publication.id.key, in: handler.log) }
            names = known
            return CommandAttempt(
                command: PublishVersion(
                    principal: principal, id: publication.id, likenesses: known.likenesses,
                    version: publication.version,
                    published: publication.published, contents: publication.contents, now: handler.now())
            ) { past throws(Problem) in
                if past[.agent(publication.id.key)].id == nil { try allowance.take(.newAgents) }
                return upload.artifacts.map(ArtifactEffect.init) + known.effects(of: publication.id.key, past)
            }
        }
        if let version = SemVer(outcome.answer.version) {
            let page = Endpoints.showVersion.target(VersionParameters(id: outcome.answer.id, version: version))
            outcome.fields.append("location", publicURL + page)
        }
        return outcome
    }

    /// Asks for the right and the limit before the files of a large upload are read. The decision asks again.
    private func ask(
        _ manifest: [UInt8], _ principal: Principal, _ allowance: Allowance, _ request: FrontRequest
    ) async throws {
        guard let id = try await request.blocking.run({ Self.id(of: manifest) }) else { return }
        let names = try await NewNames(of: id.key, in: handler.log)
        let claim = ClaimAgent(principal: principal, id: id, likenesses: names.likenesses, now: handler.now())
        do {
            let past = try await handler.past.read(for: claim)
            _ = try claim.decision(past)
            if past[.agent(id.key)].id == nil { try allowance.take(.newAgents) }
        } catch let problem as Problem {
            // Who has published already and lost the answer gets it, whatever they may do by now.
            guard let key = try CallIdentity.idempotencyKey(request.http.head.fields),
                try await handler.log.storedReply(KeyID(actor: principal.user, key: key)) != nil
            else { throw problem }
        }
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

    /// The id in a manifest; nil where there is no valid one.
    private static func id(of manifest: [UInt8]) -> AgentID? {
        LoopThread.assertElsewhere()
        return AgentID(AgentManifest(parsing: manifest).id)
    }
}
