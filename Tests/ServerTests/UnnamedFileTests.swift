import Crypto
import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// What no entry names is nobody's to read, and takes no room.
@Suite struct UnnamedFileTests {
    private func module(_ number: UInt8) -> [UInt8] { [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, number] }

    private func path(_ marketplace: MarketplaceProcess, _ digest: SHA256Digest) -> String {
        "\(marketplace.folder)/artifacts/sha256/\(digest.hex.prefix(2))/\(digest.hex.dropFirst(2))"
    }

    private func serves(_ marketplace: MarketplaceProcess, _ digest: SHA256Digest) async throws -> String {
        // A front that has not copied the index yet serves nothing.
        for _ in 0..<500 {
            let answer = try await marketplace.get("artifacts/sha256/\(digest)")
            if answer.status != 503 { return code(answer) }
            try await Task.sleep(for: .milliseconds(10))
        }
        return "503 "
    }

    @Test func aFileIsPublicOnceAnEntryNamesIt() async throws {
        try await withMarketplace { marketplace, _ in
            let (_, ada) = try await marketplace.register("ada")
            let (_, eve) = try await marketplace.register("eve")
            #expect(try await marketplace.publish([manifest("ada.tool")], token: ada).status == 201)
            func publish(_ id: String, _ version: String, _ bytes: [UInt8], by token: String) async throws -> String {
                code(
                    try await marketplace.publish(
                        [manifest(id, version), HTTPClientRequest.Part(name: "wasm_module", bytes: bytes)],
                        token: token))
            }
            // Refused uploads leave nothing, whatever they were refused for.
            let stranger = SHA256Digest(of: module(1))
            #expect(try await publish("ada.tool", "2.0.0", module(1), by: eve) == "403 not-owner")
            #expect(try await publish("ada.tool", "x", module(1), by: ada) == "422 invalid-manifest")
            #expect(try await publish("ada.tool", "1.0.0", module(1), by: ada) == "409 version-exists")
            #expect(try await serves(marketplace, stranger) == "404 artifact-not-found")
            #expect(!FileManager.default.fileExists(atPath: path(marketplace, stranger)))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: "\(marketplace.folder)/artifacts/incoming").isEmpty)

            // Bytes that lie there without an entry are not served either.
            let planted = SHA256Digest(of: module(2))
            try Data(module(2)).write(to: URL(filePath: path(marketplace, planted)))
            #expect(try await serves(marketplace, planted) == "404 artifact-not-found")

            // The front that answers the publish serves the file at once, and what was there stays.
            for number in 3..<8 {
                #expect(try await publish("ada.tool", "1.\(number).0", module(UInt8(number)), by: ada) == "201 ")
                #expect(try await serves(marketplace, SHA256Digest(of: module(UInt8(number)))) == "200 ")
            }
            #expect(try await publish("ada.tool", "1.3.0", module(3), by: ada) == "200 ")
            #expect(try await publish("ada.tool", "2.0.0", module(3), by: eve) == "403 not-owner")
            #expect(try await serves(marketplace, SHA256Digest(of: module(3))) == "200 ")
        }
    }

    @Test func namedFilesAreKnownAfterARestartAndByOtherFronts() async throws {
        try await TestDatabase.with { url in
            try await withFolder { folder in
                let words = ["up", "--data", folder, "--database-url", url, "--port", "0"]
                let first = try await MarketplaceProcess(words, folder: folder)
                let (_, ada) = try await first.register("ada")
                let digest = SHA256Digest(of: module(1))
                let parts = [manifest("ada.tool"), HTTPClientRequest.Part(name: "wasm_module", bytes: module(1))]
                #expect(try await first.publish(parts, token: ada).status == 201)
                // What was lost of the copy is copied again.
                let named = "\(folder)/index/named"
                try await eventually("it is named") { FileManager.default.fileExists(atPath: named) }
                try await first.kill()
                try FileManager.default.removeItem(atPath: named)
                let second = try await MarketplaceProcess(words, folder: folder)
                var served = ""
                try await eventually("it is served; last \(served)") {
                    served = try await serves(second, digest)
                    return served == "200 "
                }
                #expect(try await second.stop() == 0)
            }
        }
    }

    @Test func theUnnamedBytesOfAnAccountAreBounded() async throws {
        try await withMarketplace(["--limit", "unnamed-mebibytes=1"]) { marketplace, _ in
            let (_, ada) = try await marketplace.register("ada")
            let large = HTTPClientRequest.Part(
                name: "wasm_module", bytes: module(1) + [UInt8](repeating: 0, count: 1 << 20))
            let refused = try await marketplace.publish([manifest("ada.tool"), large], token: ada)
            expect(refused, "429 rate-limited")
            #expect(refused.fields["retry-after"] == "5")
            let small = HTTPClientRequest.Part(name: "wasm_module", bytes: module(1))
            for version in ["1.0.0", "1.1.0"] {
                #expect(
                    try await marketplace.publish([manifest("ada.tool", version), small], token: ada).status == 201)
            }
        }
    }
}
