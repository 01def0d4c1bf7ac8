import Contract
import EventLog
import Events
import HTTPFront
import HTTPServer
import Projections
import Web

extension QueryFront {
    /// Adds feeds, each made once for all who ask within some seconds.
    func addFeeds(to routes: inout QueryRoutes) {
        let limit = NewsFeed.maximumEntries
        onFeed(&routes, Endpoints.newAgentsFeed) { _ in
            let agents = try await agents.newAgents(limit: limit).value.map { try AgentSummary($0) }
            return NewsFeed(new: agents)
        }
        onFeed(&routes, Endpoints.agentFeed) { input in
            let (agent, _) = try await shownAgent(input.id)
            // What moderators hold is told of by its page alone.
            guard agent.quarantine == nil else { return NewsFeed(of: agent.summary, []) }
            let versions = try await agents.lastVersions(of: input.id, limit: limit)
            return NewsFeed(of: agent.summary, versions.value.map { VersionPage($0, of: input.id) })
        }
        onFeed(&routes, Endpoints.publisherFeed) { input in
            let publisher = try await showPublisher(PublisherParameters(name: input.name)).value
            return NewsFeed(
                of: publisher.username,
                try await lastAgents(AgentQuery(publisher: publisher.username, sort: .recent, limit: Int64(limit))))
        }
        onFeed(&routes, Endpoints.categoryFeed) { input in
            let agents = try await lastAgents(AgentQuery(category: input.name, sort: .recent, limit: Int64(limit)))
            guard let first = agents.first else { throw Self.noCategory(input.name) }
            // As those in it write it.
            return NewsFeed(category: first.categories.first ?? input.name, agents)
        }
    }

    private func lastAgents(_ query: AgentQuery) async throws -> [AgentSummary] {
        try await listAgents(query).value.agents.map(\.summary).filter { !$0.isQuarantined }
    }

    /// The problem that no agent is in a category.
    static func noCategory(_ name: String) -> Problem {
        Problem(.pathNotFound, "no agent is in a category '\(name.prefix(64))'")
    }

    private func onFeed<Input: PositionedParameters>(
        _ routes: inout QueryRoutes, _ endpoint: Endpoint<Input, NoBody, NoBody>,
        _ feed: @escaping @Sendable (Input) async throws -> NewsFeed
    ) {
        routes.onAny(endpoint) { input, request in
            try await awaitMinimum(input, in: AgentReader.shownModels)
            let text = try await recent.value(endpoint.target(input)) {
                try await withTaskExecutorPreference(globalConcurrentExecutor) {
                    guard let beginning = try await entries.beginning() else {
                        throw Problem(.unavailable, "the log has no entry yet")
                    }
                    return try await feed(input).document(beginning, at: origin)
                }
            }
            return request.siteFile(text, EndpointDeclaration.feed)
        }
    }
}
