import Foundation
import Synchronization

/// What the clients of a crash test know: whom they asked, when, and what was acknowledged.
final class CrashLedger: Sendable {
    /// A request that was not answered with success.
    struct Failure: Sendable {
        let agent: String
        let target: CrashTarget
        let began: Int64
        let ended: Int64
    }

    /// A process that was ended.
    struct Kill: Sendable {
        let target: CrashTarget
        let time: Int64
    }

    private struct State {
        var acknowledged: [String: Int64] = [:]
        var failures: [Failure] = []
        var kills: [Kill] = []
        var surprises: [String] = []
    }
    private let state = Mutex(State())

    /// How much later than its client a test may notice that a process is gone.
    private static let noticeMilliseconds: Int64 = 250

    /// Milliseconds since 1970, as entries are stamped.
    static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    func acknowledge(_ agent: String, at position: Int64) {
        state.withLock { $0.acknowledged[agent] = position }
    }

    func fail(_ failure: Failure) {
        state.withLock { $0.failures.append(failure) }
    }

    func kill(_ target: CrashTarget) {
        let kill = Kill(target: target, time: Self.now())
        state.withLock { $0.kills.append(kill) }
    }

    /// An answer that no crash explains.
    func surprise(_ text: String) {
        state.withLock { $0.surprises.append(text) }
    }

    /// The position of each publication that was answered with success.
    var acknowledged: [String: Int64] { state.withLock(\.acknowledged) }
    var surprises: [String] { state.withLock(\.surprises) }
    var kills: Int { state.withLock(\.kills.count) }

    /// How many kills fell between the sending of a batch that was committed and its answer: somebody's request to
    /// what was killed failed, and the entry it asked for was sent before the kill.
    func killsDuringCommit(recorded: [String: Int64]) -> Int {
        state.withLock { state in
            state.kills.filter { kill in
                state.failures.contains { failure in
                    guard let sent = recorded[failure.agent] else { return false }
                    return (kill.target == .postgres || kill.target == failure.target) && failure.began <= sent
                        && sent <= kill.time && kill.time <= failure.ended + Self.noticeMilliseconds
                }
            }.count
        }
    }
}

/// What can be killed.
enum CrashTarget: String, Sendable {
    case first, second, postgres
}
