package import Events

extension Endpoints {
    package static let logPage = Endpoint<LogQuery, NoBody, NoBody>.page(
        "logPage", "/log", "What happened, the last first", cost: .search, problems: [.tooManyAtOnce])
    package static let entryPage = Endpoint<EntryParameters, NoBody, NoBody>.page(
        "entryPage", "/log/{position}", "An entry of the log, in words and in bytes", cost: .search,
        problems: [.pathNotFound, .tooManyAtOnce])

    /// The log for people.
    static let logPages: [any AnyEndpoint] = [logPage, entryPage]
}

/// Which entries somebody wants to see. There is no list of what one person did.
package struct LogQuery: PositionedParameters {
    package let agent: AgentKey?
    package let type: String?
    package let stream: String?
    package let before: Position?
    package let minimumPosition: Position?

    package init(
        agent: AgentKey? = nil, type: String? = nil, stream: String? = nil, before: Position? = nil,
        minimumPosition: Position? = nil
    ) {
        self.agent = agent
        self.type = type
        self.stream = stream
        self.before = before
        self.minimumPosition = minimumPosition
    }

    package static let parameters = ParameterForm.of(
        Self.init(agent:type:stream:before:minimumPosition:),
        .query("agent", \.agent, .agent, "Entries about one agent alone."),
        .query("type", \.type, .text(atMost: 128), "Entries of one type alone."),
        .query("stream", \.stream, .text(atMost: 512), "Entries of one stream alone, <kind>/<id>."),
        .query("before", \.before, .position, "Entries before this position; without it, the last ones."),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}

/// An entry of the log.
package struct EntryParameters: PositionedParameters {
    package let position: Position
    package let minimumPosition: Position?

    package init(position: Position, minimumPosition: Position? = nil) {
        self.position = position
        self.minimumPosition = minimumPosition
    }

    package static let parameters = ParameterForm.of(
        Self.init(position:minimumPosition:),
        .path("position", \.position, .entry, "The position of the entry."),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}

extension ParameterKind where Value == Position {
    /// A position in a path.
    fileprivate static let entry = ParameterKind(
        schema: .integer(0...(1 << 53) - 1), problem: .pathNotFound
    ) { (_, text) throws(Problem) in
        // Each entry has one address.
        guard let number = Int64(text), number >= 0, number < 1 << 53, "\(number)" == text else {
            throw Problem(.pathNotFound, "'\(text.prefix(32))' is no position of the log")
        }
        return Position(number)
    } write: {
        $0.description
    }
}
