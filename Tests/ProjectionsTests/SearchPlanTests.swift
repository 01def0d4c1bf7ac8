import EventLog
import Foundation
import Postgres
import TestSupport
import Testing

/// Searches go along indexes: none of the statements that find agents reads all of them, whatever is looked for.
@Suite struct SearchPlanTests {
    private static let folder = Oracle.root.appending(path: "Sources/Projections/Search/SQL")
    private static let filters = Array(repeating: "NULL", count: 10).joined(separator: ", ")
    private static let candidates = "\(filters), 1, 990, '{''rare'':A}', '{1}', '{0}', 300"
    private static let walked = "\(filters), '''common''', '{}', '{}', NULL, 20, 9000000"
    private static let words = "'''rare'''"

    private static func sql(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: "\(name).sql"), encoding: .utf8)
    }

    @Test(arguments: [
        ("candidates_by_words", "\(candidates), \(words), \(words), 2000", "agent_search_tokens"),
        ("candidates_by_score", "\(candidates), '!''rare''', 3000", "search_scores_place"),
        ("candidates_listed", "\(candidates), '''common''', '{1,2,3}'", "search_scores_place"),
        ("candidates_since", "\(candidates), '''common''', 4990, 3000", "agent_search_position"),
        ("candidates_by_key", "\(candidates), NULL, '{acme.a1,acme.a2}', '{}', 2000", "agent_search_pkey"),
        ("candidates_by_key", "\(candidates), '''common''', '{}', '{p7}', 2000", "agent_search_owner"),
        ("newcomers_beyond", "4990, 3000", "agent_search_position"),
        ("find_names", "'{a1,a2}', 'a10', 'a11', NULL, NULL", "agent_names_name"),
        ("near_words", "'{abc,bcd}', 4", "agent_spellings_variants"),
        ("categories_beginning", "'to', 2", "agent_search_category"),
        ("known_words", "'{''rare'',''none''}'", "agent_search_tokens"),
        ("search_recent", "\(walked), 5000", "agents_listed_recent"),
        ("search_by_name", "\(walked), 'acme.a1'", "agents_listed_names"),
        ("search_by_stars", "\(walked), 40, 'k'", "agent_counters_stars"),
        ("search_by_downloads", "\(walked), 40, 'k'", "agent_counters_readers"),
        ("search_by_rating", "\(walked), 40, 'k'", "agent_counters_rated"),
        ("matching_by_index", "\(filters), '''rare''', '{}', '{}', '{}', NULL, 2001", "agent_search_tokens"),
        ("matching_rated", "\(filters), NULL, 2001", "agent_counters_judged"),
        ("list_matching", "'{acme.a1,acme.a2}', 2, -40, 'k', 20", "agent_counters_pkey"),
    ])
    func aSearchGoesAlongAnIndex(_ name: String, _ arguments: String, _ index: String) async throws {
        try await TestDatabase.with { url in
            // Given agents of which all have one word, and few another,
            try await TestDatabase.scriptModels(
                url,
                """
                INSERT INTO agents (
                    key, agent_id, owner, created, updated, updated_position, record, is_deprecated, is_quarantined, listed)
                SELECT 'acme.a' || n, 'acme.a' || n, 'p' || n % 100, now(), now(), n, '{}', false, false, true
                FROM generate_series(1, 5000) n;
                INSERT INTO agent_counters (key, listed, stars, readers)
                SELECT 'acme.a' || n, true, n % 50, n % 70 FROM generate_series(1, 5000) n;
                INSERT INTO agent_search
                SELECT 'acme.a' || n, 'p' || n % 100, 'Tools', 'tools', 'python', '{MIT}', false, false, 1, 1, 1, n,
                       (CASE n % 500 WHEN 0 THEN 'common:1D rare:2A' ELSE 'common:1D' END)::tsvector
                FROM generate_series(1, 5000) n;
                INSERT INTO agent_names SELECT 'a' || n, 'acme.a' || n, 2 FROM generate_series(1, 5000) n;
                INSERT INTO agent_spellings
                SELECT 'acme.a' || n, ARRAY['a' || n], ARRAY['a' || n, n::text] FROM generate_series(1, 5000) n;
                INSERT INTO models.search_generations VALUES (1, '2026-01-01', 5000, 5000);
                INSERT INTO models.search_scores SELECT 1, 'acme.a' || n, 500 + n % 1500, n FROM generate_series(1, 5000) n;
                INSERT INTO models.search_words
                SELECT 1, 'word' || n, 5000, ARRAY(SELECT generate_series(1, 1000)) FROM generate_series(1, 500) n;
                INSERT INTO models.search_words SELECT 1, 'common', 5000, ARRAY(SELECT generate_series(1, 1000));
                ANALYZE agents, agent_counters, agent_search, agent_names, agent_spellings, models.search_scores,
                    models.search_words;
                """)
            let sql = try Self.sql(name)
                .replacing("/* candidates */", with: try Self.sql("part_candidates"))
                .replacing("/* matches */", with: try Self.sql("part_matches"))
                .replacing("/* filters */", with: try Self.sql("part_filters"))
            // when a statement of a search is planned as searches plan it,
            let settings = PostgresConfiguration.byKeys
            let session = PostgresSession(
                PostgresConfiguration(url: url, applicationName: "tests", settings: settings))
            let explain = PostgresStatement("plan", Array("EXPLAIN EXECUTE searched(\(arguments))".utf8))
            let plan = try await session.run { connection in
                try connection.executeScript(TestDatabase.readingModels)
                // One that does not use its parameter for newcomers can't tell the type.
                let types = Array(repeating: "unknown", count: 11) + ["integer"]
                let given = name.hasPrefix("candidates") ? "(\(types.joined(separator: ", ")))" : ""
                try connection.executeScript("PREPARE searched \(given) AS \(sql)")
                return try connection.execute(explain).map { try $0.text(0) }
            }
            await session.close()
            // then it goes along the index of what is looked for, or of the order.
            let place = try #require(plan.firstIndex { $0.contains(index) }, "\(plan)")
            // All that stands in an index over some rows is what is looked for.
            let isOfSome = index == "agent_counters_judged"
            #expect(isOfSome || plan[(place + 1)...].first?.contains("Index Cond") == true, "\(plan)")
            #expect(!plan.contains { $0.contains("Seq Scan") }, "\(plan)")
            // An order that is followed is not made first, which would read all that stand in it.
            if name.hasPrefix("search_") {
                #expect(!plan.contains { $0.contains("Sort") || $0.contains("Bitmap") }, "\(plan)")
            }
        }
    }
}
