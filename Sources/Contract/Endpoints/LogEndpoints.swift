package import Events

extension Endpoints {
    package static let listEvents = Endpoint<EventQuery, NoBody, EventPage>.query(
        "listEvents", "/events", "Read the log", notes: "Entries from a position on, their bytes unchanged.",
        caching: .never, cost: .search, problems: [.positionUnknown])
    package static let followEvents = Endpoint<FollowQuery, NoBody, NoBody>.events(
        "followEvents", "/events/stream", "Follow the log",
        notes:
            "Server-sent events: each entry once and in order, its bytes unchanged as `data`, its position as `id`, so that `Last-Event-ID` goes on where a stream ended. An event `dropped` ends the stream of a reader that is slower than the log grows.",
        problems: [.positionUnknown, .tooManyReaders])
    package static let listProjections = Endpoint<NoParameters, NoBody, ProjectionList>.query(
        "listProjections", "/projections", "Show how far each read model is", caching: .never)

    package static let listContents = Endpoint<ContentQuery, NoBody, ContentPage>.query(
        "listContents", "/contents", "Read public contents with their nonces",
        notes:
            "The SHA-256 of the nonce followed by the document is what the entry at the position says under the field. What was erased, or is private, is left out.",
        caching: .never, cost: .search)
    package static let showContent = Endpoint<ContentParameters, NoBody, ContentBody>.query(
        "showContent", "/contents/{position}/{field}", "Read one public content with its nonce", caching: .never,
        problems: [.contentNotFound])

