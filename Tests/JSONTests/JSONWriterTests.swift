import JSON
import TestSupport
import Testing

@Suite struct JSONWriterTests {
    /// Numbers of RFC 8785, appendix B, by their bits.
    @Test(
        arguments: [
            (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"), (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"), (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"), (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"), (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"), (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"), (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] as [(UInt64, String)])
    func writesNumbersAsTheStandardDoes(_ bits: UInt64, _ expected: String) throws {
        let number = try #require(JSONNumber(Double(bitPattern: bits)))
        #expect(String(decoding: JSONValue.number(number).canonicalBytes, as: UTF8.self) == expected)
    }

    /// Random trees come out as an independent canonicaliser writes them.
    @Test func agreesWithAnIndependentCanonicaliser() async throws {
        var random = SeededRandom(seed: 11)
        let trees = (0..<1_500).map { _ in tree(&random, depth: 0) }
        let lines = trees.map { String(decoding: $0.canonicalBytes, as: UTF8.self) }
        let expected = try await Oracle.run("canonical", input: lines.map { "\($0)\n" }.joined())
        try #require(expected.count == lines.count)
        for (ours, theirs) in zip(lines, expected) {
            #expect(Array(ours.utf8) == Array(theirs.utf8))
        }
        for (tree, line) in zip(trees, lines) {
            #expect(try JSONValue(Array(line.utf8)).canonicalBytes == tree.canonicalBytes)
        }
    }

    private func tree(_ random: inout SeededRandom, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 3 ? 4 : 6), using: &random) {
        case 0: return .bool(Bool.random(using: &random))
        case 1: return .null
        case 2: return .string(random.text(upTo: 20))
        case 3:
            let double = Double(bitPattern: UInt64.random(in: .min ... .max, using: &random))
            return .number(JSONNumber(double) ?? JSONNumber(Int64.random(in: -1000...1000, using: &random)))
        case 4: return .array((0..<Int.random(in: 0..<4, using: &random)).map { _ in tree(&random, depth: depth + 1) })
        default:
            var names: Set<[UInt8]> = []
            var members: [JSONValue.Member] = []
            for _ in 0..<Int.random(in: 0..<5, using: &random) {
                let name = random.text(upTo: 6)
                if names.insert(Array(name.utf8)).inserted {
                    members.append(JSONValue.Member(name, tree(&random, depth: depth + 1)))
                }
            }
            return .object(members)
        }
    }
}
