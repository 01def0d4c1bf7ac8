import Contract
import Crypto
import Events
import HTTPFront
import HTTPServer
import JSON
import Manifest
import Marketplace

/// What becomes of agents and versions once they are published: yanking and deprecation, and back.
struct ReleaseEndpoints: Sendable {
    let handler: CommandHandler
    let authenticator: Authenticator

    func addRoutes(to door: inout FrontDoor) {
        let yank = "\(Paths.base)/agents/{id}/versions/{version}/yank"
        door.on("POST", yank) { try await changeYank($0, isYanked: true) }
        door.on("DELETE", yank) { try await changeYank($0, isYanked: false) }
        let deprecation = "\(Paths.base)/agents/{id}/deprecation"
        door.on("POST", deprecation) { try await changeDeprecation($0, isDeprecated: true) }
        door.on("DELETE", deprecation) { try await changeDeprecation($0, isDeprecated: false) }
    }

    /// `POST` and `DELETE /agents/{id}/versions/{version}/yank`
    private func changeYank(_ request: FrontRequest, isYanked: Bool) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        let key = try request.agentKey()
        let text = request.segment("version")
        guard let version = SemVer(text) else { throw Problem(Rejection.noVersion(key, text)) }
        var body = try await JSONBody.receive(request.http, mayBeAbsent: !isYanked)
        let reason = body.choice("reason", isRequired: isYanked, of: YankReason.self)
        let note = body.note()
        try body.check()
        return try await handler.answer(try CommandCall(request, actor: principal.user, body: body.digest)) {
            past, events in
            let published = past[.agent(key)].versions[version.precedenceKey]
            // What one side yanks stays yanked when the other takes its yank back.
            let lifted = events.compactMap { ($0.event as? VersionUnyanked).map { Side($0.authority) } }
            var writer = JSONWriter()
            writer.object { object in
                object.member("id", key.description)
                object.member("version", published?.version ?? text)
                object.member("yanked", isYanked || published?.yanks.keys.contains { !lifted.contains($0) } == true)
            }
            return writer.bytes
        } attempt: {
            CommandAttempt(
                command: YankVersion(
                    principal: principal, now: handler.now(), key: key, version: version, isYanked: isYanked,
                    reason: reason ?? .other, note: note))
        }
    }

    /// `POST` and `DELETE /agents/{id}/deprecation`
    private func changeDeprecation(_ request: FrontRequest, isDeprecated: Bool) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        let key = try request.agentKey()
        var body = try await JSONBody.receive(request.http, mayBeAbsent: true)
        let replacement = isDeprecated ? body.parsed("replacement", "the id of an agent", AgentID.init) : nil
        let note = body.note()
        try body.check()
        return try await handler.answer(try CommandCall(request, actor: principal.user, body: body.digest)) {
            past, events in
            let deprecations = past[.agent(key)].deprecations
            let lifted = events.compactMap { ($0.event as? AgentUndeprecated).map { Side($0.authority) } }
            var writer = JSONWriter()
            writer.object { object in
                object.member("deprecated", isDeprecated || deprecations.keys.contains { !lifted.contains($0) })
                object.member("id", key.description)
                object.member("replacement", replacement?.description)
            }
            return writer.bytes
        } attempt: {
            CommandAttempt(
                command: DeprecateAgent(
                    principal: principal, now: handler.now(), key: key, isDeprecated: isDeprecated,
                    replacement: replacement,
                    note: note))
        }
    }
}
