import JSON
import Testing
import YAML

@Suite struct YAMLDocumentTests {
    private func read(_ text: String) throws -> JSONValue { try YAMLDocument.read(Array(text.utf8)) }

    /// Plain scalars by the core schema (YAML 1.2.2, 10.3.2).
    @Test(
        arguments: [
            ("no", .string("no")), ("yes", .string("yes")), ("on", .string("on")), ("~", .null), ("null", .null),
            ("", .null),
            ("true", .bool(true)), ("TRUE", .bool(true)), ("tRue", .string("tRue")), ("012", .number(JSONNumber(12))),
            ("0o14", .number(JSONNumber(12))), ("0xC", .number(JSONNumber(12))), ("+12", .number(JSONNumber(12))),
            ("-0", .string("-0")), ("1:30", .string("1:30")), ("1_000", .string("1_000")), ("\"12\"", .string("12")),
            ("'true'", .string("true")), ("2026-11-24", .string("2026-11-24")), ("0b1", .string("0b1")),
            ("=", .string("=")),
            (".", .string(".")), ("1.2.3", .string("1.2.3")), ("0.1.0", .string("0.1.0")),
        ] as [(String, JSONValue)])
    func resolves(_ scalar: String, _ expected: JSONValue) throws {
        let value = try #require(try read("a: \(scalar)\n")["a"])
        if scalar == "-0" {
            #expect(value.kind == "number")
        } else {
            #expect(value == expected)
        }
    }

    @Test(arguments: [(".5", 0.5), ("5.", 5), ("1e3", 1000), ("-1.5E-2", -0.015)])
    func readsFloats(_ scalar: String, _ expected: Double) throws {
        guard case .number(let number)? = try read("a: \(scalar)\n")["a"] else {
            Issue.record("no number")
            return
        }
        #expect(number.double == expected)
    }

    @Test(arguments: [
        ("a: &x 1\nb: *x\n", 1, 4), ("a: *x\n", 1, 4), ("a: !!int 1\n", 1, 4), ("a: 1\nb: !t [1]\n", 2, 4),
        ("a: 1\na: 2\n", 2, 1), ("a: 1\n---\nb: 2\n", 2, 1), ("? [1]\n: 2\n", 1, 1), ("a: .inf\n", 1, 4),
    ])
    func refusesWithItsPlace(_ text: String, _ line: Int, _ column: Int) {
        let error = #expect(throws: YAMLError.self) { try read(text) }
        #expect(error?.line == line)
        #expect(error?.column == column)
    }

    @Test(arguments: ["", "# only a comment\n", "a: [1\n", "a: b: c\n", "\t- a\n", "a: \"\\q\"\n"])
    func refuses(_ text: String) {
        #expect(throws: YAMLError.self) { try read(text) }
    }

    @Test func refusesWhatIsNotUTF8() {
        #expect(throws: YAMLError.self) { try YAMLDocument.read([0x61, 0x3a, 0x20, 0xff]) }
        #expect(throws: YAMLError.self) { try YAMLDocument.read([0xff, 0xfe, 0x61, 0x00]) }
    }

    @Test func boundsDepthNodesAndBytes() {
        #expect(throws: YAMLError.self) { try read(String(repeating: "[", count: 100_000)) }
        var limits = YAMLLimits()
        limits.nodes = 100
        #expect(throws: YAMLError.self) {
            try YAMLDocument.read(Array(String(repeating: "- 1\n", count: 400).utf8), limits: limits)
        }
        limits.bytes = 10
        #expect(throws: YAMLError.self) { try YAMLDocument.read(Array("a: 1234567890".utf8), limits: limits) }
    }
}