    static let log: [any AnyEndpoint] = [listEvents, followEvents, listProjections, listContents, showContent]
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

/// From where on which entries are followed.
package struct FollowQuery: Parameters {
    package let from: Position?
    package let agent: AgentKey?
    package let type: String?
    package let stream: String?
    /// The position of the last entry that the reader has; it counts more than `from`.
    package let last: Position?

    package init(
        from: Position? = nil, agent: AgentKey? = nil, type: String? = nil, stream: String? = nil,
        last: Position? = nil
    ) {
        self.from = from
        self.agent = agent
        self.type = type
        self.stream = stream
        self.last = last
    }

    package static let parameters = ParameterForm.of(
        Self.init(from:agent:type:stream:last:),
        .query("from", \.from, .position, "The first position; without it, what comes from now on."),
        .query("agent", \.agent, .agent, "Entries about one agent alone."),
        .query("type", \.type, .text(atMost: 128), "Entries of one type alone."),
        .query("stream", \.stream, .text(atMost: 512), "Entries of one stream alone, <kind>/<id>."),
        .field("Last-Event-ID", .position, "The position of the last entry that came; the next one is the first."))
}

/// What a reader that is dropped is told.
package struct DroppedReader: Body {
    package let next: Position
    package let reason: String

    package init(next: Position, reason: String) {
        self.next = next
        self.reason = reason
    }

    package static let form = Form.object(
        "DroppedReader", Self.init(next:reason:),
        .required("next", \.next, .position, "The first position that was not sent."),
        .required("reason", \.reason, .text))
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

/// Which public contents.
package struct ContentQuery: PagedParameters {
    package let from: Position
    package let limit: Int64

    package init(from: Position = Position(0), limit: Int64 = 100) {
        self.from = from
        self.limit = limit
    }

    package static let parameters = ParameterForm.of(
        Self.init(from:limit:),
        .query("from", \.from, .position, default: Position(0), "The first position."),
        .query(
            "limit", \.limit, .integer(from: 1, to: 1_000), default: Int64(100),
            "The most contents; a position is whole."))
}

/// One public content.
package struct ContentParameters: Parameters {
    package let position: String
    package let field: String

    package init(position: String, field: String) {
        self.position = position
        self.field = field
    }

    package static let parameters = ParameterForm.of(
        Self.init(position:field:),
        .path("position", \.position, .segment(.contentNotFound), "The position of the entry."),
        .path("field", \.field, .segment(.contentNotFound), "The field that commits to it, such as listing_commitment.")
    )
}

/// A public content, and where its commitment stands.
package struct ContentBody: Body {
    package let position: Position
    package let field: String
    package let nonce: String
    package let document: RawObject

    package init(position: Position, field: String, nonce: String, document: RawObject) {
        self.position = position
        self.field = field
        self.nonce = nonce
        self.document = document
    }

    package static let form = Form.object(
        "Content", Self.init(position:field:nonce:document:),
        .required("position", \.position, .position, "The entry that commits to it."),
        .required("field", \.field, .text, "The field with the commitment."),
        .required("nonce", \.nonce, .text, "32 bytes as hexadecimal digits."),
        .required("document", \.document, .raw, "The bytes of the document, unchanged: canonical JSON."))
}

/// Public contents.
package struct ContentPage: Body {
    package let contents: [ContentBody]
    package let next: Position

    package init(contents: [ContentBody], next: Position) {
        self.contents = contents
        self.next = next
    }

    package static let form = Form.object(
        "ContentPage", Self.init(contents:next:),
        .required("contents", \.contents, .list(ContentBody.form)),
        .required("next", \.next, .position, "The first position that was not looked at."))
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
    package let beat: Timestamp?

    package init(
        build: Int64, version: Int64, state: State, isCheck: Bool, program: String, cursor: Position, begun: Timestamp,
        moved: Timestamp, beat: Timestamp?
    ) {
        self.build = build
        self.version = version
        self.state = state
        self.isCheck = isCheck
        self.program = program
        self.cursor = cursor
        self.begun = begun
        self.moved = moved
        self.beat = beat
    }

    package static let form = Form.object(
        "Build", Self.init(build:version:state:isCheck:program:cursor:begun:moved:beat:),
        .required("build", \.build, .count, "Its number, which no other build has."),
        .required("version", \.version, .count, "The version of the model; a program reads builds of its own."),
        .required("state", \.state, .choice()),
        .required("is_check", \.isCheck, .bool, "True where it is made to be compared and not to be read."),
        .required("program", \.program, .text, "The program that made it."),
        .required("cursor", \.cursor, .position, "The next position it will apply."),
        .required("begun", \.begun, .time),
        .required("moved", \.moved, .time, "When its cursor last moved."),
        .optional("beat", \.beat, .time, "When whoever works on it last gave a sign of life, moving or not."))
}

/// What a build could not apply.
package struct FaultBody: Body {
    package let build: Int64
    package let key: String?
    package let position: Position
    package let since: Timestamp

    package init(build: Int64, key: String?, position: Position, since: Timestamp) {
        self.build = build
        self.key = key
        self.position = position
        self.since = since
    }

    package static let form = Form.object(
        "Fault", Self.init(build:key:position:since:),
        .required("build", \.build, .count),
        .optional("key", \.key, .text, "The agent whose entries wait; absent where the build as a whole stands still."),
        .required("position", \.position, .position, "The first entry that is not applied."),
        .required("since", \.since, .time))
}

/// How far a read model is.
package struct ProjectionBody: Body {
    package let name: String
    package let cursor: Position
    package let head: Position
    package let lag: Int64
    package let oldestWaitMilliseconds: Int64
    package let builds: [BuildBody]
    package let faults: [FaultBody]

    package init(
        name: String, cursor: Position, head: Position, lag: Int64, oldestWaitMilliseconds: Int64, builds: [BuildBody],
        faults: [FaultBody]
    ) {
        self.name = name
        self.cursor = cursor
        self.head = head
        self.lag = lag
        self.oldestWaitMilliseconds = oldestWaitMilliseconds
        self.builds = builds
        self.faults = faults
    }

    package static let form = Form.object(
        "Projection", Self.init(name:cursor:head:lag:oldestWaitMilliseconds:builds:faults:),
        .required("name", \.name, .text),
        .required("cursor", \.cursor, .position, "The next position that the build that is read will apply."),
        .required("head", \.head, .position, "The next position of the log."),
        .required("lag", \.lag, .count),
        .required(
            "oldest_wait_ms", \.oldestWaitMilliseconds, .count,
            "How long the oldest event that it has not applied has waited."),
        .required("builds", \.builds, .list(BuildBody.form), "All builds, also those that are made or dropped now."),
        .required("faults", \.faults, .list(FaultBody.form), "What builds could not apply."))
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
