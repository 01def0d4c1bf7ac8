import EventLog
import Foundation
import HTTPClient
import Synchronization
import TestSupport
import Testing

/// A marketplace on many machines, each a process here: fronts, relays and projectors over one Postgres and one broker.
final class ChaosStage: Sendable {
    /// What can be killed or stopped.
    struct Part: Sendable {
        let name: String
        let words: [String]
    }

    /// What clients were told.
    private struct Ledger {
        var acknowledged: [String: Int64] = [:]
        var surprises: [String] = []
    }

    let database: PrivatePostgres
    let broker: PrivateBroker
    let topic = "mentatlab.chaos"
    private let folder: String
    private let parts: [Part]
    private let running = Mutex<[String: PartProcess]>([:])
    private let ledger = Mutex(Ledger())
    /// Gives up soon, so that a client of a stopped program asks the other one.
    private let client = HTTPClient(connections: 32, timeoutMilliseconds: 4_000)

    init(_ folder: String, _ database: PrivatePostgres, _ broker: PrivateBroker) {
        self.folder = folder
        self.database = database
        self.broker = broker
        let base = ["--database-url", database.url]
        let kafka = ["--kafka", broker.servers, "--topic", topic]
        let files = ["--artifacts", "\(folder)/artifacts"]
        let rates = ["new-agents", "versions"].flatMap { ["\($0)-burst", "\($0)-hour"] }.flatMap {
            ["--limit", "\($0)=1000000"]
        }
        parts =
            ["command-1", "command-2"].map { name in
                Part(
                    name: name,
                    words: ["command", "--port", "0", "--data", "\(folder)/command"] + base + files + rates)
            } + [
                Part(name: "query", words: ["query", "--port", "0", "--data", "\(folder)/query"] + base + files)
            ]
            + ["relay-1", "relay-2"].map { Part(name: $0, words: ["relay", "--create-topic"] + base + kafka) }
            + (1...3).map { Part(name: "project-\($0)", words: ["project", "--from", "kafka"] + base + kafka) }
            + [Part(name: "project-4", words: ["project", "--share"] + base)]
    }

    var names: [String] { parts.map(\.name) }

    /// How many publications were answered with success.
    var acknowledged: [String: Int64] { ledger.withLock { $0.acknowledged } }
    var surprises: [String] { ledger.withLock { $0.surprises } }

    // MARK: Parts

    /// Starts what does not run. The first front makes the schema.
    func startMissing() async throws {
        for part in parts {
            if let present = running.withLock({ $0[part.name] }), present.isRunning { continue }
            let process = try PartProcess(part.words)
            running.withLock { $0[part.name] = process }
        }
    }

    func send(_ signal: Int32, to name: String) { running.withLock { $0[name] }?.send(signal) }

    /// What a part has printed, for one that does not do what it should.
    func printed(_ name: String) -> String { running.withLock { $0[name] }?.printed ?? "" }

    /// Waits for a part that was ended.
    func awaitEnd(of name: String) async throws { try await running.withLock { $0[name] }?.end() }

    /// Stops all parts in order; returns those that did not end well.
    func stopAll() async throws -> [String] {
        let all = running.withLock { $0 }
        for process in all.values {
            process.send(SIGCONT)
            process.send(SIGTERM)
        }
        var faults: [String] = []
        for (name, process) in all where try await process.end() != 0 {
            faults.append("\(name): \(process.printed.suffix(500))")
        }
        return faults
    }

    /// Where a front serves; nil while it does not.
    private func url(_ name: String) -> String? {
        running.withLock { $0[name] }?.printed.firstMatch(of: /ready at (http:\S+)/).map { String($0.1) }
    }

    // MARK: Clients

    /// Publishes one agent after another, each under one key, at whichever front, until it is told to end.
    func publish(_ index: Int, seed: UInt64) async {
        var random = SeededRandom(seed: seed &+ UInt64(index))
        var number = 0
        while !Task.isCancelled {
            let agent = "chaos.c\(index)-n\(number)"
            number += 1
            while !Task.isCancelled, await !attempt(agent, at: random.once(in: 2) ? "command-1" : "command-2") {
                try? await Task.sleep(for: .milliseconds(Int(random.next() % 60) + 5))
            }
            try? await Task.sleep(for: .milliseconds(Int(random.next() % 100) + 5))
        }
    }

    private func attempt(_ agent: String, at name: String) async -> Bool {
        guard let url = url(name),
            let token = try? String(contentsOfFile: "\(folder)/command/admin-token", encoding: .utf8)
        else { return false }
        let request = HTTPClientRequest.publication(
            of: agent, at: url, token: token.trimmingCharacters(in: .newlines), key: agent)
        guard let response = try? await client.send(request) else { return false }
        if response.status == 201, let position = response.fields["marketplace-position"].flatMap({ Int64($0) }) {
            ledger.withLock { $0.acknowledged[agent] = position }
            return true
        }
        if response.status != 503 {
            let words = "\(agent): \(response.status) \(String(decoding: response.body, as: UTF8.self))"
            ledger.withLock { $0.surprises.append(words) }
        }
        return false
    }
}
