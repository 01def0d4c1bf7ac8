import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// What a marketplace searches agents in.
enum SearchEngineUnderTest: CaseIterable {
    case models, openSearch

    /// Where the node answers that `./test` started; nil where it started none.
    static let node = ProcessInfo.processInfo.environment["MENTATLAB_TEST_OPENSEARCH"]

    /// The engines that there are.
    static var all: [SearchEngineUnderTest] { node == nil ? [.models] : allCases }

    var options: [String] {
        switch self {
        case .models: []
        case .openSearch: Self.node.map { ["--search", $0] } ?? []
        }
    }
}

/// What searches find, in which order, and what they say of it: the contract that every engine keeps.
@Suite struct SearchingTests {
    /// A marketplace in which agents are published, and found once they can be.
    private struct Shelf {
        let marketplace: MarketplaceProcess
        let engine: SearchEngineUnderTest

        func put(
            _ id: String, _ version: String = "1.0.0", title: String? = nil, about: String = "Does one thing.",
            category: String = "tools", tags: [String] = [], isVisible: Bool = true, more: String = "",
            token: String? = nil
        ) async throws {
            func quoted(_ text: String) -> String {
                String(decoding: JSONValue.string(text).canonicalBytes, as: UTF8.self)
            }
            let text = """
                id: \(id)
                version: \(version)
                image: test/a:1
                description: \(quoted(about))
                inputs: []
                outputs: []
                ui: {title: \(quoted(title ?? id)), catalog: {category: \(quoted(category)), tags: [\(tags.map(quoted).joined(separator: ", "))], visible: \(isVisible)}}
                \(more)
                """
            let answer = try await marketplace.publish([part("manifest", text)], token: token)
            #expect(answer.status == 201, "\(id): \(String(decoding: answer.body, as: UTF8.self))")
        }

        /// The answer to a search that reflects everything that was said before it.
        func answer(_ query: String, _ more: String = "") async throws -> JSONValue {
            let words = try #require(query.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
            let path = "agents?q=\(words)\(more)&min_position=\(try await marketplace.head() - 1)"
            guard engine == .openSearch else { return try await marketplace.json(path) }
            // What is behind is not asked; it has a second.
            for _ in 0..<600 {
                let response = try await marketplace.get(path)
                #expect(response.status == 200, "\(path)")
                // A list without words or facets is read from the models.
                if response.fields["marketplace-search"] ?? "opensearch" == "opensearch" {
                    return try JSONValue(response.body, limits: JSONLimits(bytes: 16 << 20))
                }
                try await Task.sleep(for: .milliseconds(50))
            }
            throw MarketplaceProcess.Failure(description: "the engine did not answer \(path)")
        }

        func find(_ query: String, _ more: String = "") async throws -> [String] {
            try await answer(query, more)["agents"]?.array?.compactMap { $0["id"]?.string } ?? []
        }

        func command(_ method: String, _ path: String, _ body: String? = nil, by token: String) async throws {
            let answer = try await marketplace.send(method, path, body, token: token)
            #expect([200, 201].contains(answer.status), "\(path): \(String(decoding: answer.body, as: UTF8.self))")
        }
    }

    private func withShelf(
        _ engine: SearchEngineUnderTest, _ body: (Shelf) async throws -> Void
    ) async throws {
        try await withMarketplace(["--cache-mebibytes", "0"] + engine.options) { marketplace, _ in
            try await body(Shelf(marketplace: marketplace, engine: engine))
        }
    }

    /// Where there is no node, this test is skipped, and so are all cases over one.
    @Test(.enabled(if: SearchEngineUnderTest.node != nil))
    func everyEngineIsTested() {
        #expect(SearchEngineUnderTest.all == SearchEngineUnderTest.allCases)
    }

