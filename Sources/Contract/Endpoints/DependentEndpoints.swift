package import Events

extension Endpoints {
    package static let listDependents = Endpoint<AgentPageParameters, NoBody, DependentList>.query(
        "listDependents", "/agents/{id}/dependents", "List the agents whose shown version needs an agent",
        notes: "What a range leads to now is worked out for each. The agent that is needed need not exist.",
        cost: .search)

    static let dependents: [any AnyEndpoint] = [listDependents]
}

/// An agent whose shown version needs another one.
package struct DependentBody: Body {
    package let id: AgentKey
    package let agentID: String
    package let version: String
    package let range: String
    package let isPeer: Bool
    package let resolved: String?

    package init(
        id: AgentKey, agentID: String, version: String, range: String, isPeer: Bool, resolved: String? = nil
    ) {
        self.id = id
        self.agentID = agentID
        self.version = version
        self.range = range
        self.isPeer = isPeer
        self.resolved = resolved
    }

    package static let form = Form.object(
        "Dependent", Self.init(id:agentID:version:range:isPeer:resolved:),
        .required("id", \.id, .agentKey),
        .required("agent_id", \.agentID, .text, "The registered spelling."),
        .required("version", \.version, .text, "The version that needs it, which is the one that is shown."),
        .required("range", \.range, .text, "Which versions do."),
        .required("peer", \.isPeer, .bool),
        .optional(
            "resolved", \.resolved, .text,
            "The version that the range leads to now; absent where none does, or that takes too long to find."))
}

/// A page of the dependents of an agent.
package struct DependentList: Body {
    package let dependents: [DependentBody]
    package let pagination: Pagination

    package init(dependents: [DependentBody], pagination: Pagination) {
        self.dependents = dependents
        self.pagination = pagination
    }

    package static let form = Form.object(
        "DependentList", Self.init(dependents:pagination:),
        .required("dependents", \.dependents, .list(DependentBody.form)),
        .required("pagination", \.pagination, Pagination.form))
}
