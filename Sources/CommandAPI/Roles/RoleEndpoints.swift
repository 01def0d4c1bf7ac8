import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import HTTPServer
import JSON
import Marketplace

/// Who owns and maintains an agent or a namespace.
struct RoleEndpoints: Sendable {
    let handler: CommandHandler
    let authenticator: Authenticator

    func addRoutes(to door: inout FrontDoor) {
        let owner = "\(Paths.base)/agents/{id}/owners/{name}"
        door.on("PUT", owner) { try await change($0, on: .agent(try $0.agentKey()), isGiven: true) }
        door.on("DELETE", owner) { try await change($0, on: .agent(try $0.agentKey()), isGiven: false) }
        let member = "\(Paths.base)/namespaces/{namespace}/members/{name}"
        door.on("PUT", member) { try await change($0, on: .namespace(try $0.namespace()), isGiven: true) }
        door.on("DELETE", member) { try await change($0, on: .namespace(try $0.namespace()), isGiven: false) }
    }

    private func change(
        _ request: FrontRequest, on subject: RoleSubject, isGiven: Bool
    ) async throws -> HTTPResponse {
        try request.allow([])
        let principal = try await authenticator.principal(of: request.http.head.fields)
        var body = try await JSONBody.receive(request.http, mayBeAbsent: true)
        let role = isGiven ? body.choice("role", of: Role.self) ?? .owner : nil
        try body.check()
        let name = request.segment("name")
        return try await handler.answer(try CommandCall(request, actor: principal.user, body: body.digest)) { _, _ in
            var writer = JSONWriter()
            writer.object { object in
                if case .agent(let key) = subject { object.member("id", key.description) }
                if case .namespace(let namespace) = subject { object.member("namespace", namespace.description) }
                object.member("role", role?.rawValue)
            }
            return writer.bytes
        } attempt: {
            let (username, person) = try await handler.holder(of: name)
            return CommandAttempt(
                command: ChangeRoles(
                    principal: principal, now: handler.now(), subject: subject, person: person, username: username,
                    role: role))
        }
    }
}

extension FrontRequest {
    fileprivate func namespace() throws(Problem) -> Namespace {
        let text = segment("namespace")
        guard let namespace = Namespace(text.lowercased()) else {
            throw Problem(.namespaceNotFound, "'\(text.prefix(128))' is no namespace")
        }
        return namespace
    }
}
