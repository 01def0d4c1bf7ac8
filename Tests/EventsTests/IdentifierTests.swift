import Crypto
import Events
import Foundation
import JSON
import TestSupport
import Testing

@Suite struct IdentifierTests {
    @Test(arguments: [
        ("Foo__Bar", "foo-bar"), ("foo-bar", "foo-bar"), ("a", "a"), ("A.B-_-c", "a.b-c"),
        ("flexinfer.echo", "flexinfer.echo"),
        ("loom-mcp-executor", "loom-mcp-executor"), ("9.9", "9.9"),
    ])
    func keysAreTheSameForAllSpellings(_ id: String, _ key: String) {
        #expect(AgentID(id)?.key.description == key)
        #expect(AgentKey(key)?.description == key)
    }

    @Test(arguments: [
        "", ".", "-a", "a-", "a.", ".a", "a..b", "a.-b", "a-.b", "a._b", "a b", "a/b", "é", "а", "a\u{0}", "a\u{202e}b",
        String(repeating: "a", count: 129), "a\n", "_a", "a%2eb",
    ])
    func refusesIDs(_ text: String) {
        #expect(AgentID(text) == nil)
    }

    @Test(arguments: ["Foo", "a_b", "a--b"])
    func refusesKeys(_ text: String) {
        #expect(AgentKey(text) == nil)
    }

    @Test func namespaceStandsBeforeTheFirstDot() {
        #expect(AgentKey("a-b.c.d")?.namespace?.description == "a-b")
        #expect(AgentKey("plain")?.namespace == nil)
    }

    /// Slices by hashlib: int.from_bytes(sha256(id)[:4], "big") % 64.
    @Test func slicesAreThoseOfTheVocabulary() async throws {
        #expect(try await #require(StreamName("agent/flexinfer.echo")).slice == expectedSlice("flexinfer.echo"))
        #expect(try await #require(StreamName("namespace/acme")).slice == expectedSlice("acme"))
    }

    private func expectedSlice(_ id: String) async throws -> Int {
        let lines = try await Oracle.run("slice", input: "\(id)\n")
        return try #require(lines.first.flatMap { Int($0) })
    }

    @Test func streamNamesAreReadBack() throws {
        for name in [
            "log/ffffffffffffffffffffffffffffffff", "user/00000000000000000000000000000001",
            "username/00000000000000000000000000000001", "token/00000000000000000000000000000001", "namespace/acme",
            "agent/a.b", "flag/00000000000000000000000000000001", "artifact/\(String(repeating: "a", count: 64))",
        ] {
            #expect(StreamName(name)?.description == name)
        }
        for name in [
            "", "agent", "agent/", "agent/A", "user/1", "other/a", "namespace/a.b", "agent/a/b",
            "flag/a.b/00000000000000000000000000000001",
        ] {
            #expect(StreamName(name) == nil)
        }
    }

    @Test func timestampsAgreeWithFoundation() throws {
        var random = SeededRandom(seed: 13)
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime]
        for _ in 0..<2_000 {
            let seconds = Int64.random(in: -60_000_000_000...250_000_000_000, using: &random)
            let time = Timestamp(milliseconds: seconds * 1000 + 7)
            #expect(Timestamp(time.description) == time)
            guard seconds > -10_000_000_000 else { continue }
            let expected = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
            #expect(time.description == expected.replacing("Z", with: ".007Z"))
        }
    }

    @Test(arguments: [
        "2026-02-29T00:00:00.000Z", "2026-13-01T00:00:00.000Z", "2026-11-24T24:00:00.000Z", "2026-11-24T07:19:60.000Z",
        "2026-11-24T07:19:43Z", "2026-11-24T07:19:43.0000Z", "2026-11-24T07:19:43.000+00:00",
        "2026-11-24 07:19:43.000Z",
        "0000-01-01T00:00:00.000Z", "2026-11-00T00:00:00.000Z",
    ])
    func refusesTimes(_ text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func uuidsCarryTheirTimeAndVersion() throws {
        let uuid = UUIDv7(milliseconds: 0x0193_2f3e_0000, random: [UInt8](repeating: 0xff, count: 10))
        #expect(uuid.description == "01932f3e-0000-7fff-bfff-ffffffffffff")
        #expect(UUIDv7(uuid.description) == uuid)
        #expect(UUIDv7("01932f3e-0000-4fff-bfff-ffffffffffff") == nil)
        #expect(UUIDv7(uuid.description.uppercased()) == nil)
    }

    @Test(arguments: ["1.0.0", "0.0.0-0", "1.2.3-a.b-c.0x1+001.x", "10.20.30", "1.0.0--"])
    func versionsOfTheGrammarAreTaken(_ text: String) throws {
        let listing = ListingChanged(listingCommitment: SHA256Digest(of: [1]), version: text)
        #expect(try ListingChanged(data: listing.data) == listing)
    }

    @Test(arguments: [
        "", "1", "1.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0+", "1.0.0-a..b", "v1.0.0", "1.0.0 ", "1.0.0-é",
    ])
    func otherVersionsAreRefused(_ text: String) {
        let listing = ListingChanged(listingCommitment: SHA256Digest(of: [1]), version: text)
        #expect(throws: JSONError.self) { try ListingChanged(data: listing.data) }
    }
}
