package import Events

extension Endpoints {
    package static let showAgent = Endpoint<AgentParameters, NoBody, AgentDetail>.query(
        "showAgent", "/agents/{id}", "Show an agent", caching: .kept)
    package static let showPublisher = Endpoint<PublisherParameters, NoBody, PublisherPage>.query(
        "showPublisher", "/publishers/{name}", "Show a publisher and their agents", cost: .search)

    static let agents: [any AnyEndpoint] = [showAgent, showPublisher]
}

/// A publisher, and where the list of their agents goes on.
package struct PublisherParameters: PositionedParameters, PagedParameters {
    package let name: String
    package let limit: Int64
    package let cursor: String?
    package let minimumPosition: Position?

    package init(name: String, limit: Int64 = 20, cursor: String? = nil, minimumPosition: Position? = nil) {
        self.name = name
        self.limit = limit
        self.cursor = cursor
        self.minimumPosition = minimumPosition
    }

    package static let parameters = ParameterForm.of(
        Self.init(name:limit:cursor:minimumPosition:),
        .path("name", \.name, .segment(.userNotFound), "The name of a person, in any spelling."),
        .query("limit", \.limit, .integer(from: 1, to: 100), default: Int64(20), "The most entries of a page."),
        .query("cursor", \.cursor, .cursor, "Where a page goes on, as the one before said."),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}

/// What lists show of an agent, under the names of the specification (1.3).
package struct AgentSummary: Body {
    package let id: AgentKey
    package let agentID: String
    package let displayName: String
    package let summary: String
    package let publisher: PublisherMention
    package let latestVersion: String?
    package let isYanked: Bool
    package let downloads: Int64
    package let stars: Int64
    package let ratingHundredths: Int64
    package let ratings: Int64
    package let categories: [String]
    package let isVerified: Bool
    package let hasWASM: Bool
    package let isDeprecated: Bool
    package let isQuarantined: Bool
    package let created: Timestamp
    package let updated: Timestamp

    package init(
        id: AgentKey, agentID: String, displayName: String, summary: String, publisher: PublisherMention,
        latestVersion: String?, isYanked: Bool, downloads: Int64, stars: Int64, ratingHundredths: Int64, ratings: Int64,
        categories: [String], isVerified: Bool, hasWASM: Bool, isDeprecated: Bool, isQuarantined: Bool,
        created: Timestamp,
        updated: Timestamp
    ) {
        self.id = id
        self.agentID = agentID
        self.displayName = displayName
        self.summary = summary
        self.publisher = publisher
        self.latestVersion = latestVersion
        self.isYanked = isYanked
        self.downloads = downloads
        self.stars = stars
        self.ratingHundredths = ratingHundredths
        self.ratings = ratings
        self.categories = categories
        self.isVerified = isVerified
        self.hasWASM = hasWASM
        self.isDeprecated = isDeprecated
        self.isQuarantined = isQuarantined
        self.created = created
        self.updated = updated
    }

    package static let form = Form.object(
        "AgentSummary",
        Self.init(
            id:agentID:displayName:summary:publisher:latestVersion:isYanked:downloads:stars:ratingHundredths:ratings:
            categories:
            isVerified:hasWASM:isDeprecated:isQuarantined:created:updated:),
        .required("id", \.id, .agentKey, "The key: equal for all spellings."),
        .required("agent_id", \.agentID, .text, "The registered spelling."),
        .required("display_name", \.displayName, .text),
        .required("summary", \.summary, .text, "One line."),
        .required("publisher", \.publisher, PublisherMention.form),
        .optional(
            "latest_version", \.latestVersion, .text,
            "The version that 'latest' means; absent where all are yanked or held."),
        .required("is_yanked", \.isYanked, .bool, "True where every version is yanked or held."),
        .required("download_count", \.downloads, .count, "Once for each reader and day."),
        .required("star_count", \.stars, .count),
        .required("rating_avg", \.ratingHundredths, .hundredths),
        .required("rating_count", \.ratings, .count, "How many have reviewed it."),
        .required("categories", \.categories, .list(.text)),
        .required("is_verified", \.isVerified, .bool),
        .required("has_wasm", \.hasWASM, .bool, "True where the shown version has a WebAssembly module."),
        .required("is_deprecated", \.isDeprecated, .bool, "True where it is not recommended any more."),
        .required("is_quarantined", \.isQuarantined, .bool, "True where moderators hold all its versions."),
        .required("created_at", \.created, .time, "When it was registered."),
        .required("updated_at", \.updated, .time, "When a version was last published."))
}

/// Who publishes, in a few words.
package struct PublisherMention: Body {
    package let username: String
    package let isVerified: Bool

    package init(username: String, isVerified: Bool) {
        self.username = username
        self.isVerified = isVerified
    }

    package static let form = Form.object(
        "PublisherMention", Self.init(username:isVerified:),
        .required("username", \.username, .text, "Empty where it is not known."),
        .required("is_verified", \.isVerified, .bool))
}

/// An agent with the version that is shown.
package struct AgentDetail: Body {
    package let summary: AgentSummary
    package let author: String?
    package let description: String?
    package let capabilities: [String]
    package let dependencies: [DependencyBody]
    package let inputs: [PinBody]
    package let outputs: [PinBody]
    package let tags: [String]
    package let icon: String?
    package let image: String?
    package let license: String?
    package let isListed: Bool
    package let runtime: String?
    package let sourceURL: String?
    package let deprecation: DeprecationRemark?
    package let quarantine: ReasonRemark?
    package let ownersChanged: Timestamp?

    package init(
        summary: AgentSummary, author: String? = nil, description: String? = nil, capabilities: [String],
        dependencies: [DependencyBody], inputs: [PinBody], outputs: [PinBody], tags: [String], icon: String? = nil,
        image: String? = nil, license: String? = nil, isListed: Bool, runtime: String? = nil, sourceURL: String? = nil,
        deprecation: DeprecationRemark? = nil, quarantine: ReasonRemark? = nil, ownersChanged: Timestamp? = nil
    ) {
        self.summary = summary
        self.author = author
        self.description = description
        self.capabilities = capabilities
        self.dependencies = dependencies
        self.inputs = inputs
        self.outputs = outputs
        self.tags = tags
        self.icon = icon
        self.image = image
        self.license = license
        self.isListed = isListed
        self.runtime = runtime
        self.sourceURL = sourceURL
        self.deprecation = deprecation
        self.quarantine = quarantine
        self.ownersChanged = ownersChanged
    }

    package static let form = Form.object(
        "AgentDetail",
        Self.init(
            summary:author:description:capabilities:dependencies:inputs:outputs:tags:icon:image:license:isListed:
            runtime:sourceURL:deprecation:quarantine:ownersChanged:),
        .including(\.summary, AgentSummary.form),
        .optional("author", \.author, .text, "Who wrote it, as its manifest says, unless that was erased."),
        .optional("description", \.description, .text),
        .required("capabilities", \.capabilities, .list(.text)),
        .required("dependencies", \.dependencies, .list(DependencyBody.form)),
        .required("inputs", \.inputs, .list(PinBody.form)),
        .required("outputs", \.outputs, .list(PinBody.form)),
        .required("tags", \.tags, .list(.text)),
        .optional("icon", \.icon, .text),
        .optional("image", \.image, .text),
        .optional("license", \.license, .text),
        .required("listed", \.isListed, .bool),
        .optional("runtime", \.runtime, .text),
        .optional("source_url", \.sourceURL, .text),
        .optional("deprecation", \.deprecation, DeprecationRemark.form, "Where it is deprecated."),
        .optional("quarantine", \.quarantine, ReasonRemark.form, "Where moderators hold all its versions."),
        .optional(
            "owners_changed_at", \.ownersChanged, .time,
            "When somebody last got a role on it or lost one; pages show it for 90 days."))
}

/// What an agent needs.
package struct DependencyBody: Body {
    package let id: String
    package let range: String
    package let isPeer: Bool

    package init(id: String, range: String, isPeer: Bool) {
        self.id = id
        self.range = range
        self.isPeer = isPeer
    }

    package static let form = Form.object(
        "Dependency", Self.init(id:range:isPeer:),
        .required("id", \.id, .text),
        .required("range", \.range, .text, "Which versions do."),
        .required("peer", \.isPeer, .bool))
}

/// An input or output of an agent.
package struct PinBody: Body {
    package let name: String
    package let type: String
    package let description: String?

    package init(name: String, type: String, description: String? = nil) {
        self.name = name
        self.type = type
        self.description = description
    }

    package static let form = Form.object(
        "Pin", Self.init(name:type:description:),
        .required("name", \.name, .text),
        .required("type", \.type, .text),
        .optional("description", \.description, .text))
}

/// Why an agent is not recommended any more.
package struct DeprecationRemark: Body {
    package let replacement: String?
    package let note: String?
    package let since: Timestamp

    package init(replacement: String? = nil, note: String? = nil, since: Timestamp) {
        self.replacement = replacement
        self.note = note
        self.since = since
    }

    package static let form = Form.object(
        "DeprecationRemark", Self.init(replacement:note:since:),
        .optional("replacement", \.replacement, .text, "What to use in its place."),
        .optional("note", \.note, .text),
        .required("since", \.since, .time))
}

/// Why a version is yanked or held.
package struct ReasonRemark: Body {
    package let reason: String
    package let note: String?
    package let since: Timestamp

    package init(reason: String, note: String? = nil, since: Timestamp) {
        self.reason = reason
        self.note = note
        self.since = since
    }

    package static let form = Form.object(
        "ReasonRemark", Self.init(reason:note:since:),
        .required(
            "reason", \.reason,
            .text(
                .choice(
                    Array(Set(YankReason.allCases.map(\.rawValue) + QuarantineReason.allCases.map(\.rawValue))).sorted()
                ))),
        .optional("note", \.note, .text),
        .required("since", \.since, .time))
}

/// A publisher with a page of their agents.
package struct PublisherPage: Body {
    package let id: String
    package let username: String
    package let kind: String
    package let displayName: String?
    package let bio: String?
    package let websiteURL: String?
    package let isVerified: Bool
    package let created: Timestamp
    package let agents: [AgentSummary]
    package let pagination: Pagination

    package init(
        id: String, username: String, kind: String, displayName: String? = nil, bio: String? = nil,
        websiteURL: String? = nil, isVerified: Bool, created: Timestamp, agents: [AgentSummary], pagination: Pagination
    ) {
        self.id = id
        self.username = username
        self.kind = kind
        self.displayName = displayName
        self.bio = bio
        self.websiteURL = websiteURL
        self.isVerified = isVerified
        self.created = created
        self.agents = agents
        self.pagination = pagination
    }

    package static let form = Form.object(
        "Publisher", Self.init(id:username:kind:displayName:bio:websiteURL:isVerified:created:agents:pagination:),
        .required("id", \.id, .text),
        .required("username", \.username, .text),
        .required("kind", \.kind, .text(.choice(UserRegistered.Kind.allCases.map(\.rawValue)))),
        .optional("display_name", \.displayName, .text),
        .optional("bio", \.bio, .text),
        .optional("website_url", \.websiteURL, .text),
        .required("is_verified", \.isVerified, .bool),
        .required("created_at", \.created, .time),
        .required("agents", \.agents, .list(AgentSummary.form)),
        .required("pagination", \.pagination, Pagination.form))
}
