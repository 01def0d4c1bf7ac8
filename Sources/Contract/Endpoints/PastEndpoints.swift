package import Events

extension Endpoints {
    package static let showHistory = Endpoint<AgentPageParameters, NoBody, HistoryPage>.query(
        "showHistory", "/agents/{id}/history", "List what happened to an agent, in order",
        notes:
            "Versions, yanks, deprecations, holds, roles, removed files: each with the position of its entry, which anybody can look up. Judgments and downloads have lists of their own.",
        cost: .past)
    package static let showExposure = Endpoint<VersionQuery, NoBody, ExposurePage>.query(
        "showExposure", "/agents/{id}/exposure", "Show when a version could be had, and what it newly asked for",
        notes:
            "A version is resolvable while a range can lead to it, and downloadable while its number can: a yank ends the former alone. It is compared with the highest version below it that was there when it was published, a release with a release where there was one, or else with the one published last before it.",
        cost: .past, problems: [.versionNotFound, .pastTooLong])

    static let past: [any AnyEndpoint] = [showHistory, showExposure]
}

/// Something that happened to an agent.
package struct HistoryItem: Body {
    package let position: Position
    package let time: Timestamp
    package let type: String
    package let actor: PersonBody?
    package let token: String?
    package let note: String?
    package let data: RawObject

    package init(
        position: Position, time: Timestamp, type: String, actor: PersonBody? = nil, token: String? = nil,
        note: String? = nil, data: RawObject
    ) {
        self.position = position
        self.time = time
        self.type = type
        self.actor = actor
        self.token = token
        self.note = note
        self.data = data
    }

    package static let form = Form.object(
        "HistoryItem", Self.init(position:time:type:actor:token:note:data:),
        .required("position", \.position, .position, "Where the log says so."),
        .required("time", \.time, .time),
        .required("type", \.type, .text, "The type of the event, such as agent.version-yanked.v1."),
        .optional("actor", \.actor, PersonBody.form, "Who did it."),
        .optional("token", \.token, .text, "The id of the credential that it was done with."),
        .optional("note", \.note, .text, "The reason in words, unless it was erased."),
        .required("data", \.data, .raw, "What the event says."))
}

/// A page of the history of an agent.
package struct HistoryPage: Body {
    package let id: AgentKey
    package let history: [HistoryItem]
    package let pagination: Pagination

    package init(id: AgentKey, history: [HistoryItem], pagination: Pagination) {
        self.id = id
        self.history = history
        self.pagination = pagination
    }

    package static let form = Form.object(
        "History", Self.init(id:history:pagination:),
        .required("id", \.id, .agentKey),
        .required("history", \.history, .list(HistoryItem.form)),
        .required("pagination", \.pagination, Pagination.form))
}

/// A time from one entry to another.
package struct SpanBody: Body {
    package let from: Position
    package let since: Timestamp
    package let until: Position?
    package let ended: Timestamp?

    package init(from: Position, since: Timestamp, until: Position? = nil, ended: Timestamp? = nil) {
        self.from = from
        self.since = since
        self.until = until
        self.ended = ended
    }

    package static let form = Form.object(
        "Span", Self.init(from:since:until:ended:),
        .required("from", \.from, .position, "The entry with which it began."),
        .required("since", \.since, .time),
        .optional("until", \.until, .position, "The entry with which it ended, where it has."),
        .optional("ended", \.ended, .time))
}

/// What a version newly asks for.
package struct ExposureNews: Body {
    package let against: String
    package let capabilities: [String]
    package let dependencies: [DependencyBody]
    package let otherPublisher: PersonBody?

    package init(
        against: String, capabilities: [String], dependencies: [DependencyBody], otherPublisher: PersonBody? = nil
    ) {
        self.against = against
        self.capabilities = capabilities
        self.dependencies = dependencies
        self.otherPublisher = otherPublisher
    }

    package static let form = Form.object(
        "ExposureNews", Self.init(against:capabilities:dependencies:otherPublisher:),
        .required("against", \.against, .text, "The version that it is compared with."),
        .required("capabilities", \.capabilities, .list(.text), "Those that the other one does not have."),
        .required(
            "dependencies", \.dependencies, .list(DependencyBody.form),
            "Those that the other one does not have, or has with another range."),
        .optional("other_publisher", \.otherPublisher, PersonBody.form, "Where somebody else published the other one."))
}

/// When a version could be had, and what it newly asked for.
package struct ExposurePage: Body {
    package let id: AgentKey
    package let version: String
    package let publisher: PersonBody?
    package let resolvable: [SpanBody]
    package let downloadable: [SpanBody]
    package let spansLeftOut: Int64?
    package let downloads: Int64
    package let readers: Int64
    package let days: [DayDownloads]
    package let news: ExposureNews?

    package init(
        id: AgentKey, version: String, publisher: PersonBody? = nil, resolvable: [SpanBody], downloadable: [SpanBody],
        spansLeftOut: Int64? = nil, downloads: Int64, readers: Int64, days: [DayDownloads], news: ExposureNews? = nil
    ) {
        self.id = id
        self.version = version
        self.publisher = publisher
        self.resolvable = resolvable
        self.downloadable = downloadable
        self.spansLeftOut = spansLeftOut
        self.downloads = downloads
        self.readers = readers
        self.days = days
        self.news = news
    }

    package static let form = Form.object(
        "Exposure", Self.init(id:version:publisher:resolvable:downloadable:spansLeftOut:downloads:readers:days:news:),
        .required("id", \.id, .agentKey),
        .required("version", \.version, .text),
        .optional("publisher", \.publisher, PersonBody.form),
        .required("resolvable", \.resolvable, .list(SpanBody.form), "When a range or 'latest' could lead to it."),
        .required("downloadable", \.downloadable, .list(SpanBody.form), "When its number led to its file."),
        .optional(
            "spans_left_out", \.spansLeftOut, .count,
            "How many times are not listed, where there are more than a thousand of a kind: the first and the last 500 are."
        ),
        .required("downloads", \.downloads, .count, "Each time, on the days that are listed."),
        .required(
            "unique_downloads", \.readers, .count,
            "Once for each reader and day: at most so many people, since readers of two days can't be told apart."),
        .required("days", \.days, .list(DayDownloads.form), "The last 3,660 days with a download."),
        .optional("news", \.news, ExposureNews.form, "Against the version before, where there is one."))
}
