import Contract
import Crypto
import Events
import HTTPFront
import HTTPServer
import JSON
import Marketplace

/// Which agents people like.
struct StarEndpoint: Sendable {
    let handler: CommandHandler
    let authenticator: Authenticator

    func addRoutes(to door: inout FrontDoor) {
        let star = "\(Paths.base)/agents/{id}/star"
        door.on("PUT", star) { try await changeStar($0, isGiven: true) }
        door.on("DELETE", star) { try await changeStar($0, isGiven: false) }
    }

    /// `PUT` and `DELETE /agents/{id}/star`
    private func changeStar(_ request: FrontRequest, isGiven: Bool) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        let key = try request.agentKey()
        let call = try CommandCall(request, actor: principal.user, body: SHA256Digest(of: []))
        return try await handler.answer(call) { _, _ in
            var writer = JSONWriter()
            writer.object { object in
                object.member("id", key.description)
                object.member("starred", isGiven)
            }
            return writer.bytes
        } attempt: {
            CommandAttempt(command: StarAgent(principal: principal, now: handler.now(), key: key, isGiven: isGiven))
        }
    }
}
