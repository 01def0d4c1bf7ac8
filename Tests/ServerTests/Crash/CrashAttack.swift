import Foundation
import Postgres
import TestSupport
import Testing

/// What one round of a crash test does to the programs and the database.
enum CrashAttack: Sendable {
    /// Whoever reaches a named moment first is killed there.
    case killed(at: String)
    /// Whoever reaches a named moment first is stopped there; then it goes on, dies, or finds Postgres gone.
    case stopped(at: String)
    /// While appends wait for the log's lock.
    case waiting(CrashTarget)
    /// At any moment.
    case kill([CrashTarget])
    /// At any moment, for a while.
    case stop(CrashTarget)

    /// Moments around statements: before the append is sent; while the server works on it; after its commit and
    /// before the answer; inside the lookup of an idempotency key; between a file's lease and its place; between the
    /// files and the append; inside a projection's transaction; inside the making of a partition.
    static let points = [
        "append.sending", "append.sent", "append.answered", "find_key.sent", "lease.answered",
        "read_streams_after.answered", "write_versions.answered", "advance.sent", "make_partition.answered",
        "attach_partition.sent",
    ]

    /// So many attacks: each moment in turn, in a random order, between random ones.
    static func deck(_ count: Int, using random: inout SeededRandom) -> [CrashAttack] {
        var deck: [CrashAttack] = []
        while deck.count < count {
            var suit: [CrashAttack] = points.map { random.once(in: 2) ? .killed(at: $0) : .stopped(at: $0) }
            suit += [
                .killed(at: "append.answered"), .killed(at: "append.sent"), .waiting(.first), .waiting(.postgres),
                .kill([.postgres]), .kill([.first]), .kill([.second]), .kill([.first, .postgres]), .stop(.first),
                .stop(.second),
            ]
            deck += suit.shuffled(using: &random)
        }
        return Array(deck.prefix(count))
    }

    /// Does it. Afterwards nothing is stopped; what is dead stays dead.
    func run(_ stage: CrashStage, _ ledger: CrashLedger, using random: inout SeededRandom) async throws {
        let server = try await EmbeddedServer(stage.folder)
        func end(_ targets: [CrashTarget]) async throws {
            for target in targets {
                ledger.kill(target)
                if target == .postgres {
                    server.killNow()
                } else {
                    stage.signal(target, SIGKILL)
                    try await stage.awaitEnd(of: target)
                }
            }
        }
        func pause(_ range: ClosedRange<Int>) async throws {
            try await Task.sleep(for: .milliseconds(Int.random(in: range, using: &random)))
        }
        switch self {
        case .killed(let point):
            for target in [CrashTarget.first, .second] { try stage.arm(point, "kill", target) }
            try await reached(point, stage)
            for target in stage.disarm(point) {
                ledger.kill(target)
                try await stage.awaitEnd(of: target)
            }
        case .stopped(let point):
            for target in [CrashTarget.first, .second] { try stage.arm(point, "stop", target) }
            try await reached(point, stage)
            _ = stage.disarm(point)
            try await pause(100...1_500)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: try await end(stage.states.filter { $0.state == "T" }.map(\.target))
            case 1: try await end([.postgres])
            default: break
            }
            for target in [CrashTarget.first, .second] { stage.signal(target, SIGCONT) }
        case .waiting(let target):
            try await whileLocked(try stage.databaseURL) { try await end([target]) }
        case .kill(let targets):
            try await pause(0...800)
            try await end(targets)
        case .stop(let target):
            stage.signal(target, SIGSTOP)
            try await pause(200...3_000)
            stage.signal(target, SIGCONT)
        }
    }

    private func reached(_ point: String, _ stage: CrashStage) async throws {
        try await eventually("\(point) is reached", every: .milliseconds(5)) {
            [CrashTarget.first, .second].contains { !stage.isArmed(point, $0) }
        }
    }

    /// Holds the log's lock until appends wait for it, and lets it go after `body`.
    private func whileLocked(_ url: String, _ body: () async throws -> Void) async throws {
        let session = PostgresSession(PostgresConfiguration(url: url, applicationName: "tests"))
        try await session.run { try $0.executeScript("SELECT pg_advisory_lock(7306920370913280)") }
        try await eventually("an append waits", every: .milliseconds(10)) {
            try await TestDatabase.query(
                url, "SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") != ["0"]
        }
        try await body()
        await session.close()
    }
}
