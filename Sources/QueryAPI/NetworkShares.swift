import Contract
import Synchronization

/// How many costly questions of a kind each network has under way, so that nobody takes all sessions or threads for them.
final class NetworkShares: Sendable {
    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct Share {
        var underWay = 0
        /// Those who wait for a place, the one who came first at the front.
        var waiters: [Waiter] = []
    }

    private struct State {
        var shares: [String: Share] = [:]
        var nextWaiter: UInt64 = 0
    }

    /// The most questions of one network at once.
    private let maximumAtOnce: Int
    /// The most that wait until others are answered.
    private let maximumWaiting: Int

    /// What they are about.
    private let subject: String
    private let state = Mutex(State())

    /// - Parameter waiting: how many more of a network wait; for what one page asks for many times at once.
    init(about subject: String, atOnce maximum: Int = 4, waiting: Int = 0) {
        self.subject = subject
        maximumAtOnce = maximum
        maximumWaiting = waiting
    }

    /// Runs the answer to a question of a network, once it has a place.
    ///
    /// - Throws: `Problem` where so many are under way and wait already.
    func run<Value>(for network: String, _ answer: () async throws -> Value) async throws -> Value {
        try await enter(network)
        defer { leave(network) }
        return try await answer()
    }

    private func enter(_ network: String) async throws {
        let id = state.withLock { state -> UInt64? in
            guard state.shares[network, default: Share()].underWay >= maximumAtOnce else {
                state.shares[network, default: Share()].underWay += 1
                return nil
            }
            state.nextWaiter += 1
            return state.nextWaiter
        }
        guard let id else { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLock { state -> Result<Void, any Error>? in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    var share = state.shares[network] ?? Share()
                    defer { state.shares[network] = share }
                    if share.underWay < maximumAtOnce {
                        share.underWay += 1
                        return .success(())
                    }
                    guard share.waiters.count < maximumWaiting else { return .failure(refusal) }
                    share.waiters.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.shares[network]?.waiters.firstIndex { $0.id == id }
                    .flatMap { state.shares[network]?.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    private func leave(_ network: String) {
        let next = state.withLock { state -> Waiter? in
            guard var share = state.shares[network] else { return nil }
            // The place goes on to the one who waits for longest.
            let next = share.waiters.isEmpty ? nil : share.waiters.removeFirst()
            if next == nil { share.underWay -= 1 }
            state.shares[network] = share.underWay > 0 ? share : nil
            return next
        }
        next?.continuation.resume()
    }

    private var refusal: Problem {
        Problem(
            .tooManyAtOnce,
            "\(maximumAtOnce) questions about \(subject) are under way from your network; ask one after the other",
            retryAfterSeconds: 1)
    }
}
