extension Endpoints {
    package static let newAgentsFeed = Endpoint<TotalsQuery, NoBody, NoBody>.feed(
        "newAgentsFeed", "/feeds/new", "Agents as they are registered")
    package static let agentFeed = Endpoint<AgentParameters.Present, NoBody, NoBody>.feed(
        "agentFeed", "/feeds/agents/{id}", "The versions of an agent as they are published")
    package static let publisherFeed = Endpoint<PersonQuery, NoBody, NoBody>.feed(
        "publisherFeed", "/feeds/publishers/{name}", "The agents of a publisher as versions are published")
    package static let categoryFeed = Endpoint<CategoryParameters, NoBody, NoBody>.feed(
        "categoryFeed", "/feeds/categories/{name}", "The agents of a category as versions are published")

    /// What programs read that tell people of news.
    static let feeds: [any AnyEndpoint] = [newAgentsFeed, agentFeed, publisherFeed, categoryFeed]
}
