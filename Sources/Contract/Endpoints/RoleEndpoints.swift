package import Events

extension Endpoints {
    package static let removeOwner = Endpoint<AgentPersonParameters, NoRole, OwnerAnswer>.command(
        "removeOwner", .delete, "/agents/{id}/owners/{name}", "Take somebody's role at an agent away",
        credential: .token([.account]), isBodyOptional: true, problems: [.notOwner, .lastOwner])
    package static let listOwners = Endpoint<AgentParameters, NoBody, OwnerList>.query(
        "listOwners", "/agents/{id}/owners", "List who owns and maintains an agent, the one for longest first")
    package static let removeMember = Endpoint<MemberParameters, NoRole, MemberAnswer>.command(
        "removeMember", .delete, "/namespaces/{namespace}/members/{name}",
        "Take somebody's role at a namespace away", credential: .token([.account]), isBodyOptional: true,
        problems: [.namespaceOwned, .lastOwner])
    package static let listMembers = Endpoint<MemberQuery, NoBody, MemberList>.query(
        "listMembers", "/namespaces/{namespace}/members", "List who owns and maintains a namespace", caching: .never,
        cost: .search, problems: [.namespaceNotFound])

    static let roles: [any AnyEndpoint] = [removeOwner, listOwners, removeMember, listMembers]
}

/// A namespace and a person.
package struct MemberParameters: Parameters {
    package let namespace: Namespace
    package let name: String

    package init(namespace: Namespace, name: String) {
        self.namespace = namespace
        self.name = name
    }

    package static let parameters = ParameterForm.of(
        Self.init(namespace:name:),
        .path("namespace", \.namespace, .namespace, "A namespace."),
        .path("name", \.name, .segment(.userNotFound), "The name of a person, or their id."))
}

/// The members of a namespace, and where the list goes on.
package struct MemberQuery: Parameters {
    package let namespace: Namespace
    package let limit: Int64
    package let cursor: String?

    package init(namespace: Namespace, limit: Int64 = 20, cursor: String? = nil) {
        self.namespace = namespace
        self.limit = limit
        self.cursor = cursor
    }

    package static let parameters = ParameterForm.of(
        Self.init(namespace:limit:cursor:),
        .path("namespace", \.namespace, .namespace, "A namespace."),
        .query(
            "limit", \.limit, .integer(from: 1, to: 100), default: Int64(20), "The most entries of a page."),
        .query("cursor", \.cursor, .cursor, "Where a page goes on, as the one before said."))
}

/// A page of who owns and maintains a namespace.
package struct MemberList: Body {
    package let members: [OwnerBody]
    package let pagination: Pagination

    package init(members: [OwnerBody], pagination: Pagination) {
        self.members = members
        self.pagination = pagination
    }

    package static let form = Form.object(
        "MemberList", Self.init(members:pagination:),
        .required("members", \.members, .list(OwnerBody.form)),
        .required("pagination", \.pagination, Pagination.form))
}

/// A body without members.
package struct NoRole: Body {
    package init() {}

    package static let form = Form.object("NoRole", Self.init)
}

/// An agent on which somebody has no role any more.
package struct OwnerAnswer: CommandAnswer {
    package let id: AgentKey
    package var position: Position?

    package init(id: AgentKey, position: Position? = nil) {
        self.id = id
        self.position = position
    }

    package static let form = Form.object(
        "OwnerAnswer", Self.init(id:position:),
        .required("id", \.id, .agentKey),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}

/// A namespace in which somebody has no role any more.
package struct MemberAnswer: CommandAnswer {
    package let namespace: Namespace
    package var position: Position?

    package init(namespace: Namespace, position: Position? = nil) {
        self.namespace = namespace
        self.position = position
    }

    package static let form = Form.object(
        "MemberAnswer", Self.init(namespace:position:),
        .required("namespace", \.namespace, .namespace),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}

/// A person in a list.
package struct PersonBody: Body {
    package let id: String
    package let username: String

    package init(id: String, username: String) {
        self.id = id
        self.username = username
    }

    package static let form = Form.object(
        "Person", Self.init(id:username:),
        .required("id", \.id, .text(.string(pattern: "^[0-9a-f]{32}$"))),
        .required("username", \.username, .text, "Empty where it was erased."))
}

/// Somebody with a role.
package struct OwnerBody: Body {
    package let id: String
    package let username: String
    package let role: String

    package init(id: String, username: String, role: String) {
        self.id = id
        self.username = username
        self.role = role
    }

    package static let form = Form.object(
        "Owner", Self.init(id:username:role:),
        .required("id", \.id, .text(.string(pattern: "^[0-9a-f]{32}$"))),
        .required("username", \.username, .text, "Empty where it was erased."),
        .required("role", \.role, .text(.choice(Role.allCases.map(\.rawValue)))))
}

/// Who owns and maintains something.
package struct OwnerList: Body {
    package let owners: [OwnerBody]

    package init(owners: [OwnerBody]) {
        self.owners = owners
    }

    package static let form = Form.object(
        "OwnerList", Self.init(owners:),
        .required("owners", \.owners, .list(OwnerBody.form)))
}
