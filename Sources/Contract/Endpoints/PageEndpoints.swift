package import Events
package import Manifest

extension Endpoints {
    package static let frontPage = Endpoint<TotalsQuery, NoBody, NoBody>.page("frontPage", "/", "The first page")
    package static let searchPage = Endpoint<AgentQuery, NoBody, NoBody>.page(
        "searchPage", "/search", "Agents, searched and listed", cost: .search, problems: [.cursorExpired])
    package static let agentPage = Endpoint<AgentParameters, NoBody, NoBody>.page(
        "agentPage", "/agents/{id}", "An agent")
    package static let versionsPage = Endpoint<VersionListParameters, NoBody, NoBody>.page(
        "versionsPage", "/agents/{id}/versions", "The versions of an agent", cost: .search)
    package static let versionPage = Endpoint<VersionParameters, NoBody, NoBody>.page(
        "versionPage", "/agents/{id}/versions/{version}", "A version of an agent", cost: .past,
        problems: [.versionNotFound, .pastTooLong])
    package static let documentationPage = Endpoint<VersionQuery, NoBody, NoBody>.page(
        "documentationPage", "/agents/{id}/documentation", "What an agent says of itself at length", cost: .search,
        problems: [.versionNotFound, .tooManyAtOnce])
    package static let comparePage = Endpoint<Comparison, NoBody, NoBody>.page(
        "comparePage", "/compare", "Two agents, or two versions of one, side by side", cost: .search,
        problems: [.versionNotFound])
    package static let reviewsPage = Endpoint<ReviewQuery, NoBody, NoBody>.page(
        "reviewsPage", "/agents/{id}/reviews", "The reviews of an agent", cost: .search)
    package static let dependenciesPage = Endpoint<AgentPageParameters, NoBody, NoBody>.page(
        "dependenciesPage", "/agents/{id}/dependencies", "What an agent needs, and who needs it", cost: .search)
    package static let historyPage = Endpoint<AgentPageParameters, NoBody, NoBody>.page(
        "historyPage", "/agents/{id}/history", "What happened to an agent", cost: .past, problems: [.pastTooLong])
    package static let publisherPage = Endpoint<PublisherParameters, NoBody, NoBody>.page(
        "publisherPage", "/publishers/{name}", "A publisher", cost: .search)
    package static let reputationPage = Endpoint<ReputationQuery, NoBody, NoBody>.page(
        "reputationPage", "/publishers/{name}/reputation", "What a publisher's reputation follows from", cost: .search)
    package static let categoryPage = Endpoint<CategoryParameters, NoBody, NoBody>.page(
        "categoryPage", "/categories/{name}", "The agents of a category", cost: .search)
    package static let pageAsset = Endpoint<AssetParameters, NoBody, NoBody>.page(
        "pageAsset", "/assets/{name}", "A file that pages need", cost: .light)

    /// The page of a text about the marketplace.
    package static func textPage(_ text: SiteText) -> Endpoint<NoParameters, NoBody, NoBody> {
        .page(text.rawValue, "/\(text.rawValue)", text.title, cost: .light)
    }

    /// The pages for people, which the description of the API leaves out.
    package static let pages: [any AnyEndpoint] =
        [
            frontPage, searchPage, agentPage, documentationPage, versionsPage, versionPage, reviewsPage,
            dependenciesPage,
            historyPage, comparePage, publisherPage, reputationPage, categoryPage, pageAsset,
        ] + SiteText.allCases.map(textPage) + guide + charts + logPages + feeds + site
}

/// A file of the pages'.
package struct AssetParameters: Parameters {
    package let name: String

    package init(name: String) {
        self.name = name
    }

    package static let parameters = ParameterForm.of(
        Self.init(name:), .path("name", \.name, .segment(.pathNotFound), "Its name."))
}

/// A text about the marketplace itself.
package enum SiteText: String, CaseIterable, Sendable {
    case about, policy, privacy, security

    package var title: String {
        switch self {
        case .about: "About"
        case .policy: "Policy"
        case .privacy: "Privacy"
        case .security: "Security"
        }
    }
}

/// A category.
package struct CategoryParameters: PositionedParameters {
    package let name: String
    package let minimumPosition: Position?

    package init(name: String, minimumPosition: Position? = nil) {
        self.name = name
        self.minimumPosition = minimumPosition
    }

    package static let parameters = ParameterForm.of(
        Self.init(name:minimumPosition:),
        .path("name", \.name, .segment(.pathNotFound), "The name of a category, in any spelling."),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}

/// One side of a comparison: an agent, or one version of it.
package struct Compared: Sendable {
    package let id: AgentKey
    package let version: SemVer?

    package init(id: AgentKey, version: SemVer? = nil) {
        self.id = id
        self.version = version
    }
}

extension ParameterKind where Value == Compared {
    /// `ID` or `ID@VERSION`.
    static let compared = ParameterKind(schema: .string(), problem: .agentNotFound) { (name, text) throws(Problem) in
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let id = try ParameterKind<AgentKey>.agent.read(name, parts[0].split(separator: " ").joined())
        guard parts.count == 2 else { return Compared(id: id) }
        return Compared(id: id, version: try ParameterKind<SemVer>.version.read(name, parts[1]))
    } write: { side in
        side.id.description + (side.version.map { "@\($0)" } ?? "")
    }
}

/// Two agents, or two versions.
package struct Comparison: PositionedParameters {
    package let left: Compared?
    package let right: Compared?
    package let minimumPosition: Position?

    package init(left: Compared? = nil, right: Compared? = nil, minimumPosition: Position? = nil) {
        self.left = left
        self.right = right
        self.minimumPosition = minimumPosition
    }

    package static let parameters = ParameterForm.of(
        Self.init(left:right:minimumPosition:),
        .query("a", \.left, .compared, "An agent, ID or ID@VERSION."),
        .query("b", \.right, .compared, "Another one, or another version."),
        .query("min_position", \.minimumPosition, .position, "Wait until the answer reflects this position."))
}
