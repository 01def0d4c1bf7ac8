package import Events

/// An agent.
package struct AgentParameters: PastParameters, AboutOneAgent {
    package let id: AgentKey
    package let minimumPosition: Position?
    package let asOf: AsOf?

    package init(id: AgentKey, minimumPosition: Position? = nil, asOf: AsOf? = nil) {
        self.id = id
        self.minimumPosition = minimumPosition
        self.asOf = asOf
    }

    package static let parameters = ParameterForm.of(
        Self.init(id:minimumPosition:asOf:),
        .path("id", \.id, .agent, "The id of an agent, in any spelling."),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."),
        .asOf(\.asOf))
}

extension AgentParameters {
    /// An agent as it is now.
    package struct Present: PositionedParameters, AboutOneAgent {
        package let id: AgentKey
        package let minimumPosition: Position?

        package init(id: AgentKey, minimumPosition: Position? = nil) {
            self.id = id
            self.minimumPosition = minimumPosition
        }

        package static let parameters = ParameterForm.of(
            Self.init(id:minimumPosition:),
            .path("id", \.id, .agent, "The id of an agent, in any spelling."),
            .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
    }

    /// An agent that is changed.
    package struct Changed: Parameters {
        package let id: AgentKey

        package init(id: AgentKey) {
            self.id = id
        }

        package static let parameters = ParameterForm.of(
            Self.init(id:),
            .path("id", \.id, .agent, "The id of an agent, in any spelling."))
    }
}

/// An agent, and where a list about it goes on.
package struct AgentPageParameters: PositionedParameters, PagedParameters {
    package let id: AgentKey
    package let limit: Int64
    package let cursor: String?
    package let minimumPosition: Position?

    package init(id: AgentKey, limit: Int64 = 20, cursor: String? = nil, minimumPosition: Position? = nil) {
        self.id = id
        self.limit = limit
        self.cursor = cursor
        self.minimumPosition = minimumPosition
    }

    package static let parameters = ParameterForm.of(
        Self.init(id:limit:cursor:minimumPosition:),
        .path("id", \.id, .agent, "The id of an agent, in any spelling."),
        .query("limit", \.limit, .integer(from: 1, to: 100), default: Int64(20), "The most entries of a page."),
        .query("cursor", \.cursor, .cursor, "Where a page goes on, as the one before said."),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}

/// An agent and a person: an owner of it, or the author of a review.
package struct AgentPersonParameters: Parameters {
    package let id: AgentKey
    package let name: String

    package init(id: AgentKey, name: String) {
        self.id = id
        self.name = name
    }

    package static let parameters = ParameterForm.of(
        Self.init(id:name:),
        .path("id", \.id, .agent, "The id of an agent, in any spelling."),
        .path("name", \.name, .segment(.userNotFound), "The name of a person, or their id."))
}
