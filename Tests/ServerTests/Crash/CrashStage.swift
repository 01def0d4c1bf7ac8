import Foundation
import HTTPClient
import Synchronization
import TestSupport
import Testing

/// Two marketplaces over one database and one folder of files. The first has the private Postgres and starts it
/// again; both have failpoints, and partitions that fill within seconds.
final class CrashStage: Sendable {
    private struct Member {
        let target: CrashTarget
        let folder: String
        var process: MarketplaceProcess?
    }

    let folder: String
    private let members: Mutex<[Member]>
    /// Gives up soon, so that a client of a stopped program asks the other one.
    private let client = HTTPClient(connections: 64, timeoutMilliseconds: 4_000)

    init(_ folder: String) throws {
        self.folder = folder
        members = Mutex([
            Member(target: .first, folder: folder), Member(target: .second, folder: "\(folder)-second"),
        ])
        for name in ["failpoints", "second-failpoints"] {
            try FileManager.default.createDirectory(
                atPath: "\(folder)-\(name)", withIntermediateDirectories: true)
            try "500".write(toFile: "\(folder)-\(name)/partition_positions", atomically: true, encoding: .utf8)
        }
    }

    /// The superuser's: the tests look everywhere.
    var databaseURL: String {
        get throws {
            try String(contentsOfFile: "\(folder)/logins/superuser", encoding: .utf8)
                .trimmingCharacters(in: .newlines)
        }
    }

    var token: String {
        get throws {
            try String(contentsOfFile: "\(folder)/admin-token", encoding: .utf8).trimmingCharacters(in: .newlines)
        }
    }

    // MARK: Processes

    private static func failpoints(_ folder: String, _ target: CrashTarget) -> String {
        target == .first ? "\(folder)-failpoints" : "\(folder)-second-failpoints"
    }

    /// Starts what does not run. The second needs the database of the first.
    func startMissing() async throws {
        for (index, member) in members.withLock({ $0 }).enumerated() {
            if let process = member.process, ProcessState.isAlive(process.processID) { continue }
            var arguments = ["up", "--data", member.folder, "--port", "0"]
            if member.target == .second {
                arguments += ["--logins", "\(folder)/logins", "--artifacts", "\(folder)/artifacts"]
            }
            // A program may meet a Postgres that has just gone; whoever starts it tries again.
            var started: MarketplaceProcess?
            var attempt = 0
            while started == nil {
                do {
                    attempt += 1
                    started = try await MarketplaceProcess(
                        arguments, folder: member.folder,
                        environment: ["MENTATLAB_FAILPOINTS": Self.failpoints(folder, member.target)])
                } catch {
                    guard attempt < 40 else { throw error }
                    try await Task.sleep(for: .milliseconds(250))
                }
            }
            let process = started
            members.withLock { $0[index].process = process }
        }
        try await awaitDatabase()
    }

    /// Waits until the database answers: the first program starts it again by itself.
    private func awaitDatabase() async throws {
        let url = try databaseURL
        let began = CrashLedger.now()
        while true {
            do {
                _ = try await TestDatabase.query(url, "SELECT 'here'")
                break
            } catch {
                guard CrashLedger.now() - began < 60_000 else { throw error }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Starts the first with a failpoint armed that ends it before it serves.
    func startAndDie(at point: String) async throws {
        try arm(point, "kill", .first)
        do {
            let process = try await MarketplaceProcess(
                ["up", "--data", folder, "--port", "0"], folder: folder,
                environment: ["MENTATLAB_FAILPOINTS": Self.failpoints(folder, .first)])
            Issue.record("\(point) was not reached")
            try await process.kill()
        } catch is MarketplaceProcess.Failure {
            #expect(!isArmed(point, .first), "\(point) was not reached")
        }
    }

    func process(_ target: CrashTarget) -> Int32? {
        members.withLock { $0.first { $0.target == target }?.process?.processID }
    }

    func marketplace(_ target: CrashTarget) throws -> MarketplaceProcess {
        try #require(members.withLock { $0.first { $0.target == target }?.process })
    }

    /// Those that live, with the letter of their state.
    var states: [(target: CrashTarget, state: Character)] {
        members.withLock { $0 }.compactMap { member in
            guard let id = member.process?.processID, ProcessState.isAlive(id) else { return nil }
            return ProcessState.of(id).map { (member.target, $0) }
        }
    }

    func signal(_ target: CrashTarget, _ number: Int32) {
        if let process = process(target) { kill(process, number) }
    }

    /// Ends what a test that failed half-way has left running.
    func killAll() {
        for (target, _) in states { signal(target, SIGKILL) }
    }

    /// Waits until a process that was ended is gone.
    func awaitEnd(of target: CrashTarget) async throws {
        guard let process = process(target) else { return }
        for _ in 0..<1_000 where ProcessState.isAlive(process) { try await Task.sleep(for: .milliseconds(5)) }
    }

    // MARK: Failpoints

    func arm(_ point: String, _ action: String, _ target: CrashTarget) throws {
        try action.write(toFile: "\(Self.failpoints(folder, target))/\(point)", atomically: true, encoding: .utf8)
    }

    func isArmed(_ point: String, _ target: CrashTarget) -> Bool {
        FileManager.default.fileExists(atPath: "\(Self.failpoints(folder, target))/\(point)")
    }

    /// Disarms a failpoint; returns those that had reached it already.
    func disarm(_ point: String) -> [CrashTarget] {
        [CrashTarget.first, .second].filter { target in
            unsafe unlink("\(Self.failpoints(folder, target))/\(point)") != 0
        }
    }

    // MARK: Clients

    /// Publishes one agent after another, each under one key, at whichever program, until it is told to end.
    func publish(_ index: Int, seed: UInt64, into ledger: CrashLedger) async {
        var random = SeededRandom(seed: seed &+ UInt64(index))
        guard let token = try? token else { return }
        var number = 0
        while !Task.isCancelled {
            let agent = "crash.c\(index)-n\(number)"
            number += 1
            while !Task.isCancelled {
                let target = random.once(in: 2) ? CrashTarget.first : .second
                let began = CrashLedger.now()
                if await attempt(agent, at: target, token, ledger) { break }
                ledger.fail(
                    CrashLedger.Failure(agent: agent, target: target, began: began, ended: CrashLedger.now()))
                try? await Task.sleep(for: .milliseconds(Int.random(in: 5...60, using: &random)))
            }
            try? await Task.sleep(for: .milliseconds(Int.random(in: 10...150, using: &random)))
        }
    }

    private func attempt(
        _ agent: String, at target: CrashTarget, _ token: String, _ ledger: CrashLedger
    ) async -> Bool {
        guard let url = members.withLock({ $0.first { $0.target == target }?.process?.url }) else { return false }
        let request = HTTPClientRequest(
            "POST", "\(url)/api/v1/marketplace/publish",
            fields: [(name: "Authorization", value: "Bearer \(token)"), (name: "Idempotency-Key", value: agent)],
            parts: [manifest(agent)])
        guard let response = try? await client.send(request) else { return false }
        if response.status == 201, let position = response.fields["marketplace-position"].flatMap({ Int64($0) }) {
            ledger.acknowledge(agent, at: position)
            return true
        }
        if response.status != 503 {
            ledger.surprise("\(agent): \(response.status) \(String(decoding: response.body, as: UTF8.self))")
        }
        return false
    }
}
