package import Events
package import Manifest

extension Endpoints {
    package static let raiseFlag = Endpoint<NoParameters, NewFlag, FlagAnswer>.command(
        "raiseFlag", .post, "/flags", "Ask the moderators to look at something",
        notes: "Moderators see it at once. The log gets it later, shuffled among others; who flags stands in no entry.",
        credential: .token([.review]), meter: .flags, characters: WordsContent.maximumCharacters,
        problems: [.agentNotFound, .versionNotFound, .reviewNotFound, .userNotFound])
    package static let listFlags = Endpoint<FlagQuery, NoBody, FlagList>.query(
        "listFlags", "/flags", "List what was flagged, the most often first", credential: .token([.moderate]),
        caching: .never, cost: .search)

    static let flags: [any AnyEndpoint] = [raiseFlag, listFlags]
}

/// Where a list of flags goes on.
package struct FlagQuery: Parameters {
    package let limit: Int64
    package let offset: Int64

    package init(limit: Int64 = 20, offset: Int64 = 0) {
        self.limit = limit
        self.offset = offset
    }

    package static let parameters = ParameterForm.of(
        Self.init(limit:offset:),
        .query("limit", \.limit, .integer(from: 1, to: 100), default: Int64(20), "The most entries of a page."),
        .query(
            "cursor", \.offset, .integer(from: 0, to: 1_000_000), default: Int64(0),
            "Where a page goes on, as the one before said.")
    )
}

/// What is flagged, and why.
package struct NewFlag: Body {
    package let kind: FlagTarget.Kind
    package let agent: AgentID?
    package let version: SemVer?
    package let user: String?
    package let reason: FlagReason
    package let details: String?

    package init(
        kind: FlagTarget.Kind, agent: AgentID? = nil, version: SemVer? = nil, user: String? = nil, reason: FlagReason,
        details: String? = nil
    ) {
        self.kind = kind
        self.agent = agent
        self.version = version
        self.user = user
        self.reason = reason
        self.details = details
    }

    package static let form = Form.object(
        "NewFlag", Self.init(kind:agent:version:user:reason:details:),
        .required("kind", \.kind, .choice()),
        .optional("agent", \.agent, .agentID, "For all kinds but user."),
        .optional("version", \.version, .version, "For the kind version."),
        .optional("user", \.user, .text, "A name, or the id of a person: for the kinds user and review."),
        .required("reason", \.reason, .choice()),
        .optional("details", \.details, .prose(WordsContent.maximumCharacters), "For moderators alone."))
}

/// A flag that was taken.
package struct FlagAnswer: CommandAnswer {
    package let kind: FlagTarget.Kind
    package let isFlagged: Bool
    package var position: Position?

    package init(kind: FlagTarget.Kind, isFlagged: Bool, position: Position? = nil) {
        self.kind = kind
        self.isFlagged = isFlagged
        self.position = position
    }

    package static let form = Form.object(
        "FlagAnswer", Self.init(kind:isFlagged:position:),
        .required("kind", \.kind, .choice()),
        .required("flagged", \.isFlagged, .bool),
        .optional("position", \.position, .position, "Of the last event, or of the earlier one where nothing changed."))
}

/// How often something was flagged.
package struct FlagCount: Body {
    package let kind: String
    package let target: String
    package let count: Int64
    package let reasons: [String: Int64]
    package let last: Timestamp

    package init(kind: String, target: String, count: Int64, reasons: [String: Int64], last: Timestamp) {
        self.kind = kind
        self.target = target
        self.count = count
        self.reasons = reasons
        self.last = last
    }

    package static let form = Form.object(
        "FlagCount", Self.init(kind:target:count:reasons:last:),
        .required("kind", \.kind, .text),
        .required("target", \.target, .text, "As entries name it."),
        .required("count", \.count, .count),
        .required("reasons", \.reasons, .counts, "How often, by reason."),
        .required("last_flagged_at", \.last, .time))
}

/// A page of what was flagged.
package struct FlagList: Body {
    package let flags: [FlagCount]
    package let pagination: Pagination

    package init(flags: [FlagCount], pagination: Pagination) {
        self.flags = flags
        self.pagination = pagination
    }

    package static let form = Form.object(
        "FlagList", Self.init(flags:pagination:),
        .required("flags", \.flags, .list(FlagCount.form)),
        .required("pagination", \.pagination, Pagination.form))
}
