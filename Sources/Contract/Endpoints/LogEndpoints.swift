package import Events

extension Endpoints {
    package static let listEvents = Endpoint<EventQuery, NoBody, EventPage>.query(
        "listEvents", "/events", "Read the log", notes: "Entries from a position on, their bytes unchanged.",
        caching: .never, cost: .search, problems: [.positionUnknown])
    package static let listProjections = Endpoint<NoParameters, NoBody, ProjectionList>.query(
        "listProjections", "/projections", "Show how far each read model is", caching: .never)

    static let log: [any AnyEndpoint] = [listEvents, listProjections]
}

/// Which entries of the log.
package struct EventQuery: PagedParameters {
    package let from: Position
    package let limit: Int64
    package let stream: String?
    package let type: String?

    package init(from: Position = Position(0), limit: Int64 = 100, stream: String? = nil, type: String? = nil) {
        self.from = from
        self.limit = limit
        self.stream = stream
        self.type = type
    }

    package static let parameters = ParameterForm.of(
        Self.init(from:limit:stream:type:),
        .query("from", \.from, .position, default: Position(0), "The first position."),
        .query("limit", \.limit, .integer(from: 1, to: 1_000), default: Int64(100), "The most entries."),
        .query("stream", \.stream, .text(atMost: 512), "Entries of one stream alone, <kind>/<id>."),
        .query("type", \.type, .text(atMost: 128), "Entries of one type alone."))
}

/// Entries of the log.
package struct EventPage: Body {
    package let events: [LoggedEntry]
    package let next: Position

    package init(events: [LoggedEntry], next: Position) {
        self.events = events
        self.next = next
    }

    package static let form = Form.object(
        "EventPage", Self.init(events:next:),
        .required("events", \.events, .list(LoggedEntry.form)),
        .required("next", \.next, .position, "The first position that was not looked at."))
}

/// An entry and where it stands.
package struct LoggedEntry: Body {
    package let position: Position
    package let entry: RawObject

    package init(position: Position, entry: RawObject) {
        self.position = position
        self.entry = entry
    }

    package static let form = Form.object(
        "LoggedEntry", Self.init(position:entry:),
        .required("position", \.position, .position),
        .required(
            "entry", \.entry, .raw, "The bytes of the entry, unchanged: canonical JSON of a CloudEvents envelope."))
}

/// How far a read model is.
package struct ProjectionBody: Body {
    package let name: String
    package let cursor: Position
    package let head: Position
    package let lag: Int64
    package let oldestWaitMilliseconds: Int64

    package init(name: String, cursor: Position, head: Position, lag: Int64, oldestWaitMilliseconds: Int64) {
        self.name = name
        self.cursor = cursor
        self.head = head
        self.lag = lag
        self.oldestWaitMilliseconds = oldestWaitMilliseconds
    }

    package static let form = Form.object(
        "Projection", Self.init(name:cursor:head:lag:oldestWaitMilliseconds:),
        .required("name", \.name, .text),
        .required("cursor", \.cursor, .position, "The next position it will apply."),
        .required("head", \.head, .position, "The next position of the log."),
        .required("lag", \.lag, .count),
        .required(
            "oldest_wait_ms", \.oldestWaitMilliseconds, .count,
            "How long the oldest event that it has not applied has waited."))
}

/// How far each read model is.
package struct ProjectionList: Body {
    package let projections: [ProjectionBody]

    package init(projections: [ProjectionBody]) {
        self.projections = projections
    }

    package static let form = Form.object(
        "ProjectionList", Self.init(projections:),
        .required("projections", \.projections, .list(ProjectionBody.form)))
}
