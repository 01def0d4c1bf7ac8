import EventLog
import Events
import Postgres
import Projections
import Search
import TestSupport
import Testing

/// Lists of all agents that match, in other orders than the one of relevance.
@Suite struct MatchingListsTests {
    private static let agents = 2_500

    /// What an order says of the agent of a number; agents of which it says the same stand in the order of their keys.
    private struct Order {
        let name: String
        let first: AgentReader.ListCursor
        let value: @Sendable (Int) -> Int
        let next: @Sendable (AgentReader.Summary) -> AgentReader.ListCursor
    }

    private static let orders = [
        Order(
            name: "recent", first: .recent(before: .max), value: { -$0 }, next: { .recent(before: $0.position.value) }),
        Order(name: "name", first: .name(after: ""), value: { _ in 0 }, next: { .name(after: $0.key) }),
        Order(
            name: "stars", first: .stars(below: .max, after: ""), value: { -($0 % 50) },
            next: { .stars(below: $0.stars, after: $0.key) }),
        Order(
            name: "downloads", first: .downloads(below: .max, after: ""), value: { -($0 % 70) },
            next: { .downloads(below: $0.readers, after: $0.key) }),
        Order(
            name: "rating", first: .rating(below: .max, after: ""), value: { -($0 % 10) },
            next: { .rating(below: $0.rated, after: $0.key) }),
    ]

    /// Queries, and the numbers of the agents that match: so few that these are sorted, and so many that the order is followed.
    private static let queries: [(query: String, owners: [String], rating: Int32?, matches: @Sendable (Int) -> Bool)] =
        [
            ("rare", [], nil, { $0 % 100 == 0 }), ("common", [], nil, { _ in true }),
            ("common -rare", [], nil, { $0 % 100 != 0 }),
            ("-common", [], nil, { _ in false }), ("-rare", [], nil, { $0 % 100 != 0 }),
            ("rare -common", [], nil, { _ in false }),
            ("runtime:node", [], nil, { $0 % 2 == 0 }), ("category:games", [], nil, { $0 % 10 == 0 }),
            ("common -rare", [], 450, { $0 % 10 != 0 && $0 % 100 != 0 }), ("", [], 450, { $0 % 10 != 0 }),
            // Those of a publisher whose name was typed are met without the word, but not with what is unwanted.
            ("p7 -rare", ["p7"], nil, { $0 % 50 == 7 }), ("p0 -rare", ["p0"], nil, { $0 % 50 == 0 && $0 % 100 != 0 }),
        ]

    @Test func everyWayListsTheSameInTheSameOrder() async throws {
        try await TestDatabase.with { url in
            // Given agents of which all have one word, and few another,
            try await TestDatabase.scriptModels(
                url,
                """
                INSERT INTO agents (
                    key, agent_id, owner, created, updated, updated_position, record, is_deprecated, is_quarantined, listed)
                SELECT 'acme.a' || n, 'acme.a' || n, 'p' || n % 50, now(), now(), n, '{}', false, false, true
                FROM generate_series(1, \(Self.agents)) n;
                INSERT INTO agent_counters (key, listed, stars, readers, fives)
                SELECT 'acme.a' || n, true, n % 50, n % 70, n % 10 FROM generate_series(1, \(Self.agents)) n;
                INSERT INTO agent_search
                SELECT 'acme.a' || n, 'p' || n % 50, 'Tools', CASE n % 10 WHEN 0 THEN 'games' ELSE 'tools' END,
                       CASE n % 2 WHEN 0 THEN 'node' ELSE 'python' END, '{MIT}', false, false, 1, 1, 1, n,
                       (CASE n % 100 WHEN 0 THEN 'common:1D rare:2A' ELSE 'common:1D' END)::tsvector
                FROM generate_series(1, \(Self.agents)) n;
                ANALYZE agents, agent_counters, agent_search;
                """)
            let pool = PostgresPool(DatabaseAccess(url: url).configuration(.queries, "test"), sessions: 1)
            let models = ModelFeed.models(pool)
            let search = AgentSearch(ModelAccess(pool: pool, models: models), .searchGenerations(pool))
            for (text, owners, rating, matches) in Self.queries {
                var request = SearchRequest(SearchQuery(text))
                request.minimumRating = rating
                var found = FoundAgents()
                found.needed = request.query.terms.filter { !$0.isNegative }
                found.owners = owners
                for order in Self.orders {
                    // when somebody reads page after page,
                    var (seen, cursor): ([String], AgentReader.ListCursor?) = ([], order.first)
                    while let place = cursor, seen.count <= Self.agents {
                        let page = try await search.list(request, found, from: place, limit: 400).value
                        seen += page.map(\.key)
                        cursor = page.count == 400 ? page.last.map(order.next) : nil
                    }
                    // then each that matches is there once, in the order.
                    let expected = (1...Self.agents).filter(matches).map { (order.value($0), "acme.a\($0)") }.sorted(
                        by: <)
                    #expect(seen == expected.map(\.1), "\(text) by \(order.name)")
                }
            }
            await pool.close()
        }
    }
}
