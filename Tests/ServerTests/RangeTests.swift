import Foundation
import HTTPClient
import JSON
import Testing

/// Files are answered whole or in parts, and parts of other bytes never come together.
@Suite struct RangeTests {
    @Test func aDownloadThatWasCutOffIsTakenUp() async throws {
        try await withMarketplace { marketplace, _ in
            let bytes =
                [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
                + (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 >> 8)) }
            let module = HTTPClientRequest.Part(name: "wasm_module", bytes: bytes)
            #expect(try await marketplace.publish([manifest("acme.large"), module]).status == 201)
            let version = try await marketplace.json("agents/acme.large/versions/1.0.0?min_position=6")
            let digest = try #require(
                version["artifacts"]?.array?.first { $0["role"]?.string == "wasm_module" }?["sha256"]?.string)
            func get(_ fields: [(name: String, value: String)], method: String = "GET") async throws
                -> HTTPClientResponse
            { try await marketplace.get("artifacts/sha256/\(digest)", fields, method: method) }

            let whole = try await get([])
            #expect(whole.body == bytes)
            #expect(whole.fields["accept-ranges"] == "bytes")
            let etag = try #require(whole.fields["etag"])

            let first = try await get([(name: "Range", value: "bytes=0-999999")])
            let rest = try await get([(name: "Range", value: "bytes=1000000-"), (name: "If-Range", value: etag)])
            #expect(first.status == 206 && rest.status == 206)
            #expect(first.body + rest.body == bytes)
            #expect(rest.fields["content-range"] == "bytes 1000000-\(bytes.count - 1)/\(bytes.count)")
            #expect(rest.fields["content-length"] == "\(bytes.count - 1_000_000)")
            #expect(try await get([(name: "Range", value: "bytes=-5")]).body == bytes.suffix(5))

            // Other bytes, a weak tag, a date: all of it. What the client has already: none of it.
            for condition in ["\"other\"", "W/\(etag)", "Tue, 24 Nov 2026 10:00:00 GMT"] {
                let answer = try await get([
                    (name: "Range", value: "bytes=5-9"), (name: "If-Range", value: condition),
                ])
                #expect(answer.status == 200 && answer.body == bytes)
            }
            #expect(
                try await get([(name: "Range", value: "bytes=5-9"), (name: "If-None-Match", value: etag)]).status == 304
            )
            #expect(try await get([(name: "Range", value: "bytes=5-9")], method: "HEAD").status == 200)

            let behind = try await get([(name: "Range", value: "bytes=\(bytes.count)-")])
            #expect(behind.status == 416)
            #expect(behind.fields["content-range"] == "bytes */\(bytes.count)")
            #expect(try JSONValue(behind.body)["code"]?.string == "range-not-satisfiable")
        }
    }
}
