import Contract
import Crypto
import Events
import Manifest
import Marketplace

/// The endpoints that yank versions and deprecate agents, and undo that.
struct ReleaseEndpoints: Sendable {
    let handler: CommandHandler

    func add(to routes: inout CommandRoutes) {
        routes.on(Endpoints.yank) { principal, call in
            try await changeYank(principal, call, isYanked: true, call.sent.reason, call.sent.note, call.sent.authority)
        }
        routes.on(Endpoints.unyank) { principal, call in
            try await changeYank(
                principal, call, isYanked: false, call.sent.reason, call.sent.note, call.sent.authority)
        }
        routes.on(Endpoints.deprecate) { principal, call in
            try await changeDeprecation(
                principal, call, isDeprecated: true, call.sent.replacement, call.sent.note,
                call.sent.authority)
        }
        routes.on(Endpoints.undeprecate) { principal, call in
            try await changeDeprecation(principal, call, isDeprecated: false, nil, call.sent.note, call.sent.authority)
        }
    }

    private static func content(_ note: String?) -> Content? {
        note.map { Content(NoteContent(text: $0), nonce: SecureRandom.bytes(32)) }
    }

    private func changeYank<Sent>(
        _ principal: Principal, _ call: CommandCall<VersionParameters.Changed, Sent>, isYanked: Bool,
        _ reason: YankReason?, _ note: String?, _ authority: Authority?
    ) async throws -> CommandOutcome<YankAnswer> {
        let (key, version, note) = (call.input.id, call.input.version, Self.content(note))
        return try await handler.run(call.identity) { past, events in
            let published = past[.agent(key)].version(named: version)
            // A yank of one side stays when the other side takes its own yank back.
            let lifted = events.compactMap { ($0.event as? VersionUnyanked).map { Side($0.authority) } }
            return YankAnswer(
                id: key, version: published?.version ?? version.description,
                isYanked: isYanked || published?.yanks.keys.contains { !lifted.contains($0) } == true)
        } attempt: {
            CommandAttempt(
                command: YankVersion(
                    principal: principal, now: handler.now(), key: key, version: version, isYanked: isYanked,
                    reason: reason ?? .other, note: note, authority: authority))
        }
    }

    private func changeDeprecation<Sent>(
        _ principal: Principal, _ call: CommandCall<AgentParameters.Changed, Sent>, isDeprecated: Bool,
        _ replacement: AgentID?, _ note: String?, _ authority: Authority?
    ) async throws -> CommandOutcome<DeprecationAnswer> {
        let (key, note) = (call.input.id, Self.content(note))
        return try await handler.run(call.identity) { past, events in
            let deprecations = past[.agent(key)].deprecations
            let lifted = events.compactMap { ($0.event as? AgentUndeprecated).map { Side($0.authority) } }
            return DeprecationAnswer(
                id: key, isDeprecated: isDeprecated || deprecations.keys.contains { !lifted.contains($0) },
                replacement: replacement)
        } attempt: {
            CommandAttempt(
                command: DeprecateAgent(
                    principal: principal, now: handler.now(), key: key, isDeprecated: isDeprecated,
                    replacement: replacement, note: note, authority: authority))
        }
    }
}
