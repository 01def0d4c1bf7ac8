import Foundation
import HTTPClient
import JSON
import Postgres
import TestSupport
import Testing

/// An answer waits for the models that it is made of, and for no others.
@Suite struct ModelWaitTests {
    @Test func aModelThatStandsStillHoldsUpNoOther() async throws {
        try await withMarketplace { marketplace, url in
            #expect(try await marketplace.publish([manifest("acme.a", "1.0.0")]).status == 201)
            _ = try await marketplace.json("agents/acme.a?min_position=6")
            // A lock that the projectors of names and of flags take: both stand still.
            let holder = PostgresSession(
                PostgresConfiguration(url: url, applicationName: "tests", statementTimeoutMilliseconds: 60_000))
            let (held, release) = (AsyncStream<Void>.makeStream(), AsyncStream<Void>.makeStream())
            let holding = Task {
                try await holder.run { connection in
                    try connection.executeScript(
                        "SELECT pg_advisory_lock(1885564270, build) FROM models.active WHERE projection IN ('publishers', 'flags')"
                    )
                }
                held.continuation.yield()
                for await _ in release.stream { break }
                await holder.close()
            }
            for await _ in held.stream { break }
            let answer = try await marketplace.publish([manifest("acme.a", "1.1.0")])
            let position = try #require(answer.fields["marketplace-position"])
            // Versions are made of agents alone; so is the index.
            for path in [
                "agents/acme.a/versions?min_position=\(position)",
                "agents/acme.a/versions/1.1.0?min_position=\(position)",
                "agents/acme.a/downloads?min_position=\(position)", "/index/acme.a?min_position=\(position)",
            ] { #expect(try await marketplace.get(path).status == 200, "\(path)") }
            // A page names its publisher and waits for that.
            expect(try await marketplace.get("agents/acme.a?min_position=\(position)"), "503 position-not-reached")

            // A client that leaves meanwhile is a line for whoever looks for it, and no warning.
            let port = try #require(marketplace.url.split(separator: ":").last.flatMap { UInt16($0) })
            let path = "/api/v1/marketplace/agents/acme.a?min_position=\(position)"
            _ = try await RawHTTP.exchange(
                port: port,
                [.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n"), .sleep(milliseconds: 200), .leave])
            var lines = ""
            try await eventually("the client's leaving is logged") {
                lines = try String(contentsOfFile: "\(marketplace.folder)-up.log", encoding: .utf8)
                return lines.contains("a client left before its answer")
            }
            let left = lines.split(separator: "\n").filter { $0.contains("a client left before its answer") }
            #expect(left.count == 1 && left.allSatisfy { $0.contains(#""level":"debug""#) })
            #expect(!lines.contains("a request failed"))

            release.continuation.yield()
            try await holding.value
            #expect(try await marketplace.get("agents/acme.a?min_position=\(position)").status == 200)
        }
    }

    /// Who waits for the copy of the index shares one look at the disk with all others.
    @Test func waitersForTheIndexShareOneWatch() async throws {
        try await withMarketplace { marketplace, url in
            #expect(try await marketplace.publish([manifest("acme.a", "1.0.0")]).status == 201)
            _ = try await marketplace.get("/index/acme.a?min_position=6")
            let holder = PostgresSession(
                PostgresConfiguration(url: url, applicationName: "tests", statementTimeoutMilliseconds: 60_000))
            try await holder.run {
                try $0.executeScript(
                    "SELECT pg_advisory_lock(1885564270, build) FROM models.active WHERE projection = 'index'")
            }
            let answer = try await marketplace.publish([manifest("acme.a", "1.1.0")])
            let path = "/index/acme.a?min_position=\(try #require(answer.fields["marketplace-position"]))"
            func reads() throws -> Int {
                let counters = try String(contentsOfFile: "/proc/\(marketplace.processID)/io", encoding: .utf8)
                return Int(try #require(counters.firstMatch(of: /syscr: (\d+)/)).1) ?? 0
            }
            let client = HTTPClient(connections: 100, timeoutMilliseconds: 30_000)
            let before = try reads()
            let statuses = try await withThrowingTaskGroup { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await client.send(HTTPClientRequest("GET", marketplace.url + path)).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 503, count: 100))
            // Each for itself would read the mark some hundred times in the five seconds.
            let count = try reads() - before
            #expect(count < 10_000, "\(count) reads")
            await holder.close()
            #expect(try await marketplace.get(path).status == 200)
        }
    }
}