    @Test(arguments: SearchEngineUnderTest.all)
    func namesComeBeforeWhatPublishersClaim(_ engine: SearchEngineUnderTest) async throws {
        try await withShelf(engine) { shelf in
            // Given an imported package, an agent of its name, and one that claims to be both,
            let packages = #"packages: [{identifier: "@stripe/agent-toolkit", registry: npm}]"#
            try await shelf.put("npm.stripe.agent-toolkit", title: "Stripe", more: packages)
            try await shelf.put("acme.agent-toolkit", title: "Tools")
            try await shelf.put(
                "eve.pay", title: "@stripe/agent-toolkit", about: "stripe agent toolkit npm.stripe.agent-toolkit",
                tags: ["stripe", "agent", "toolkit"], more: packages)
            // when somebody types the id, a part of it or the package, with any separators,
            // then what is proved comes first.
            #expect(try await shelf.find("npm.stripe.agent-toolkit").first == "npm.stripe.agent-toolkit")
            #expect(try await shelf.find("acme.agent-toolkit").first == "acme.agent-toolkit")
            #expect(
                Set(try await shelf.find("agent-toolkit").prefix(2)) == [
                    "npm.stripe.agent-toolkit", "acme.agent-toolkit",
                ])
            for spelling in ["@stripe/agent-toolkit", "stripe agent_toolkit", "StripeAgentToolkit"] {
                #expect(try await shelf.find(spelling).first == "npm.stripe.agent-toolkit", "\(spelling)")
            }
        }
    }

    @Test(arguments: SearchEngineUnderTest.all)
    func filtersAndWhatMustNotStandThereNarrow(_ engine: SearchEngineUnderTest) async throws {
        try await withShelf(engine) { shelf in
            // Given agents that differ in one thing each,
            try await shelf.put(
                "acme.one", about: "Reads zebra logs.", category: "Data Tools",
                more: "runtime: python3.12\nlicense: MIT")
            try await shelf.put(
                "acme.two", about: "Reads zebra files.", category: "data-tools",
                more: "runtime: node20\nlicense: Apache-2.0 OR MIT")
            try await shelf.put(
                "acme.three", about: "Reads zebra logs of a kind.", category: "Security",
                more: "runtime: node20\nlicense: GPL-3.0-only")
            // then each filter lets those through that have it, however it is typed,
            #expect(Set(try await shelf.find("zebra")) == ["acme.one", "acme.two", "acme.three"])
            #expect(Set(try await shelf.find("zebra category:\"data tools\"")) == ["acme.one", "acme.two"])
            #expect(Set(try await shelf.find("zebra", "&category=DATA_TOOLS")) == ["acme.one", "acme.two"])
            #expect(try await shelf.find("zebra runtime:python") == ["acme.one"])
            #expect(Set(try await shelf.find("zebra licence:mit")) == ["acme.one", "acme.two"])
            #expect(try await shelf.find("zebra -license:mit") == ["acme.three"])
            #expect(try await shelf.find("zebra publisher:nobody") == [])
            #expect(Set(try await shelf.find("zebra publisher:ADMIN")) == ["acme.one", "acme.two", "acme.three"])
            #expect(try await shelf.find("zebra is:wasm") == [])
            #expect(Set(try await shelf.find("zebra -logs")) == ["acme.two"])
            #expect(Set(try await shelf.find("\"zebra logs\" -security", "&sort=name")) == ["acme.one"])
            // also where nothing is looked for,
            #expect(Set(try await shelf.find("-logs runtime:node")) == ["acme.two"])
            #expect(try await shelf.find("", "&runtime=python") == ["acme.one"])
            #expect(try await shelf.find("", "&min_rating=4") == [])
            // and what is counted of a field is counted without its own filter.
            let facets = try await shelf.answer("zebra runtime:node", "&facets=true")["search"]?["facets"]?.array ?? []
            func counts(_ field: String) -> [String: Int64] {
                let values = facets.first { $0["field"]?.string == field }?["values"]?.array ?? []
                return Dictionary(
                    uniqueKeysWithValues: values.map { ($0["value"]?.string ?? "", $0["count"]?.integer ?? 0) })
            }
            #expect(counts("runtime") == ["node": 2, "python": 1])
            #expect(counts("license") == ["MIT": 1, "Apache-2.0": 1, "GPL-3.0-only": 1])
            #expect(counts("publisher") == ["admin": 2])
            #expect(counts("category") == ["data-tools": 1, "Security": 1])
        }
    }

    @Test(arguments: SearchEngineUnderTest.all)
    func whatIsHiddenIsNotFound(_ engine: SearchEngineUnderTest) async throws {
        try await withShelf(engine) { shelf in
            // Given three agents of one kind,
            let (_, ada) = try await shelf.marketplace.register("ada")
            let moderator = try await shelf.marketplace.issue("moderate", by: try shelf.marketplace.token)
            for name in ["a", "b", "c"] {
                try await shelf.put("acme.zebra-\(name)", about: "A zebra counts stripes.", token: ada)
            }
            try await shelf.put("acme.unlisted", about: "A zebra too.", isVisible: false, token: ada)
            #expect(Set(try await shelf.find("zebra")) == ["acme.zebra-a", "acme.zebra-b", "acme.zebra-c"])
            // when one is yanked, one deprecated and one held,
            try await shelf.command(
                "POST", "agents/acme.zebra-a/versions/1.0.0/yank", #"{"reason":"mistake"}"#, by: ada)
            #expect(try await shelf.find("zebra stripes").last == "acme.zebra-a")
            try await shelf.command("DELETE", "agents/acme.zebra-a/versions/1.0.0/yank", by: ada)
            try await shelf.command("POST", "agents/acme.zebra-b/deprecation", "{}", by: ada)
            #expect(try await shelf.find("zebra stripes").last == "acme.zebra-b")
            try await shelf.command("POST", "agents/acme.zebra-c/quarantine", #"{"reason":"malware"}"#, by: moderator)
            // then the first two stand last, and the held one is not found, by its name neither.
            #expect(try await shelf.find("zebra stripes") == ["acme.zebra-a", "acme.zebra-b"])
            #expect(try await shelf.find("acme.zebra-c").contains("acme.zebra-c") == false)
            try await shelf.command("DELETE", "agents/acme.zebra-c/quarantine", by: moderator)
            #expect(try await shelf.find("acme.zebra-c").first == "acme.zebra-c")
            // What a page says anew is found, and what it said before is not.
            let listing =
                #"{"manifest":{"id":"acme.zebra-a","version":"1.0.0","image":"test/a:1","description":"Counts giraffes.","inputs":[],"outputs":[]}}"#
            try await shelf.command("PUT", "agents/acme.zebra-a/versions/1.0.0/listing", listing, by: ada)
            #expect(try await shelf.find("giraffes") == ["acme.zebra-a"])
            #expect(try await shelf.find("stripes").contains("acme.zebra-a") == false)
        }
    }

    @Test(arguments: SearchEngineUnderTest.all)
    func pagesGoOnWhereTheOneBeforeEnded(_ engine: SearchEngineUnderTest) async throws {
        try await withShelf(engine) { shelf in
            // Given more agents than a page has,
            for index in 0..<23 { try await shelf.put("acme.zebra-\(index)", about: "A zebra.") }
            for sort in ["relevance", "name", "stars", "downloads", "rating", "recent"] {
                // when somebody reads page after page,
                var (seen, cursor): ([String], String?) = ([], nil)
                repeat {
                    let page = try await shelf.answer(
                        "zebra", "&limit=10&sort=\(sort)" + (cursor.map { "&cursor=\($0)" } ?? ""))
                    seen += page["agents"]?.array?.compactMap { $0["id"]?.string } ?? []
                    cursor = page["pagination"]?["next_cursor"]?.string
                    #expect(page["search"]?["total"]?.integer == 23, "\(sort)")
                } while cursor != nil && seen.count < 100
                // then each is there once.
                #expect(seen.count == 23 && Set(seen).count == 23, "\(sort)")
            }
            let cursor = try #require(
                try await shelf.answer("zebra", "&limit=10")["pagination"]?["next_cursor"]?.string)
            var parts = cursor.split(separator: "/").map(String.init)
            expect(try await shelf.marketplace.get("agents?q=giraffe&cursor=\(cursor)"), "400 invalid-parameter")
            // Nobody's numbers are more than the program can count.
            for (place, number) in [
                (2, "-9223372036854775808"), (2, "4"), (3, "-1"), (1, "-1"), (3, "9223372036854775808"),
            ] {
                var forged = parts
                forged[place] = number
                let path = "agents?q=zebra&cursor=\(forged.joined(separator: "/"))"
                expect(try await shelf.marketplace.get(path), "400 invalid-parameter")
            }
            expect(
                try await shelf.marketplace.get("agents?sort=stars&cursor=-9223372036854775808/acme.x"),
                "400 invalid-parameter")
            parts[1] = "999"
            expect(
                try await shelf.marketplace.get("agents?q=zebra&cursor=\(parts.joined(separator: "/"))"),
                "410 cursor-expired")
        }
    }

    @Test(arguments: SearchEngineUnderTest.all)
    func errorsOfTypingAndMissingWordsAreSaid(_ engine: SearchEngineUnderTest) async throws {
        try await withShelf(engine) { shelf in
            try await shelf.put("acme.kubernetes-lens", title: "Kubernetes Lens", about: "Looks at clusters.")
            try await shelf.put("acme.timezone", title: "Time", about: "Tells the timezone of a place.")
            // A word that nobody has is taken for the nearest name, and the answer says so.
            let mistyped = try await shelf.answer("kuberntes lens")
            #expect(mistyped["agents"]?.array?.first?["id"]?.string == "acme.kubernetes-lens")
            #expect(mistyped["search"]?["did_you_mean"]?.string == "kubernetes lens")
            #expect(mistyped["search"]?["corrections"]?.array?.first?["typed"]?.string == "kuberntes")
            // One that resembles none is left out.
            let unknown = try await shelf.answer("timezone qwertyuiop")
            #expect(unknown["agents"]?.array?.first?["id"]?.string == "acme.timezone")
            #expect(unknown["search"]?["left_out"]?.array?.compactMap(\.string) == ["qwertyuiop"])
            // Words that are written as one elsewhere are found, plurals too.
            #expect(try await shelf.find("time zones").first == "acme.timezone")
            // Why an agent is there is said, and where the words stand.
            let found = try await shelf.answer("clusters lens")
            let hit = try #require(found["agents"]?.array?.first)
            #expect(hit["matched"]?.array?.compactMap { $0["field"]?.string }.contains("description") == true)
            #expect(hit["highlights"]?.array?.first?["field"]?.string == "display_name")
            #expect(hit["highlights"]?.array?.first?["ranges"]?.array?.first?.array?.compactMap(\.integer) == [11, 15])
            // Nothing is an error of syntax, and what is too long is said to be.
            for query in ["\"", "-", "category:", "((a|b)&!c)", "':*", "a\\b", String(repeating: "x ", count: 40)] {
                #expect(try await shelf.answer(query)["agents"]?.array != nil, "\(query)")
            }
            // Words of many parts, and as many in a row, are no more than an engine takes.
            let parts = (0..<16).map { "a\($0 % 10)b\($0 % 7)c\($0 % 5)d\($0 % 3)" }.joined(separator: " ")
            for query in [parts, "\"\(parts)\"", "lens -\"\(parts)\""] {
                #expect(try await shelf.answer(query)["agents"]?.array != nil, "\(query)")
            }
            let long = try await shelf.answer(String(repeating: "lens ", count: 80))
            #expect(long["search"]?["is_cut"]?.bool == true)
        }
    }

    /// Letters that stand for many, and such that stand for none: neither a row nor a query is refused by the database.
    @Test(arguments: SearchEngineUnderTest.all)
    func strangeLettersStopNothing(_ engine: SearchEngineUnderTest) async throws {
        try await withShelf(engine) { shelf in
            let (many, none) = (String(repeating: "\u{fdfa}", count: 64), String(repeating: "\u{fe70}", count: 4))
            try await shelf.put("acme.strange", title: many, about: "\(many)1 ½ ⑴ zebra", tags: [none, "½½½½"])
            try await shelf.put("acme.plain", about: "A zebra.")
            #expect(Set(try await shelf.find("zebra")) == ["acme.strange", "acme.plain"])
            for query in [
                many, none, none.dropLast() + "\u{fe72}", "½½½", "zebra \(none)", "\"\(none)\"", "-\(none) zebra",
            ] {
                #expect(try await shelf.answer(String(query))["agents"]?.array != nil)
            }
            #expect(try await shelf.marketplace.get("suggest?q=%EF%B9%B0").status == 200)
        }
    }

    @Test(arguments: SearchEngineUnderTest.all)
    func correctedNamesAreFound(_ engine: SearchEngineUnderTest) async throws {
        try await withShelf(engine) { shelf in
            try await shelf.put("acme.time-zone-converter", about: "Converts.")
            try await shelf.put("acme.other", about: "A tool of another kind.")
            #expect(try await shelf.find("timezonconverter").first == "acme.time-zone-converter")
            #expect(try await shelf.find("timezoneconverter tool").contains("acme.time-zone-converter"))
            let quoted = try await shelf.answer("\"another kind\" convertr -x")
            #expect(quoted["search"]?["did_you_mean"]?.string == "\"another kind\" converter -x")
            // A list in another order has those that are met by name or by their publisher as well.
            for query in ["acme.time-zone-converter", "admin"] {
                let found = try await shelf.find(query)
                let listed = Set(try await shelf.find(query, "&sort=name"))
                #expect(listed.contains(try #require(found.first)) && listed.isSubset(of: found), "\(query)")
            }
        }
    }

    @Test(arguments: SearchEngineUnderTest.all)
    func publishersAreFoundByTheirNames(_ engine: SearchEngineUnderTest) async throws {
        try await withShelf(engine) { shelf in
            let ada = try await shelf.marketplace.register("ada-lovelace")
            try await shelf.put("analytic.engine", about: "Weaves patterns.", token: ada.token)
            try await shelf.put("acme.loom", about: "Weaves patterns as ada wished.")
            #expect(try await shelf.find("patterns publisher:Ada_Lovelace") == ["analytic.engine"])
            let typed = try await shelf.marketplace.json(
                "suggest?q=ada&min_position=\(try await shelf.marketplace.head() - 1)")
            let kinds = typed["suggestions"]?.array?.compactMap { $0["kind"]?.string } ?? []
            #expect(kinds.contains("publisher"))
            let begun = try await shelf.marketplace.json("suggest?q=loo")
            #expect(begun["suggestions"]?.array?.first?["id"]?.string == "acme.loom")
            let categories = try await shelf.marketplace.json("categories")
            #expect(categories["categories"]?.array?.first?["value"]?.string == "tools")
            #expect(categories["categories"]?.array?.first?["count"]?.integer == 2)
        }
    }

    @Test(arguments: SearchEngineUnderTest.all)
    func whatIsErasedIsNotFound(_ engine: SearchEngineUnderTest) async throws {
        try await withShelf(engine) { shelf in
            // Given an agent that is found by its publisher as well,
            let ada = try await shelf.marketplace.register("ada-lovelace")
            try await shelf.put("analytic.engine", about: "Weaves patterns.", token: ada.token)
            try await shelf.put("acme.loom", about: "Weaves patterns as well.")
            #expect(Set(try await shelf.find("patterns")) == ["analytic.engine", "acme.loom"])
            for sort in ["relevance", "name", "stars"] {
                #expect(try await shelf.find("ada-lovelace", "&sort=\(sort)").contains("analytic.engine"), "\(sort)")
                #expect(try await shelf.find("Ada Lovelace", "&sort=\(sort)").contains("analytic.engine"), "\(sort)")
            }
            // when the publisher leaves and takes along what they wrote,
            let left = try await shelf.marketplace.send(
                "DELETE", "users/me?abandon=true&erase=words", token: ada.token)
            #expect(left.status == 201, "\(String(decoding: left.body, as: UTF8.self))")
            // then their name leads nowhere any more, and what they published stays.
            #expect(try await shelf.find("ada-lovelace").contains("analytic.engine") == false)
            #expect(try await shelf.find("patterns publisher:ada-lovelace") == [])
            #expect(Set(try await shelf.find("patterns")) == ["analytic.engine", "acme.loom"])
            let typed = try await shelf.marketplace.json(
                "suggest?q=ada&min_position=\(try await shelf.marketplace.head() - 1)")
            #expect(typed["suggestions"]?.array == [])
        }
    }
}
