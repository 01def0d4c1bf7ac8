import HTTPClient
import TestSupport
import Testing

/// Whom to tell about a vulnerability.
@Suite struct SecurityContactTests {
    @Test func theOperatorsContactIsServed() async throws {
        let arguments = [
            "--security-contact", "mailto:security@market.example", "--security-contact",
            "https://market.example/report",
            "--public-url", "https://market.example/",
        ]
        try await withMarketplace(arguments) { marketplace, _ in
            let answer = try await marketplace.get("/.well-known/security.txt")
            #expect(answer.status == 200 && answer.fields["content-type"] == "text/plain; charset=utf-8")
            let lines = String(decoding: answer.body, as: UTF8.self).split(separator: "\n").map(String.init)
            #expect(lines.count == 4)
            #expect(lines[0] == "Contact: mailto:security@market.example")
            #expect(lines[1] == "Contact: https://market.example/report")
            #expect(lines[2].wholeMatch(of: /Expires: \d{4}-\d{2}-\d{2}T00:00:00\.000Z/) != nil)
            #expect(lines[3] == "Canonical: https://market.example/.well-known/security.txt")
        }
        try await withMarketplace { marketplace, _ in
            expect(try await marketplace.get("/.well-known/security.txt"), "404 path-not-found")
        }
        let wrong = try await run([try MarketplaceProcess.program, "up", "--security-contact", "me"])
        #expect(wrong.code == 64 && wrong.errors.contains("--security-contact is 'me'"))
    }
}
