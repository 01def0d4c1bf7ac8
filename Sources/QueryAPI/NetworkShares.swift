import Contract
import Synchronization

/// How many costly questions of a kind each network has under way, so that nobody takes all sessions or threads for them.
final class NetworkShares: Sendable {
    /// The most questions of one network at once.
    private let maximumAtOnce: Int

    /// What they are about.
    private let subject: String
    private let underWay = Mutex<[String: Int]>([:])

    init(about subject: String, atOnce maximum: Int = 4) {
        self.subject = subject
        maximumAtOnce = maximum
    }

    /// Runs the answer to a question of a network.
    ///
    /// - Throws: `Problem` where so many are under way already.
    func run<Value>(for network: String, _ answer: () async throws -> Value) async throws -> Value {
        let isTaken = underWay.withLock { underWay in
            guard underWay[network, default: 0] < maximumAtOnce else { return false }
            underWay[network, default: 0] += 1
            return true
        }
        guard isTaken else {
            throw Problem(
                .tooManyAtOnce,
                "\(maximumAtOnce) questions about \(subject) are under way from your network; ask one after the other",
                retryAfterSeconds: 1)
        }
        defer {
            underWay.withLock { underWay in
                let left = underWay[network, default: 1] - 1
                underWay[network] = left > 0 ? left : nil
            }
        }
        return try await answer()
    }
}
