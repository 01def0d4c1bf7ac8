import Contract
import Events
import HTTPFront
import Marketplace

/// The endpoints that remove roles on agents and namespaces, and list the members of a namespace.
struct RoleEndpoints: Sendable {
    let handler: CommandHandler

    func add(to routes: inout CommandRoutes) {
        routes.on(Endpoints.removeOwner) { try await removeOwner($0, $1) }
        routes.on(Endpoints.removeMember) { try await removeMember($0, $1) }
        routes.onAny(Endpoints.listMembers) { input, request in
            request.response(Endpoints.listMembers, Reply(try await members(input)))
        }
    }

    /// Reads the members from the log, since no read model has them: maintainers before owners, each in the order of
    /// their ids. Looks up names for one page alone.
    private func members(_ query: MemberQuery) async throws -> MemberList {
        let state = try await handler.past.read(.namespace(query.namespace))
        guard state.isClaimed else { throw Problem(Rejection.noNamespace(query.namespace)) }
        let places = state.roles.map { (place: "\($0.value.rawValue)/\($0.key.hex)", person: $0.key, role: $0.value) }
            .filter { $0.place > query.cursor ?? "" }.sorted { $0.place < $1.place }
        let page = PageRows(Array(places.prefix(Int(query.limit) + 1)), limit: query.limit) { $0.place }
        var members: [OwnerBody] = []
        for (_, person, role) in page.rows {
            let name = try await handler.name(of: person) ?? ""
            members.append(OwnerBody(id: person.hex, username: name, role: role.rawValue))
        }
        return MemberList(members: members, pagination: page.pagination)
    }

    private func removeOwner(
        _ principal: Principal, _ call: CommandCall<AgentPersonParameters, NoRole>
    ) async throws -> CommandOutcome<OwnerAnswer> {
        let key = call.input.id
        return try await handler.run(call.identity) { _, _ in
            OwnerAnswer(id: key)
        } attempt: {
            try await remove(principal, .agent(key), call.input.name)
        }
    }

    private func removeMember(
        _ principal: Principal, _ call: CommandCall<MemberParameters, NoRole>
    ) async throws -> CommandOutcome<MemberAnswer> {
        let namespace = call.input.namespace
        return try await handler.run(call.identity) { _, _ in
            MemberAnswer(namespace: namespace)
        } attempt: {
            try await remove(principal, .namespace(namespace), call.input.name)
        }
    }

    private func remove(
        _ principal: Principal, _ subject: RoleSubject, _ name: String
    ) async throws -> CommandAttempt {
        let (username, person) = try await handler.holder(of: name)
        return CommandAttempt(
            command: RemoveRole(
                principal: principal, now: handler.now(), subject: subject, person: person, username: username))
    }
}
