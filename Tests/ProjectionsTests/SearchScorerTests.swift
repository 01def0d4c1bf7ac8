import EventLog
import Events
import Following
import Logging
import Postgres
import Projections
import Search
import TestSupport
import Testing

/// Generations of scores: when they are made, what they hold, and how long cursors of one last.
@Suite struct SearchScorerTests {
    private struct Stage {
        let url: String
        let publishing: Publishing
        let models: ModelFeed
        let search: AgentSearch

        func publish(_ names: some Sequence<String>, _ listing: ListingContent = ListingContent()) async throws {
            for name in names { try await publishing.publish("acme.\(name)", ["1.0.0"], listing: listing) }
            try await catchUp()
        }

        func catchUp() async throws {
            let head = HeadFeed(Position(0)) { Position(0) }
            for projection in ProjectionCatalogue.all {
                let projector = Projector(
                    projection, DatabaseAccess(url: url), head: head, models: models,
                    log: Log("test", threshold: .error))
                try await projector.catchUp()
            }
        }

        func scorer() -> GenerationMaker {
            GenerationMaker(
                .searchScores, DatabaseAccess(url: url), models: models, log: Log("test", threshold: .error))
        }

        func query(_ sql: String) async throws -> [String] { try await TestDatabase.query(url, sql) }
    }

