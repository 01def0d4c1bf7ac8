extension Endpoints {
    package static let frontPage = Endpoint<TotalsQuery, NoBody, NoBody>.page("frontPage", "/", "The first page")
    package static let searchPage = Endpoint<AgentQuery, NoBody, NoBody>.page(
        "searchPage", "/search", "Agents, searched and listed", cost: .search, problems: [.cursorExpired])
    package static let agentPage = Endpoint<AgentParameters, NoBody, NoBody>.page(
        "agentPage", "/agents/{id}", "An agent")
    package static let versionsPage = Endpoint<VersionListParameters, NoBody, NoBody>.page(
        "versionsPage", "/agents/{id}/versions", "The versions of an agent", cost: .search)
    package static let reviewsPage = Endpoint<ReviewQuery, NoBody, NoBody>.page(
        "reviewsPage", "/agents/{id}/reviews", "The reviews of an agent", cost: .search)
    package static let dependenciesPage = Endpoint<AgentPageParameters, NoBody, NoBody>.page(
        "dependenciesPage", "/agents/{id}/dependencies", "What an agent needs, and who needs it", cost: .search)
    package static let historyPage = Endpoint<AgentPageParameters, NoBody, NoBody>.page(
        "historyPage", "/agents/{id}/history", "What happened to an agent", cost: .past, problems: [.pastTooLong])
    package static let publisherPage = Endpoint<PublisherParameters, NoBody, NoBody>.page(
        "publisherPage", "/publishers/{name}", "A publisher", cost: .search)
    package static let pageAsset = Endpoint<AssetParameters, NoBody, NoBody>.page(
        "pageAsset", "/assets/{name}", "A file that pages need", cost: .light)

    /// The pages for people, which the description of the API leaves out.
    package static let pages: [any AnyEndpoint] = [
        frontPage, searchPage, agentPage, versionsPage, reviewsPage, dependenciesPage, historyPage, publisherPage,
        pageAsset,
    ]
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
