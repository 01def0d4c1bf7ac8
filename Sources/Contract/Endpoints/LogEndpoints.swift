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

/// A build of a read model.
package struct BuildBody: Body {
    /// What a build is for now.
    package enum State: String, CaseIterable, Sendable {
        case building, active, retired
    }

    package let build: Int64
    package let version: Int64
    package let state: State
    package let isCheck: Bool
    package let program: String
    package let cursor: Position
    package let begun: Timestamp
    package let moved: Timestamp

    package init(
        build: Int64, version: Int64, state: State, isCheck: Bool, program: String, cursor: Position, begun: Timestamp,
        moved: Timestamp
    ) {
        self.build = build
        self.version = version
        self.state = state
        self.isCheck = isCheck
        self.program = program
        self.cursor = cursor
        self.begun = begun
        self.moved = moved
    }

    package static let form = Form.object(
        "Build", Self.init(build:version:state:isCheck:program:cursor:begun:moved:),
        .required("build", \.build, .count, "Its number, which no other build has."),
        .required("version", \.version, .count, "The version of the model; a program reads builds of its own."),
        .required("state", \.state, .choice()),
        .required("is_check", \.isCheck, .bool, "True where it is made to be compared and not to be read."),
        .required("program", \.program, .text, "The program that made it."),
        .required("cursor", \.cursor, .position, "The next position it will apply."),
        .required("begun", \.begun, .time),
        .required("moved", \.moved, .time, "When its cursor last moved."))
}

/// How far a read model is.
package struct ProjectionBody: Body {
    package let name: String
    package let cursor: Position
    package let head: Position
    package let lag: Int64
    package let oldestWaitMilliseconds: Int64
    package let builds: [BuildBody]

    package init(
        name: String, cursor: Position, head: Position, lag: Int64, oldestWaitMilliseconds: Int64, builds: [BuildBody]
    ) {
        self.name = name
        self.cursor = cursor
        self.head = head
        self.lag = lag
        self.oldestWaitMilliseconds = oldestWaitMilliseconds
        self.builds = builds
    }

    package static let form = Form.object(
        "Projection", Self.init(name:cursor:head:lag:oldestWaitMilliseconds:builds:),
        .required("name", \.name, .text),
        .required("cursor", \.cursor, .position, "The next position that the build that is read will apply."),
        .required("head", \.head, .position, "The next position of the log."),
        .required("lag", \.lag, .count),
        .required(
            "oldest_wait_ms", \.oldestWaitMilliseconds, .count,
            "How long the oldest event that it has not applied has waited."),
        .required("builds", \.builds, .list(BuildBody.form), "All builds, also those that are made or dropped now."))
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
