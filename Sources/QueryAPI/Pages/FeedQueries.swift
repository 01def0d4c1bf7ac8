import Contract
import EventLog
import Events
import HTTPFront
import HTTPServer
import Projections
import Search
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
            let versions = try await agents.lastVersions(of: [input.id.description], limit: limit)
            return NewsFeed(of: agent.summary, versions.value.map { VersionPage($0.version, of: input.id) })
        }
        onFeed(&routes, Endpoints.publisherFeed) { input in
            let publisher = try await showPublisher(PublisherParameters(name: input.name)).value
            return NewsFeed(
                of: publisher.username, id: publisher.id,
                try await lastVersions(AgentQuery(publisher: publisher.username, sort: .recent, limit: Int64(limit))))
        }
        onFeed(&routes, Endpoints.categoryFeed) { input in
            let query = AgentQuery(category: input.name, sort: .recent, limit: Int64(limit))
            let versions = try await lastVersions(query)
            guard let first = versions.first else { throw Self.noCategory(input.name) }
            // As those in it write it.
            return NewsFeed(
                category: first.agent.categories.first ?? input.name, form: Word.collapsed(input.name), versions)
        }
    }

    /// The versions that were published last of the agents that a list has.
    private func lastVersions(
        _ query: AgentQuery
    ) async throws -> [(agent: AgentSummary, version: VersionPage)] {
        let listed = try await listAgents(query).value.agents.map(\.summary).filter { !$0.isQuarantined }
        let byKey = Dictionary(listed.map { ($0.id.description, $0) }) { first, _ in first }
        let versions = try await agents.lastVersions(of: Array(byKey.keys), limit: NewsFeed.maximumEntries)
        return versions.value.compactMap { row in
            byKey[row.key].map { ($0, VersionPage(row.version, of: $0.id)) }
        }
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
            @Sendable func document() async throws -> String {
                try await withTaskExecutorPreference(globalConcurrentExecutor) {
                    guard let beginning = try await entries.beginning() else {
                        throw Problem(.unavailable, "the log has no entry yet")
                    }
                    return try await feed(input).document(beginning, at: origin)
                }
            }
            let text = try await shared(
                named, question(endpoint, input).lowercased(), input, of: AgentReader.shownModels, document)
            return request.siteFile(text, EndpointDeclaration.feed)
        }
    }
}
