import Contract
import Events
import Marketplace

/// Who owns and maintains an agent or a namespace.
struct RoleEndpoints: Sendable {
    let handler: CommandHandler

    func add(to routes: inout CommandRoutes) {
        routes.on(Endpoints.addOwner) { principal, call in
            try await changeOwner(principal, call, to: call.sent.role)
        }
        routes.on(Endpoints.removeOwner) { try await changeOwner($0, $1, to: nil) }
        routes.on(Endpoints.addMember) { principal, call in
            try await changeMember(principal, call, to: call.sent.role)
        }
        routes.on(Endpoints.removeMember) { try await changeMember($0, $1, to: nil) }
    }

    private func changeOwner<Sent>(
        _ principal: Principal, _ call: CommandCall<OwnerParameters, Sent>, to role: Role?
    ) async throws -> CommandOutcome<OwnerAnswer> {
        let key = call.input.id
        return try await handler.run(call.identity) { _, _ in
            OwnerAnswer(id: key, role: role)
        } attempt: {
            try await change(principal, .agent(key), call.input.name, to: role)
        }
    }

    private func changeMember<Sent>(
        _ principal: Principal, _ call: CommandCall<MemberParameters, Sent>, to role: Role?
    ) async throws -> CommandOutcome<MemberAnswer> {
        let namespace = call.input.namespace
        return try await handler.run(call.identity) { _, _ in
            MemberAnswer(namespace: namespace, role: role)
        } attempt: {
            try await change(principal, .namespace(namespace), call.input.name, to: role)
        }
    }

    private func change(
        _ principal: Principal, _ subject: RoleSubject, _ name: String, to role: Role?
    ) async throws -> CommandAttempt {
        let (username, person) = try await handler.holder(of: name)
        return CommandAttempt(
            command: ChangeRoles(
                principal: principal, now: handler.now(), subject: subject, person: person, username: username,
                role: role))
    }
}
