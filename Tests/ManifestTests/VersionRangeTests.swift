import Manifest
import TestSupport
import Testing

@Suite struct VersionRangeTests {
    @Test(arguments: [
        ("^1.2.3", "1.9.0", true), ("^1.2.3", "2.0.0", false), ("^0.2.3", "0.3.0", false), ("^0.0.3", "0.0.4", false),
        ("~1.2", "1.2.9", true), ("~1", "1.9.9", true), ("1.x", "1.0.0", true), ("*", "3.0.0", true),
        ("*", "3.0.0-rc.1", false), (">=1.0.0-rc.1", "1.0.0-rc.2", true), (">=1.0.0-rc.1", "1.1.0-rc.2", false),
        ("1.2 - 1.4", "1.4.9", true), ("1 || 3", "2.0.0", false), (">1", "1.9.0", false), ("<=1", "1.9.0", true),
        (">= 1.0.0 < 2", "1.5.0", true), ("^v1.2\t<1.4", "1.3.0", true), ("v1.2.3", "1.2.3", true), ("", "1.0.0", true),
    ])
    func admits(_ range: String, _ version: String, _ isIn: Bool) throws {
        #expect(try #require(VersionRange(range)).contains(try #require(SemVer(version))) == isIn)
    }

    @Test(arguments: [
        "abc", "^", "1.2.3.4", "1.x.x-", "1.x.x-01", "1.x+b", "x-1", "^1.2.x+b+c", "=>1", "1,2", "01.x", "^-1", "1 -",
        "- 1", "1 - 2 - 3", "~^1", "1.2.3-", "é", "1.2-beta",
        String(repeating: "1", count: 129),
    ])
    func refuses(_ text: String) {
        #expect(VersionRange(text) == nil)
    }

    /// A number behind an open one is refused, as node-semver does from 7.8 on; the oracle below is older.
    @Test(arguments: ["1.x.5", "x.1", "x.1.2", "*.1.x", "^1.x.5", "1.0.0 - 1.x.5", "1.x.5-rc.1"])
    func aNumberBehindAnOpenOneIsRefused(_ text: String) {
        #expect(VersionRange(text) == nil)
    }

    @Test func agreesWithNode() async throws {
        var random = SeededRandom(seed: 11)
        func number() -> String { random.pick(["0", "0", "1", "2", "9", "10", "19"]) }
        func tail() -> String { random.pick(["", "", "", "-0", "-alpha", "-alpha.1", "-rc.2", "+b"]) }
        func version() -> String { "\(number()).\(number()).\(number())\(tail())" }
        // Node.js forgets all other alternatives beside one that is anything, pre-releases that they admit included.
        var isAlone = true
        func partial() -> String {
            switch Int.random(in: isAlone ? 0..<8 : 1..<8, using: &random) {
            case 0: random.pick(["*", "x", "X", ""])
            case 1: number()
            case 2: "\(number()).\(random.pick(["x", "*", number()]))"
            case 3: "\(number()).\(number()).\(random.pick(["x", "X", "*"]))\(tail())"
            case 4: "\(number()).x.x\(tail())"
            default: version()
            }
        }
        func simple() -> String {
            random.pick(["", "=", "<", "<=", ">", ">=", "^", "^", "~", "~", "~>"]) + random.pick(["", "", " "])
                + partial()
        }
        func range() -> String {
            let count = random.pick([1, 1, 1, 2, 3])
            isAlone = count == 1
            let alternatives = (0..<count).map { _ -> String in
                if random.once(in: 6) { return "\(partial()) - \(partial())" }
                return (0..<random.pick([1, 1, 2])).map { _ in simple() }.joined(separator: " ")
            }
            return alternatives.joined(separator: random.pick(["||", " || "]))
        }
        let cases = (0..<4_000).map { _ in (range(), (0..<12).map { _ in version() }) }
        let verdicts = try await Oracle.run(
            node: "semver_range", input: cases.map { "\(([$0.0] + $0.1).joined(separator: "\t"))\n" }.joined())
        try #require(verdicts.count == cases.count)
        var taken = 0
        for ((text, versions), verdict) in zip(cases, verdicts) {
            // What is refused here and taken there is no fault: an operator without a version, for example.
            guard let range = VersionRange(text) else { continue }
            taken += 1
            let ours = try versions.map { range.contains(try #require(SemVer($0))) ? "1" : "0" }.joined()
            #expect(ours == verdict, "'\(text)' \(versions)")
        }
        #expect(taken > 3_000)
    }
}
