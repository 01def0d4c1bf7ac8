import Contract
import Crypto
import EventLog
import Events
import HTTPFront
import Marketplace

/// The endpoints that offer roles, and that list, accept and end invitations.
struct InvitationEndpoints: Sendable {
    let handler: CommandHandler

    func add(to routes: inout CommandRoutes) {
        routes.on(Endpoints.inviteOwner) { try await invite($0, $1, .agent($1.input.id)) }
        routes.on(Endpoints.inviteMember) { try await invite($0, $1, .namespace($1.input.namespace)) }
        routes.onQuery(Endpoints.listInvitations) { principal, _ in try await list(principal) }
        routes.on(Endpoints.acceptInvitation) { try await accept($0, $1) }
        routes.on(Endpoints.endInvitation) { try await end($0, $1) }
    }

    private func invite<Input>(
        _ principal: Principal, _ call: CommandCall<Input, NewInvitation>, _ subject: RoleSubject
    ) async throws -> CommandOutcome<InvitationAnswer> {
        let (id, role) = (InvitationID(random: SecureRandom.bytes(16)), call.sent.role)
        return try await handler.run(call.identity) { _, _ in
            InvitationAnswer(invitation: id, role: role)
        } attempt: {
            let (username, person) = try await handler.holder(of: call.sent.user)
            // Who left has no name any more, and nobody who could answer.
            guard try await handler.log.usernameID(of: person) != nil else { throw Problem(Rejection.noUser) }
            return CommandAttempt(
                command: OfferRole(
                    principal: principal, now: handler.now(), subject: subject, person: person, username: username,
                    role: role),
                effects: [
                    InvitationEffect(
                        id: id, stream: subject.stream.name, inviter: principal.user, inviterToken: principal.token,
                        invitee: person, role: role)
                ])
        }
    }

    private func list(_ principal: Principal) async throws -> Reply<InvitationList> {
        try await handler.authorize(principal, .answerInvitation, on: .account(principal.user))
        var people: [PersonID: PersonBody] = [:]
        func body(_ invitation: VaultInvitation) async throws -> InvitationBody {
            for person in [invitation.inviter, invitation.invitee] where people[person] == nil {
                people[person] = PersonBody(id: person.hex, username: try await handler.name(of: person) ?? "")
            }
            guard let subject = RoleSubject(invitation.stream), let inviter = people[invitation.inviter],
                let invitee = people[invitation.invitee]
            else { throw EventLogError.corrupt("an invitation to something that nobody has roles on") }
            return InvitationBody(
                id: invitation.id, agent: subject.agent, namespace: subject.namespace, role: invitation.role,
                inviter: inviter, invitee: invitee, offered: invitation.offered, expires: invitation.expires)
        }
        var (received, sent): ([InvitationBody], [InvitationBody]) = ([], [])
        for invitation in try await handler.log.invitations(of: principal.user) {
            if invitation.invitee == principal.user {
                received.append(try await body(invitation))
            } else {
                sent.append(try await body(invitation))
            }
        }
        return Reply(InvitationList(received: received, sent: sent))
    }

    private func accept(
        _ principal: Principal, _ call: CommandCall<InvitationParameters, NoBody>
    ) async throws -> CommandOutcome<RoleAnswer> {
        // At a repeat the invitation is gone, so the answer stored under the key is looked up first.
        if let first: CommandOutcome<RoleAnswer> = try await handler.first(call.identity) { return first }
        let invitation = try await invitation(call.input.invitation) { $0.invitee == principal.user }
        guard let subject = RoleSubject(invitation.stream) else {
            throw EventLogError.corrupt("an invitation to something that nobody has roles on")
        }
        return try await handler.run(call.identity) { _, _ in
            RoleAnswer(agent: subject.agent, namespace: subject.namespace, role: invitation.role)
        } attempt: {
            CommandAttempt(
                command: AcceptRole(
                    principal: principal, now: handler.now(), subject: subject, role: invitation.role,
                    inviter: invitation.inviter, inviterToken: invitation.inviterToken),
                effects: [EndedInvitationEffect(invitation.id)])
        }
    }

    private func end(
        _ principal: Principal, _ call: CommandCall<InvitationParameters, Declining>
    ) async throws -> CommandOutcome<EndedInvitation> {
        if let first: CommandOutcome<EndedInvitation> = try await handler.first(call.identity) { return first }
        let invitation = try await invitation(call.input.invitation) {
            $0.invitee == principal.user || $0.inviter == principal.user && !call.sent.refusesInviter
        }
        return try await handler.run(call.identity) { _, _ in
            EndedInvitation(id: invitation.id)
        } attempt: {
            var effects: [any AppendEffect] = [EndedInvitationEffect(invitation.id)]
            if call.sent.refusesInviter {
                effects.append(RefusedInviterEffect(principal.user, refuses: invitation.inviter))
            }
            return CommandAttempt(
                command: EndInvitation(principal: principal, now: handler.now()), effects: effects)
        }
    }

    /// An open invitation. For people whom it does not concern, it does not exist.
    private func invitation(
        _ segment: String, _ isSeen: (VaultInvitation) -> Bool
    ) async throws -> VaultInvitation {
        guard let id = InvitationID(segment), let found = try await handler.log.invitation(id), isSeen(found) else {
            throw Problem.noInvitation
        }
        return found
    }
}

extension RoleSubject {
    fileprivate var agent: AgentKey? {
        if case .agent(let key) = self { key } else { nil }
    }

    fileprivate var namespace: Namespace? {
        if case .namespace(let namespace) = self { namespace } else { nil }
    }
}
