import Manifest
import TestSupport
import Testing

@Suite struct SemVerTests {
    /// The order of SemVer 2.0.0, 11.4.
    @Test func ordersAsTheSpecificationDoes() throws {
        let versions = try [
            "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0",
        ].map { try #require(SemVer($0)) }
        for (index, left) in versions.enumerated() {
            for (other, right) in versions.enumerated() { #expect((left < right) == (index < other)) }
        }
    }

    @Test(arguments: [
        "", "1", "1.2", "01.2.3", "1.02.3", "1.2.03", "1.2.3-", "1.2.3-01", "1.2.3-a..b", "1.2.3+", "1.2.3+a..b",
        "v1.2.3",
        "1.2.3 ", "1.2.3-é", "-1.2.3", "1.2.3.4", "1.2.3-a_b", "1.2.3+a+b", "1.2.³",
    ])
    func refuses(_ text: String) {
        #expect(SemVer(text) == nil)
    }

    @Test func takesNumbersOfAnyLength() throws {
        let digits = String(repeating: "9", count: 1_000)
        let large = try #require(SemVer("1.0.\(digits)"))
        let larger = try #require(SemVer("1.0.1\(digits)"))
        #expect(large < larger)
    }

    @Test func buildMakesNoOtherVersion() throws {
        #expect(try #require(SemVer("1.0.0+a")).precedenceKey == #require(SemVer("1.0.0+b")).precedenceKey)
    }

    @Test func agreesWithAnIndependentImplementation() async throws {
        var random = SeededRandom(seed: 5)
        func version() -> String {
            func number() -> String {
                random.pick(["0", "1", "2", "10", "99", "340282366920938463463374607431768211456"])
            }
            let parts = (0..<Int.random(in: 0..<4, using: &random)).map { _ in
                random.pick(["alpha", "beta", "0", "1", "11", "2", "-", "a-b", "A", "1a", "rc", number()])
            }
            return "\(number()).\(number()).\(number())" + (parts.isEmpty ? "" : "-\(parts.joined(separator: "."))")
                + random.pick(["", "", "+build", "+1.-"])
        }
        let pairs = (0..<3_000).map { _ in (version(), version()) }
        let verdicts = try await Oracle.run("semver_order", input: pairs.map { "\($0.0) \($0.1)\n" }.joined())
        try #require(verdicts.count == pairs.count)
        for ((left, right), verdict) in zip(pairs, verdicts) {
            let (ours, other) = (try #require(SemVer(left)), try #require(SemVer(right)))
            let order = ours < other ? "-1" : other < ours ? "1" : "0"
            #expect(order == verdict, "\(left) \(right)")
        }
    }
}
