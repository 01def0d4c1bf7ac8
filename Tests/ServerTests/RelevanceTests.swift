import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// How well search answers the labelled queries of Tests/Relevance over a real catalogue.
@Suite struct RelevanceTests {
    private static var data: String? { ProcessInfo.processInfo.environment["MENTATLAB_TEST_DATA"] }
    /// The lowest values in thousandths, by kind of query and figure.
    ///
    /// Two packages of the catalogue's first six hundred are not first for their own name, `mcp-server` and `gmail-mcp`: it is
    /// the last part of other packages' ids as well, and these are as much meant and no less known.
    private static let floors: [(kind: String, figure: String, floor: Int64)] = [
        ("full id", "recall_1", 1_000), ("package", "recall_1", 990), ("last part", "recall_10", 970),
        ("title", "recall_10", 970), ("rare word", "recall_10", 950), ("typing error", "recall_10", 850),
        ("by hand", "ndcg_10", 800), ("second hand", "ndcg_10", 800), ("third hand", "ndcg_10", 800),
    ]

    private func script(_ name: String, _ arguments: [String]) async throws -> String {
        let python = try #require(ProcessInfo.processInfo.environment["MENTATLAB_PYTHON"])
        let path = Oracle.root.appending(path: "Tests/Relevance/\(name).py").path
        let outcome = try await run([python, path] + arguments)
        #expect(outcome.code == 0, "\(outcome.errors.suffix(2_000))")
        return outcome.output
    }

    @Test(.enabled(if: RelevanceTests.data != nil))
    func whatPeopleExpectIsFound() async throws {
        let catalogue = "\(try #require(Self.data))/catalog.jsonl"
        try await withMarketplace(["--cache-mebibytes", "0"]) { marketplace, databaseURL in
            // Given an agent that claims everything and that a thousand accounts have given stars,
            let spam = try await script("spam", ["acme.best"])
            #expect(try await marketplace.publish([part("manifest", spam)]).status == 201)
            _ = try await marketplace.json("agents/acme.best?min_position=\(try await marketplace.head() - 1)")
            try await TestDatabase.scriptModels(databaseURL, "UPDATE agent_counters SET stars = 1000")
            // and a catalogue of real agents, with some in other languages,
            for file in [catalogue, Oracle.root.appending(path: "Tests/Relevance/agents.jsonl").path] {
                let imported = try await run([
                    try MarketplaceProcess.program, "import", file, "--url", marketplace.url, "--token-file",
                    "\(marketplace.folder)/admin-token",
                ])
                #expect(imported.code == 0, "\(imported.errors.suffix(2_000))")
            }
            // and scores of a day on which all of them are there,
            _ = try await marketplace.json("agents?min_position=\(try await marketplace.head() - 1)")
            try await TestDatabase.script(
                databaseURL,
                "DELETE FROM models.search_scores; DELETE FROM models.search_words; DELETE FROM models.search_generations"
            )
            #expect(try await marketplace.publish([manifest("acme.last")]).status == 201)
            var made: [String] = []
            try await eventually("all are scored") {
                made = try await TestDatabase.query(
                    databaseURL, "SELECT agents::text FROM models.search_generations WHERE agents > 2000")
                return !made.isEmpty
            }
            #expect(made.count == 1)
            // when people look for agents,
            let printed = try await script(
                "measure", [catalogue, marketplace.url, "--count", "100", "--spam", "acme.best", "--json"])
            // then they find what they expect, and never what only claims to be it.
            let found = try JSONValue(Array(printed.trimmingCharacters(in: .whitespacesAndNewlines).utf8))
            for (kind, figure, floor) in Self.floors {
                let value = try #require(found["kinds"]?[kind]?[figure]?.integer)
                #expect(value >= floor, "\(kind): \(figure)")
            }
            let spammed = try #require(found["spammed"]?.array).compactMap(\.string)
            #expect(spammed == [])
        }
    }
}
