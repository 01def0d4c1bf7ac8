import JSON
import TestSupport
import Testing

@Suite struct JSONReaderTests {
    @Test(arguments: [
        "", " ", "{", "[", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "{'a':1}", "[1 2]", "01", "-", "+1", "1.", ".5",
        "1e", "0x1", "NaN", "Infinity", "-Infinity", "tru", "nul", "\"", "\"\u{1}\"", "\"\\x\"", "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\udc00\"", "\"\\ud800\\u0041\"", "{\"a\":1,\"a\":2}", "{\"\\u0061\":1,\"a\":2}", "[[{\"b\":1,\"b\":1}]]",
        "1 2",
        "\u{feff}1", "[1]]", "/*c*/1", "[1,,2]", "\"a\nb\"",
    ])
    func refuses(_ text: String) {
        #expect(throws: JSONError.self) { try JSONValue(Array(text.utf8)) }
    }

    @Test(
        arguments: [
            [0x22, 0xff, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22],
            [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22],
            [0x22, 0xe2, 0x82, 0x22],
        ] as [[UInt8]])
    func refusesWhatIsNotUTF8(_ bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSONValue(bytes) }
    }

    @Test func keepsNumbersExact() throws {
        let text = "[1.0, 1e400, 123456789012345678901234567890, -0, 0.1]"
        let literals = try JSONValue(Array(text.utf8)).array?.map { value -> String in
            guard case .number(let number) = value else { return "" }
            return number.literal
        }
        #expect(literals == ["1.0", "1e400", "123456789012345678901234567890", "-0", "0.1"])
    }

    @Test func readsIntegersToTheirEnds() throws {
        for (text, value) in [("9223372036854775807", Int64.max), ("-9223372036854775808", .min), ("-0", 0)] {
            var reader = try JSONReader(Array(text.utf8))
            #expect(try reader.integer() == value)
        }
        for text in ["9223372036854775808", "-9223372036854775809", "1.0", "1e2"] {
            var reader = try JSONReader(Array(text.utf8))
            #expect(throws: JSONError.self) { try reader.integer() }
        }
    }

    @Test func namesOffsetAndPath() {
        let error = #expect(throws: JSONError.self) { try JSONValue(Array(#"{"a":[1,{"b/c":tru}]}"#.utf8)) }
        #expect(error?.path == "/a/1/b~1c")
        #expect(error?.offset == 15)
    }

    @Test func boundsDepthValuesAndBytes() {
        let deep = Array(String(repeating: "[", count: 10_000).utf8)
        #expect(throws: JSONError.self) { try JSONValue(deep) }
        let many = Array("[\(Array(repeating: "1", count: 101).joined(separator: ","))]".utf8)
        #expect(throws: JSONError.self) { try JSONValue(many, limits: JSONLimits(values: 101)) }
        #expect(throws: Never.self) { try JSONValue(many, limits: JSONLimits(values: 102)) }
        #expect(throws: JSONError.self) { try JSONValue(many, limits: JSONLimits(bytes: many.count - 1)) }
    }

    /// Names in order take a short way; one out of order, or with an escape, must not hide a name before it,
    /// nor a name of an object within be taken for one of the outer.
    @Test(arguments: [
        (#"{"b":1,"a":2,"b":3}"#, #"{"b":1,"a":2,"c":3}"#),
        (#"{"a":{"b":1},"c":[{"d":1}],"\u0061":2}"#, #"{"a":{"b":1},"c":[{"d":1}],"\u0062":2}"#),
        (#"{"c":1,"d":2,"b":3,"d":4}"#, #"{"c":1,"d":{"e":0},"b":3,"e":4}"#),
        (#"{"a":1,"b":{"z":1,"y":2,"z":3}}"#, #"{"a":1,"b":{"z":1,"y":2,"a":3}}"#),
        (#"{"b":"\"a\":{","a":1,"a":2}"#, #"{"b":"\"a\":{","a":1,"c":2}"#),
        (#"{"\u0062":1,"a":2,"b":3}"#, #"{"\u0062":1,"a":2,"c":3}"#),
    ])
    func refusesDuplicatesInAnyOrder(_ duplicate: String, _ sound: String) throws {
        #expect(throws: JSONError.self) { try JSONValue(Array(duplicate.utf8)) }
        #expect(throws: Never.self) { try JSONValue(Array(sound.utf8)) }
        var reader = try JSONReader(Array(duplicate.utf8))
        #expect(throws: JSONError.self) { try reader.skip() }
    }

    @Test func comparesNamesByTheirBytes() throws {
        // One name composed, one decomposed: two members, though Swift calls the strings equal.
        let value = try JSONValue(Array("{\"\u{e9}\":1,\"e\u{301}\":2}".utf8))
        #expect(value["\u{e9}"]?.integer == 1)
        #expect(value["e\u{301}"]?.integer == 2)
    }

    /// Mutated documents are taken or refused as Python's parser, with the checks it lacks, takes them.
    @Test func agreesWithAnIndependentParser() async throws {
        var random = SeededRandom(seed: 7)
        let seeds = [
            #"{"a":[1,2.5,-3e+7,"xé€😀\n\u00e9\ud83d\ude00",true,false,null],"b":{"c":{}}}"#,
            #"[0,-0,1.25E-3,"\\\"\/\b\f\n\r\t",[[],{}]]"#, #"{"specversion":"1.0","data":{"size":104857}}"#,
        ].map { Array($0.utf8) }
        var cases = seeds
        for _ in 0..<4_000 {
            var bytes = random.pick(seeds)
            for _ in 0...Int.random(in: 0..<3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes.remove(at: index)
                case 1: bytes.insert(random.pick(Array("{}[]\",:0123.eE+-\\u tfn".utf8)), at: index)
                case 2: bytes[index] = UInt8.random(in: .min ... .max, using: &random)
                default: bytes.insert(contentsOf: bytes[index..<min(bytes.count, index + 8)], at: index)
                }
                if bytes.isEmpty { bytes = [0x30] }
            }
            cases.append(bytes)
        }
        let hex = cases.map { $0.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }
        let verdicts = try await Oracle.run("strict_json", input: hex.map { "\($0)\n" }.joined())
        try #require(verdicts.count == cases.count)
        for (bytes, verdict) in zip(cases, verdicts) {
            let isTaken = (try? JSONValue(bytes)) != nil
            #expect(isTaken == (verdict == "yes"), "\(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
