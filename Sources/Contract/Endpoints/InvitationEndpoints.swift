package import Events

extension Endpoints {
    private static let offering: [ProblemCode] = [
        .userNotFound, .notOwner, .inviterRefused, .tooManyInvitations,
    ]

    package static let inviteOwner = Endpoint<AgentParameters.Changed, NewInvitation, InvitationAnswer>.command(
        "inviteOwner", .post, "/agents/{id}/invitations", "Offer somebody a role on an agent",
        notes: "They have it once they accept. Only both of you see the offer, for 30 days.",
        credential: .token([.account]), meter: .invitations, problems: offering)
    package static let inviteMember = Endpoint<NamespaceParameters, NewInvitation, InvitationAnswer>.command(
        "inviteMember", .post, "/namespaces/{namespace}/invitations", "Offer somebody a role in a namespace",
        notes: "They have it once they accept. Only both of you see the offer, for 30 days.",
        credential: .token([.account]), meter: .invitations, problems: offering + [.namespaceNotFound, .namespaceOwned])
    package static let listInvitations = Endpoint<NoParameters, NoBody, InvitationList>.query(
        "listInvitations", "/invitations", "List the roles that you were offered and have offered",
        credential: .token([.account]), caching: .never)
    package static let acceptInvitation = Endpoint<InvitationParameters, NoBody, RoleAnswer>.command(
        "acceptInvitation", .post, "/invitations/{invitation}/acceptance", "Accept a role",
        notes: "Who becomes an owner or maintainer of an agent takes back for good what they said of it before.",
        credential: .token([.account]), problems: [.invitationNotFound, .invitationVoid, .lastOwner])
    package static let endInvitation = Endpoint<InvitationParameters, Declining, EndedInvitation>.command(
        "endInvitation", .delete, "/invitations/{invitation}", "Decline a role, or withdraw what you offered",
        credential: .token([.account]), isBodyOptional: true, problems: [.invitationNotFound])

    static let invitations: [any AnyEndpoint] = [
        inviteOwner, inviteMember, listInvitations, acceptInvitation, endInvitation,
    ]
}

/// A namespace.
package struct NamespaceParameters: Parameters {
    package let namespace: Namespace

    package init(namespace: Namespace) {
        self.namespace = namespace
    }

    package static let parameters = ParameterForm.of(
        Self.init(namespace:), .path("namespace", \.namespace, .namespace, "A namespace."))
}

/// An invitation.
package struct InvitationParameters: Parameters {
    package let invitation: String

    package init(invitation: String) {
        self.invitation = invitation
    }

    package static let parameters = ParameterForm.of(
        Self.init(invitation:),
        .path("invitation", \.invitation, .segment(.invitationNotFound), "Its id, as GET /invitations says it."))
}

/// A role that is to be offered.
package struct NewInvitation: Body {
    package let user: String
    package let role: Role

    package init(user: String, role: Role = .owner) {
        self.user = user
        self.role = role
    }

    package static let form = Form.object(
        "NewInvitation", Self.init(user:role:),
        .required("user", \.user, .label(64), "The name of a person, or their id."),
        .defaulting("role", \.role, .choice(), to: .owner))
}

/// A role that was offered.
package struct InvitationAnswer: CommandAnswer {
    package let invitation: InvitationID
    package let role: Role
    package var position: Position?

    package init(invitation: InvitationID, role: Role, position: Position? = nil) {
        self.invitation = invitation
        self.role = role
        self.position = position
    }

    package static let form = Form.object(
        "InvitationAnswer", Self.init(invitation:role:position:),
        .required("invitation", \.invitation, .id(), "Of no use where they have the role already."),
        .required("role", \.role, .choice()),
        .optional("position", \.position, .position, "Absent: no entry says that somebody was asked."))
}

/// An invitation, as both sides see it.
package struct InvitationBody: Body {
    package let id: InvitationID
    package let agent: AgentKey?
    package let namespace: Namespace?
    package let role: Role
    package let inviter: PersonBody
    package let invitee: PersonBody
    package let offered: Timestamp
    package let expires: Timestamp

    package init(
        id: InvitationID, agent: AgentKey? = nil, namespace: Namespace? = nil, role: Role, inviter: PersonBody,
        invitee: PersonBody, offered: Timestamp, expires: Timestamp
    ) {
        self.id = id
        self.agent = agent
        self.namespace = namespace
        self.role = role
        self.inviter = inviter
        self.invitee = invitee
        self.offered = offered
        self.expires = expires
    }

    package static let form = Form.object(
        "Invitation", Self.init(id:agent:namespace:role:inviter:invitee:offered:expires:),
        .required("id", \.id, .id()),
        .optional("agent", \.agent, .agentKey, "There for a role on an agent."),
        .optional("namespace", \.namespace, .namespace, "There for a role in a namespace."),
        .required("role", \.role, .choice()),
        .required("inviter", \.inviter, PersonBody.form),
        .required("invitee", \.invitee, PersonBody.form),
        .required("offered_at", \.offered, .time),
        .required("expires_at", \.expires, .time))
}

/// One's invitations.
package struct InvitationList: Body {
    package let received: [InvitationBody]
    package let sent: [InvitationBody]

    package init(received: [InvitationBody], sent: [InvitationBody]) {
        self.received = received
        self.sent = sent
    }

    package static let form = Form.object(
        "InvitationList", Self.init(received:sent:),
        .required("received", \.received, .list(InvitationBody.form), "At most 20."),
        .required("sent", \.sent, .list(InvitationBody.form), "At most 100."))
}

/// How an invitation is declined.
package struct Declining: Body {
    package let refusesInviter: Bool

    package init(refusesInviter: Bool = false) {
        self.refusesInviter = refusesInviter
    }

    package static let form = Form.object(
        "Declining", Self.init(refusesInviter:),
        .defaulting(
            "refuse_inviter", \.refusesInviter, .bool, to: false,
            "Never to see an invitation of this inviter again. It can't be taken back."))
}

/// An invitation that is no more.
package struct EndedInvitation: CommandAnswer {
    package let id: InvitationID
    package var position: Position?

    package init(id: InvitationID, position: Position? = nil) {
        self.id = id
        self.position = position
    }

    package static let form = Form.object(
        "EndedInvitation", Self.init(id:position:),
        .required("id", \.id, .id()),
        .optional("position", \.position, .position, "Absent: no entry says that somebody was asked."))
}

/// A role that somebody has.
package struct RoleAnswer: CommandAnswer {
    package let agent: AgentKey?
    package let namespace: Namespace?
    package let role: Role
    package var position: Position?

    package init(agent: AgentKey? = nil, namespace: Namespace? = nil, role: Role, position: Position? = nil) {
        self.agent = agent
        self.namespace = namespace
        self.role = role
        self.position = position
    }

    package static let form = Form.object(
        "RoleAnswer", Self.init(agent:namespace:role:position:),
        .optional("agent", \.agent, .agentKey, "There for a role on an agent."),
        .optional("namespace", \.namespace, .namespace, "There for a role in a namespace."),
        .required("role", \.role, .choice()),
        .optional("position", \.position, .position, "Of the last event; absent where you had the role already."))
}
