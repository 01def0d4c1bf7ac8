import Foundation
import HTTPClient
import TestSupport
import Testing

extension MeteringTests {
    /// What costs as much as a command that is taken is counted where it is not, whatever ends it.
    @Test func whateverIsRefusedIsCounted() async throws {
        let limits = limits("refused-burst=4", "refused-hour=1", "stream-judgments-day=1", "young-days=0")
        try await withMarketplace(limits) { marketplace, _ in
            _ = try await marketplace.publish([manifest("acme.a")])
            let (_, ada) = try await marketplace.register("ada")
            let ((_, bob), (_, eve)) = (try await marketplace.register("bob"), try await marketplace.register("eve"))
            // The limit of a day refuses as well as any other rule,
            for method in ["PUT", "DELETE"] {
                #expect(try await marketplace.send(method, "agents/acme.a/star", token: ada).status == 201)
            }
            for _ in 0..<4 {
                let answer = try await marketplace.send("PUT", "agents/acme.a/star", token: ada)
                expect(answer, "429 rate-limited")
                #expect(answer.fields["ratelimit-policy"]?.hasPrefix("\"refused") == false)
            }
            expectLimited(
                try await marketplace.send("PUT", "agents/acme.a/star", token: ada), "refused", within: 1...3_600)
            // so does a body that ends too early or is malformed,
            let port = try #require(marketplace.url.split(separator: ":").last.flatMap { UInt16($0) })
            for count in [300, 300, 9, 9] {
                let head = """
                    POST /api/v1/marketplace/publish HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(bob)\r
                    Content-Type: multipart/form-data; boundary=x\r\nContent-Length: \(count)\r\n\r\n--x\r\nno\r\n\r\n
                    """
                _ = try await RawHTTP.exchange(port: port, [.send(head), .finish])
            }
            try await eventually("four uploads of bob are counted") {
                try await marketplace.publish([manifest("bob.a")], token: bob).status == 429
            }
            // and a key that stands for another command is no way around it.
            let profile = #"{"bio":"one"}"#
            let first = try await marketplace.send("PUT", "users/me/profile", profile, token: eve, key: "one")
            #expect(first.status == 201)
            for number in 0..<4 {
                expect(
                    try await marketplace.send(
                        "PUT", "users/me/profile", "{\"bio\":\"\(number)\"}", token: eve, key: "one"),
                    "422 idempotency-key-reused")
            }
            expectLimited(
                try await marketplace.send("PUT", "users/me/profile", #"{"bio":"5"}"#, token: eve, key: "one"),
                "refused", within: 1...3_600)
        }
    }
}