    private func withStage(_ body: (Stage) async throws -> Void) async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            let pool = PostgresPool(DatabaseAccess(url: url).configuration(.queries, "test"), sessions: 2)
            // A scorer works beside projectors, with their rights alone.
            let models = ModelFeed.models(
                PostgresPool(DatabaseAccess(url: url).configuration(.projectors, "models"), sessions: 1))
            let stage = Stage(
                url: url, publishing: Publishing(log: log), models: models,
                search: AgentSearch(ModelAccess(pool: pool, models: models), .searchGenerations(pool)))
            try await body(stage)
            await pool.close()
            await log.close()
        }
    }

    private let day = Day(number: 20_000)

    @Test func whatOthersEndedIsTriedAgainSoon() async throws {
        try await TestDatabase.with(migrated: false) { url in
            // Given an attempt of 20 s, ended by a deadlock, an operator, a missing column, its own time and a full disk,
            var pauses: [Int64] = []
            for code in ["40P01", "57P01", "42703", "57014", "53100"] {
                let error = await #expect(throws: PostgresError.self) {
                    try await TestDatabase.query(url, "DO $$ BEGIN RAISE 'ended' USING ERRCODE = '\(code)'; END $$")
                }
                pauses.append(GenerationMaker.pause(after: try #require(error), tookMilliseconds: 20_000))
            }
            // what will fail again for the same reason waits until it no longer takes much of the database.
            #expect(pauses == [5_000, 5_000, 2_000_000, 2_000_000, 2_000_000])
        }
    }

    @Test func aGenerationIsMadeForADayAndWhenAgentsHaveGrown() async throws {
        try await withStage { stage in
            // Given some agents,
            try await stage.publish((0..<20).map { "a\($0)" })
            let scorer = stage.scorer()
            // when scores are due for the first time, they are made once for the day,
            #expect(try await scorer.makeIfDue(on: day))
            #expect(try await scorer.makeIfDue(on: day) == false)
            #expect(try await stage.query("SELECT count(*)::text FROM models.search_scores") == ["20"])
            // a few more agents change nothing,
            try await stage.publish((20..<25).map { "a\($0)" })
            #expect(try await scorer.makeIfDue(on: day) == false)
            // many more do, and so does the next day; the last two generations are kept, and what somebody may still use.
            try await stage.publish((25..<40).map { "a\($0)" })
            #expect(try await scorer.makeIfDue(on: day))
            #expect(try await scorer.makeIfDue(on: day.adding(days: 1)))
            let kept = "SELECT generation || ' ' || agents FROM models.search_generations ORDER BY generation"
            #expect(try await stage.query(kept) == ["1 20", "2 40", "3 40"])
            // A front may know no newer one than the one before, however old that is.
            let age = "UPDATE models.search_generations SET made = made - interval '3 minutes' WHERE generation <= 2"
            try await TestDatabase.script(stage.url, age)
            #expect(try await scorer.makeIfDue(on: day.adding(days: 2)))
            #expect(try await stage.query(kept) == ["2 40", "3 40", "4 40"])
            let bounds = "SELECT bool_and(score BETWEEN 500 AND 2000)::text FROM models.search_scores"
            #expect(try await stage.query(bounds) == ["true"])
            // Each word of two or more agents lists those that have it, the best known first.
            let wrong = """
                SELECT w.word FROM models.search_words w
                WHERE w.places <> (
                    SELECT array_agg(s.place ORDER BY -s.score, s.key)
                    FROM models.search_scores s
                    JOIN agent_search a ON a.key = s.key
                    WHERE s.generation = w.generation AND w.word = ANY (tsvector_to_array(a.tokens)))
                    OR cardinality(w.places) <> w.agents
                """
            #expect(try await TestDatabase.queryModels(stage.url, wrong) == [])
            #expect(try await stage.query("SELECT (count(*) > 0)::text FROM models.search_words") == ["true"])
            let left = "SELECT count(DISTINCT generation)::text FROM models.search_scores"
            #expect(try await stage.query(left) == ["3"])
            // A day that has passed is not made again.
            #expect(try await scorer.makeIfDue(on: day) == false)
        }
    }

    @Test func twoProgramsMakeOneGeneration() async throws {
        try await withStage { stage in
            try await stage.publish((0..<5).map { "a\($0)" })
            let scorers = (0..<4).map { _ in stage.scorer() }
            for later in Int64(0)..<12 {
                let made = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for scorer in scorers {
                        group.addTask { try await scorer.makeIfDue(on: day.adding(days: later)) }
                    }
                    return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(made == 1, "day \(later)")
            }
            let last = "SELECT max(generation)::text FROM models.search_generations"
            #expect(try await stage.query(last) == ["12"])
        }
    }

    /// Words that an agent has again, since its newer version was yanked, are found before they are counted anew.
    @Test func whatIsSaidAfterScoresWereMadeIsFound() async throws {
        try await withStage { stage in
            // Given agents of which one no longer has the word of the others when words are counted,
            var (zebra, lion) = (ListingContent(), ListingContent())
            // A title would be a name, which is looked up without words.
            (zebra.description, lion.description) = ("It feeds a zebra.", "It feeds a lion.")
            try await stage.publish(["a", "b", "c"], zebra)
            try await stage.publishing.publish("acme.c", ["2.0.0"], listing: lion, from: 2)
            try await stage.catchUp()
            #expect(try await stage.scorer().makeIfDue(on: day))
            func find(_ word: String) async throws -> [String] {
                let pool = PostgresPool(DatabaseAccess(url: stage.url).configuration(.queries, "later"), sessions: 2)
                let search = AgentSearch(ModelAccess(pool: pool, models: stage.models), .searchGenerations(pool))
                let found = try await search.find(SearchRequest(SearchQuery(word))).found.value
                await pool.close()
                #expect(!found.isBounded)
                return found.hits.map(\.place.key).sorted()
            }
            #expect(try await find("zebra") == ["acme.a", "acme.b"])
            // when its newer version is yanked,
            try await stage.publishing.append(
                VersionYanked(authority: .owner, reason: .broken, version: "2.0.0"), to: "acme.c", at: 3)
            try await stage.catchUp()
            // then it is found by the older one.
            #expect(try await find("zebra") == ["acme.a", "acme.b", "acme.c"])
        }
    }

    /// What is liked comes first where both fit, and what is new is there at once, with scores or without.
    @Test func whoIsKnownComesFirstAndWhoIsNewIsFound() async throws {
        try await withStage { stage in
            var listing = ListingContent()
            listing.title = "Zebra"
            try await stage.publish(["b-zebra", "a-zebra"], listing)
            try await TestDatabase.scriptModels(
                stage.url, "UPDATE agent_counters SET stars = 500 WHERE key = 'acme.b-zebra'")
            func find() async throws -> [String] {
                try await stage.search.find(SearchRequest(SearchQuery("zebra"))).found.value.hits.map(\.place.key)
            }
            #expect(try await find() == ["acme.a-zebra", "acme.b-zebra"])
            #expect(try await stage.scorer().makeIfDue(on: day))
            let ranked = AgentSearch(
                ModelAccess(
                    pool: PostgresPool(DatabaseAccess(url: stage.url).configuration(.queries, "test"), sessions: 2),
                    models: stage.models),
                .searchGenerations(
                    PostgresPool(DatabaseAccess(url: stage.url).configuration(.queries, "scores"), sessions: 1)))
            var request = SearchRequest(SearchQuery("zebra"))
            request.limit = 1
            let first = try await ranked.find(request).found.value
            #expect(first.hits.map(\.place.key) == ["acme.b-zebra"] && first.hasMore && first.total == 2)
            try await stage.publish(["c-zebra"], listing)
            #expect(try await ranked.find(SearchRequest(SearchQuery("zebra"))).found.value.total == 3)
            // A cursor of a generation that is not kept is refused.
            let place = try #require(first.hits.first).place
            request.after = SearchCursor(generation: first.generation, place: place)
            #expect(try await ranked.find(request).found.value.hits.count == 1)
            request.after = SearchCursor(generation: 7, place: place)
            await #expect(throws: AgentSearch.ExpiredCursor.self) { try await ranked.find(request) }
        }
    }
}
