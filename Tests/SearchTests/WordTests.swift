import Search
import Testing

@Suite struct WordTests {
    @Test(arguments: [
        ("ex_aws.lambda-fn/x@1:2", "ex aws lambda fn x 1 2"), ("Ｇｒüße CAFÉ Ålesund", "grusse cafe alesund"),
        ("c++ c# C and R go", "c++ c# c and r go"), ("Africa's don’t rock'n", "africa dont rockn"),
        ("gpt4o YouTube MCPServer APIs", "gpt4o youtube mcpserver apis"), ("ΆΝΕΜΟΣ άνεμος", "ανεμοσ ανεμοσ"),
        ("ёлка Київ", "ёлка київ"), ("मौसम", "मौसम"), ("", ""), ("-._", ""), ("🚀rocket", "rocket"),
        ("soft\u{ad}ware zero\u{200b}width", "software zerowidth"), ("ﬁle ①", "file 1"),
        ("Łódź straße", "lodz strasse"),
    ])
    func textsAreSplitAndFolded(_ text: String, _ words: String) {
        #expect(Word.all(in: text).map(\.form).joined(separator: " ") == words)
    }

    @Test(arguments: [
        ("天气预报", ["天气", "气预", "预报", "报"]), ("か", ["か"]), ("が", ["が"]), ("ｶﾞｲﾄﾞ", ["ガイ", "イド", "ド"]),
        ("날씨를", ["날씨", "씨를", "를"]), ("GPT模型v2", ["gpt", "模型", "型", "v2"]),
    ])
    func scriptsWithoutSpacesAreReadInPairs(_ text: String, _ forms: [String]) {
        #expect(Word.all(in: text).map(\.form) == forms)
    }

    @Test(arguments: [
        ("camelCase", ["camel", "case"]), ("gpt4o", ["gpt", "4", "o"]), ("MCPServer", ["mcp", "server"]), ("APIs", []),
        ("github", []), ("GitHub", ["git", "hub"]), ("a1b2c3d4e5", []), ("v2", ["v", "2"]),
    ])
    func wordsHaveParts(_ word: String, _ parts: [String]) throws {
        #expect(try #require(Word.all(in: word).first).parts == parts)
    }

    @Test func placesAreThoseOfTheText() {
        let text = "Öl 天气 don't"
        let scalars = Array(text.unicodeScalars)
        let found = Word.all(in: text).map { word in
            String(String.UnicodeScalarView(scalars[word.range]))
        }
        #expect(found == ["Öl", "天气", "气", "don't"])
    }

    @Test func namesLoseTheirSeparators() {
        #expect(Word.collapsed("@Acme/MCP-server_GitHub") == "acmemcpservergithub")
        #expect(AgentNames.core("mcp-server-github") == "github")
        #expect(AgentNames.core("MCP Server") == "")
        #expect(Word.collapsed("天气-预报") == "天气预报")
    }

    @Test func whatAPublisherSaysIsNoPackageOfTheirs() {
        let packages = ["@stripe/agent-toolkit"]
        func kinds(_ id: String, isImported: Bool) -> Set<AgentNames.Kind> {
            Set(AgentNames(id: id, title: "Pay", packages: packages, isImported: isImported).all.map(\.kind))
        }
        #expect(kinds("npm.stripe.agent-toolkit", isImported: true).contains(.package))
        #expect(!kinds("eve.stripe-agent-toolkit", isImported: false).contains(.package))
    }

    @Test func tagsTakeNoPlaceFromANameThatIsMisspelled() {
        let tags = (0..<64).map { "aaa\($0)tag" }
        let words = AgentNames(
            id: "acme.zebra-counter", title: "Zebra Counter", packages: [], tags: tags, isImported: false
        ).words
        #expect(words.contains("zebra") && words.contains("zebracounter") && words.contains { $0.hasPrefix("aaa") })
    }

    @Test(arguments: [
        ("kubernetes", "kuberntes", true), ("obsidian", "obsidain", true), ("postgres", "postgress", true),
        ("notion", "nation", true), ("slack", "slick", true), ("github", "gitlab", false), ("a", "b", true),
    ])
    func oneErrorLeavesAVariantInCommon(_ word: String, _ other: String, _ isNear: Bool) {
        let common = Set(Misspelling.variants(of: word)).intersection(Misspelling.variants(of: other))
        #expect(Misspelling.isNear(word, other) == isNear)
        if isNear { #expect(!common.isEmpty) }
    }

    @Test(arguments: [
        ("MIT", ["MIT"]), ("(MIT OR Apache-2.0) AND MIT", ["Apache-2.0", "MIT"]), ("", []),
        ("GPL-2.0-only WITH Classpath-exception-2.0", ["GPL-2.0-only"]),
    ])
    func licencesAreThoseOfTheExpression(_ expression: String, _ licenses: [String]) {
        #expect(FacetValue.licenses(expression) == licenses)
    }

    @Test(arguments: [("python3.12", "python"), ("Node20", "node"), ("3.12", ""), ("", "")])
    func runtimesLoseTheirVersions(_ text: String, _ runtime: String) {
        #expect(FacetValue.runtime(text) == runtime)
    }

    @Test func textsOfLexemesAreQuoted() {
        var lexemes = Lexemes()
        lexemes.add("GitHub's c++", .title)
        lexemes.add("databases", .summary)
        #expect(
            lexemes.text
                == "'+git':1B '+hub':2B '^+git':1B '^+hub':2B '^c++':3B '^github':1B,2B 'c++':3B 'databases':12C 'github':1B,2B '~databas':12C"
        )
    }
}
