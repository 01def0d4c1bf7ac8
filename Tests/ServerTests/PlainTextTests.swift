import HTTPClient
import JSON
import Testing

/// What people write is kept without what nobody sees; uploaded bytes stay as they are.
@Suite struct PlainTextServerTests {
    @Test func textsAreCleanedWithAWarningAndFilesAreNot() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, ada) = try await marketplace.register("ada")
            let text = """
                {"id":"ada.tool","version":"1.0.0","image":"x:1","ui":{"title":"A\\u200b tool"},"description":"One\\r\\ntwo \\u202eowt",
                "inputs":[{"name":"i","type":"string","description":"plain"}],"outputs":[]}
                """
            let answer = try json(try await marketplace.publish([part("manifest", text)], token: ada))
            let warnings = try #require(answer["warnings"]?.array)
            let paths = Set(warnings.compactMap { $0["path"]?.string })
            #expect(paths.isSuperset(of: ["/description", "/ui/title"]), "\(paths)")
            #expect(warnings.contains { $0["message"]?.string?.contains("U+200B") == true })
            let position = try #require(answer["position"]?.integer)
            let page = try await marketplace.json("agents/ada.tool?min_position=\(position)")
            #expect(page["display_name"]?.string == "A tool")
            #expect(page["description"]?.string == "One\ntwo \u{202e}owt\u{202c}")
            let stored = try await marketplace.get("agents/ada.tool/versions/1.0.0/manifest")
            #expect(String(decoding: stored.body, as: UTF8.self) == text)

            let (_, bob) = try await marketplace.register("bob")
            let review = #"{"rating":4,"title":"\u200f\u05d8\u05d5\u05d1","text":"a\u0000b\r\nc\u00ad"}"#
            #expect(try await marketplace.send("PUT", "agents/ada.tool/reviews/mine", review, token: bob).status == 201)
            let mine = try json(
                try await marketplace.send("GET", "agents/ada.tool/reviews/mine", token: bob), 200)
            #expect(mine["title"]?.string == "\u{200f}\u{05d8}\u{05d5}\u{05d1}")
            #expect(mine["text"]?.string == "ab\nc")
        }
    }
}
