import Contract
import Events
import Synchronization

/// Bounds the bytes of an account's uploads that no entry names yet, in this process.
final class UnnamedBytes: Sendable {
    private let most: Int
    private let taken = Mutex<[PersonID: Int]>([:])

    init(most: Int) {
        self.most = most
    }

    /// Takes bytes of an account's share.
    ///
    /// - Throws: `Problem` where the share is used up; nothing is taken then.
    func take(_ bytes: Int, of person: PersonID) throws(Problem) {
        let isTaken = taken.withLock { taken in
            guard taken[person, default: 0] + bytes <= most else { return false }
            taken[person, default: 0] += bytes
            return true
        }
        guard isTaken else {
            throw Problem(
                .rateLimited,
                "uploads of one account that are under way may have \(most >> 20) MiB together; wait until some are done",
                retryAfterSeconds: 5)
        }
    }

    /// Gives bytes back: they are named, or gone.
    func giveBack(_ bytes: Int, of person: PersonID) {
        taken.withLock { taken in
            let left = taken[person, default: 0] - bytes
            taken[person] = left > 0 ? left : nil
        }
    }
}
