import Search
import Testing

@Suite struct SearchQueryTests {
    private func described(_ text: String) -> String {
        let query = SearchQuery(text)
        let terms = query.terms.map { term in
            (term.isNegative ? "-" : "") + (term.isOptional ? "?" : "")
                + (term.words.count > 1 ? "[\(term.form)]" : term.form)
        }
        let filters = query.filters.map { "\($0.isNegative ? "-" : "")\($0.field.rawValue)=\($0.value)" }
        return (terms + filters).joined(separator: " ")
    }

    @Test(arguments: [
        ("slack search", "slack search"), ("ex_aws_lambda", "ex aws lambda"),
        (#""pull requests" gh"#, "[pull requests] gh"),
        ("postgres -mysql", "postgres -mysql"), (#"-"read only" db"#, "-[read only] db"),
        ("category:security scan", "scan category=security"),
        (#"category:"developer tools""#, "category=developer tools"),
        ("licence:MIT", "license=MIT"), ("-runtime:node x", "x -runtime=node"), ("is:wasm", "is=wasm"),
        ("is:great", "?is great"), ("npm:foo", "npm foo"), ("category:", "category"),
        ("Publisher:acme", "publisher=acme"),
        ("how do I query my database", "?how ?do ?i query ?my database"), ("- -- \"\" \"", ""),
        ("\"open ended", "[open ended]"),
        ("天气预报", "天气 气预 预报"), ("zebra zebra Zebra-stripes", "zebra stripes"), ("-zebra zebra", "-zebra zebra"),
        ("\"天气预报\"", "[天气 气预 预报]"), ("c++ -c#", "c++ -c#"), ("a'b; DROP", "ab drop"),
    ])
    func anyTextIsAQuery(_ text: String, _ expected: String) {
        #expect(described(text) == expected)
    }

    @Test func whatIsBeyondTheBoundsIsLeftOut() {
        let words = (1...20).map { "w\($0)x" }.joined(separator: " ")
        #expect(SearchQuery(words).terms.count == SearchQuery.maximumWords)
        #expect(SearchQuery(words).isCut)
        let long = SearchQuery(String(repeating: "é", count: 300))
        #expect(long.isCut && long.terms.count == 1)
        #expect(!SearchQuery("short").isCut)
    }

    @Test func whatMustNotStandThereAsksForNothing() {
        #expect(SearchQuery("-mysql -category:x").isEmpty)
        #expect(!SearchQuery("postgres -mysql").isEmpty)
    }

    @Test func conditionsAreQuoted() {
        let terms = SearchQuery("databases").terms
        #expect(Condition.of(terms[0], isExact: true).tsquery == "'databases'")
        #expect(
            Condition.of(terms[0], in: [.name]).tsquery
                == "('databases':A | '+databases':A | '~databas':A | 'databas':A)")
        #expect(
            Condition.all(SearchQuery("\"read only\"").terms.map { .of($0) }, without: SearchQuery("-x").terms)?.tsquery
                == "(('read' <-> 'only') & !'x')")
    }
}
