import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import Manifest
import Marketplace

/// The endpoints that hold agents and versions, lift holds, and remove files.
struct ModerationEndpoints: Sendable {
    /// The most versions that an answer lists.
    private static let listedVersions = 1_000

    let handler: CommandHandler
    let files: FileReading

    func add(to routes: inout CommandRoutes) {
        routes.on(Endpoints.quarantineAgent) { try await change($0, $1, $1.input.id, nil, $1.sent) }
        routes.on(Endpoints.quarantineVersion) { try await change($0, $1, $1.input.id, $1.input.version, $1.sent) }
        routes.on(Endpoints.liftAgent) { try await change($0, $1, $1.input.id, nil, $1.sent) }
        routes.on(Endpoints.liftVersion) { try await change($0, $1, $1.input.id, $1.input.version, $1.sent) }
        routes.on(Endpoints.removeArtifact) { try await remove($0, $1) }
    }

    private func change<Input, Sent: HoldChange>(
        _ principal: Principal, _ call: CommandCall<Input, Sent>, _ key: AgentKey, _ version: SemVer?, _ sent: Sent
    ) async throws -> CommandOutcome<QuarantineAnswer> {
        let change: HoldAgent.Change = sent.reason.map { .hold($0) } ?? .lift
        let note = sent.note.map { Content(NoteContent(text: $0), nonce: SecureRandom.bytes(32)) }
        return try await handler.run(call.identity) { past, _ in
            QuarantineAnswer(
                id: key, version: version.map { past[.agent(key)].version(named: $0)?.version ?? "\($0)" },
                isHeld: change != .lift)
        } attempt: {
            let command = HoldAgent(
                principal: principal, now: handler.now(), key: key, version: version, change: change, note: note,
                matter: sent.matter)
            let precedence = version?.precedenceKey ?? []
            return CommandAttempt(command: command) { past in
                [ReleasedFilesEffect(of: key, precedence: precedence)]
                    + command.malware(past).map {
                        HeldFileEffect(DerivedVault.HeldFile($0, of: key, precedence: precedence))
                    }
            }
        }
    }

    private func remove(
        _ principal: Principal, _ call: CommandCall<RemovalParameters, Removal>
    ) async throws -> CommandOutcome<RemovedArtifactAnswer> {
        if let first: CommandOutcome<RemovedArtifactAnswer> = try await handler.first(call.identity) { return first }
        try await handler.authorize(principal, .removeArtifact, on: .marketplace)
        let digest = call.input.digest
        guard let naming = try await files.versions(digest, Self.listedVersions) else {
            throw Problem(.unavailable, "the list of files is behind; try again")
        }
        guard !naming.isEmpty else {
            throw Problem(.artifactNotFound, "no version names a file with the digest \(digest)")
        }
        let versions = naming.map { NamingVersion(id: $0.key, version: $0.version) }
        let agents = Set(naming.map(\.key))
        guard agents.count == 1 || call.input.isEverywhere else {
            throw Problem(
                .artifactShared,
                "\(agents.count) agents name the file; with everywhere=true it goes from all of them",
                findings: versions.map {
                    Problem.Finding(
                        severity: "warning", path: "/agents/\($0.id)/versions/\($0.version)",
                        message: "this version names the file")
                })
        }
        return try await handler.run(call.identity) { _, _ in
            RemovedArtifactAnswer(sha256: digest, versions: versions)
        } attempt: {
            CommandAttempt(
                command: RemoveArtifact(
                    principal: principal, now: handler.now(), digest: digest, reason: call.sent.reason,
                    matter: call.sent.matter, agents: agents.sorted()),
                effects: [RemovedArtifactEffect(digest)])
        }
    }
}

/// The body of a command that starts or lifts a hold.
private protocol HoldChange: Sendable {
    /// The reason of the hold; nil where the command lifts it.
    var reason: QuarantineReason? { get }
    var note: String? { get }
    var matter: CaseID? { get }
}

extension NewHold: HoldChange {
    var reason: QuarantineReason? { because }
}

extension LiftedHold: HoldChange {
    var reason: QuarantineReason? { nil }
}
