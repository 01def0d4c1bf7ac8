import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// No version ever has a package that an installer would refuse.
@Suite struct HostilePackageTests {
    @Test func eachHostilePackageIsRefusedForItsOwnReason() async throws {
        try await withFolder { folder in
            let cases = try await Oracle.run("hostile_tar", arguments: [folder], input: "")
            try await withMarketplace { marketplace, _ in
                let head = try await marketplace.head()
                var published: Int64 = 0
                for (index, line) in cases.enumerated() {
                    let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
                    let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(parts[0])")))
                    let answer = try await marketplace.publish([
                        manifest("acme.p\(index)"), HTTPClientRequest.Part(name: "package", bytes: bytes),
                    ])
                    if parts[1] == "ok" {
                        #expect(answer.status == 201, "\(parts[0])")
                        published += 1
                    } else {
                        expect(answer, "422 invalid-part")
                        let detail = try JSONValue(answer.body)["detail"]?.string ?? ""
                        // What does not even begin as gzip does is told so before it is opened.
                        let isNoGzip = !bytes.starts(with: [0x1f, 0x8b, 0x08])
                        #expect(
                            parts[1].isEmpty || detail.contains(isNoGzip ? "no gzip" : parts[1]),
                            "\(parts[0]): \(detail)")
                    }
                }
                // One namespace, then an agent and a version each.
                #expect(try await marketplace.head() == head + 1 + 2 * published)
                let incoming = "\(marketplace.folder)/artifacts/incoming"
                try await eventually("nothing is left incoming") {
                    try FileManager.default.contentsOfDirectory(atPath: incoming).isEmpty
                }
            }
        }
    }

    /// A version shows what its package holds: what stands in both is the same bytes.
    @Test func aPackageThatSaysSomethingElseThanItsPartsIsRefused() async throws {
        try await withMarketplace { marketplace, _ in
            for (name, content) in [
                ("manifest.yaml", "id: acme.other"), ("README.md", "# Another"), ("manifest.yml", "x"),
                (".mentatlab/receipt.json", "{}"),
            ] {
                // The package may come before what it is held to.
                let answer = try await marketplace.publish([
                    try package([name: content]), part("readme", "# Tool"), manifest("acme.tool"),
                ])
                expect(answer, "422 invalid-part")
                let detail = try JSONValue(answer.body)["detail"]?.string ?? ""
                #expect(detail.contains("the part 'package' can't be taken: '\(name)'"), "\(detail)")
            }
            let same = String(decoding: manifest("acme.tool").bytes, as: UTF8.self)
            let published = try await marketplace.publish([
                try package(["manifest.yaml": same, "README.md": "# Tool"]), part("readme", "# Tool"),
                manifest("acme.tool"),
            ])
            #expect(published.status == 201)
        }
    }
}
