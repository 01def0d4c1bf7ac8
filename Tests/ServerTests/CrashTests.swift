import Foundation
import HTTPClient
import JSON
import Synchronization
import TestSupport
import Testing

/// Nothing acknowledged is lost and nothing is there twice, whenever program or Postgres are killed.
@Suite struct CrashTests {
    private static let clients = 16

    /// What clients know: publications that were answered with success.
    private final class Ledger: Sendable {
        private let acknowledged = Mutex<[String: Int64]>([:])

        func acknowledge(_ agent: String, _ position: Int64) {
            acknowledged.withLock { $0[agent] = position }
        }

        var all: [String: Int64] { acknowledged.withLock { $0 } }
    }

    @Test func nothingAcknowledgedIsLostOrDoubled() async throws {
        let seed =
            UInt64(ProcessInfo.processInfo.environment["MENTATLAB_SEED"] ?? "") ?? UInt64.random(in: 1..<1_000_000)
        let rounds = Int(ProcessInfo.processInfo.environment["MENTATLAB_CRASH_ROUNDS"] ?? "") ?? 10
        print("crash test: seed=\(seed)")
        var random = SeededRandom(seed: seed)
        try await withEmbedded { folder in
            let ledger = Ledger()
            var (lost, doubled) = (0, 0)
            for round in 0..<rounds {
                let marketplace = try await MarketplaceProcess(
                    ["up", "--data", folder, "--port", "0"], folder: folder)
                let server = try await EmbeddedServer(folder)
                let token = try marketplace.token
                let until = Date(timeIntervalSinceNow: 2)
                let work = Task {
                    await withTaskGroup { group in
                        for client in 0..<Self.clients {
                            group.addTask {
                                await Self.publish(client, round, marketplace, token, ledger, until: until)
                            }
                        }
                    }
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: 200..<1_500, using: &random)))
                if round % 2 == 0 {
                    try await marketplace.kill()
                    // Some of the time the orphaned server dies as well.
                    if random.once(in: 2) { server.killNow() }
                } else {
                    server.killNow()
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0..<300, using: &random)))
                    try await marketplace.kill()
                }
                await work.value

                let again = try await MarketplaceProcess(
                    ["up", "--data", folder, "--port", "0"], folder: folder)
                let published = try await Self.published(again)
                for (agent, position) in ledger.all where published[agent]?.contains(position) != true {
                    lost += 1; print("lost \(agent)")
                }
                doubled += published.values.filter { $0.count > 1 }.count
                // What the log names can be read: artifacts are durable before their entry is.
                for digest in try await Self.digests(again) {
                    #expect(try await again.get("artifacts/sha256/\(digest)", method: "HEAD").status == 200)
                }
                #expect(try await again.stop() == 0)
            }
            print("rounds=\(rounds) acknowledged=\(ledger.all.count) lost=\(lost) doubled=\(doubled)")
            #expect(lost == 0 && doubled == 0, "seed \(seed)")
            #expect(ledger.all.count > rounds * Self.clients / 2, "seed \(seed)")
        }
    }

    /// Publishes one agent after another, each under one key, until the time is over or nobody answers.
    private static func publish(
        _ client: Int, _ round: Int, _ marketplace: MarketplaceProcess, _ token: String, _ ledger: Ledger, until: Date
    ) async {
        var index = 0
        while Date() < until {
            let agent = "crash.r\(round)-c\(client)-n\(index)"
            while Date() < until {
                if let response = try? await marketplace.publish([manifest(agent)], token: token, key: agent),
                    response.status == 201,
                    let position = response.fields["marketplace-position"].flatMap({ Int64($0) })
                {
                    ledger.acknowledge(agent, position)
                    break
                }
                try? await Task.sleep(for: .milliseconds(20))
            }
            index += 1
        }
    }

    private static func entries(_ marketplace: MarketplaceProcess) async throws -> [JSONValue] {
        var all: [JSONValue] = []
        var next: Int64 = 0
        while true {
            let page = try await marketplace.json("events?limit=1000&from=\(next)")
            let events = try #require(page["events"]?.array)
            // No gap, from the first to the last.
            for (offset, event) in events.enumerated() { #expect(event["position"]?.integer == next + Int64(offset)) }
            if events.isEmpty { return all }
            all += events
            next = try #require(page["next"]?.integer)
        }
    }

    /// Where each agent's version was published.
    private static func published(_ marketplace: MarketplaceProcess) async throws -> [String: [Int64]] {
        var published: [String: [Int64]] = [:]
        for event in try await entries(marketplace)
        where event["entry"]?["type"]?.string == "agent.version-published.v1" {
            let stream = try #require(event["entry"]?["subject"]?.string)
            published[String(stream.dropFirst("agent/".count)), default: []].append(
                try #require(event["position"]?.integer))
        }
        return published
    }

    private static func digests(_ marketplace: MarketplaceProcess) async throws -> Set<String> {
        var digests: Set<String> = []
        for event in try await entries(marketplace) {
            for artifact in event["entry"]?["data"]?["artifacts"]?.array ?? [] {
                if let digest = artifact["sha256"]?.string { digests.insert(digest) }
            }
        }
        return digests
    }
}
