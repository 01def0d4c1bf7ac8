import Synchronization

/// Token buckets, one for each holder: a holder takes a token for each command, and tokens flow back with time.
///
/// Bounded: with too many holders it forgets those whose bucket is full again, at most once a second. Where there are none
/// of these, a new holder has to wait.
final class Buckets: Sendable {
    /// The state of a bucket after an attempt to take a token.
    struct Level: Equatable {
        /// False where no token was left.
        let isTaken: Bool
        /// The whole tokens that are left.
        let left: Int
        /// The time until the next token, or until the bucket is full again where tokens are left.
        let waitMilliseconds: Int64
    }

    private struct Bucket {
        var taken: Double
        var milliseconds: Int64
    }

    private struct State {
        var buckets: [String: Bucket] = [:]
        var swept: Int64 = .min
    }

    private static let hourMilliseconds: Double = 3_600_000
    private static let sweepMilliseconds: Int64 = 1_000

    private let burst: Double
    private let perMillisecond: Double
    private let maximumHolders: Int
    private let state = Mutex(State())

    init(_ rate: MeteringLimits.Rate, maximumHolders: Int = 100_000) {
        burst = Double(rate.burst)
        perMillisecond = Double(rate.perHour) / Self.hourMilliseconds
        self.maximumHolders = maximumHolders
    }

    /// The time in milliseconds in which an empty bucket becomes full.
    var windowMilliseconds: Int64 { Int64(burst / perMillisecond) }

    /// Takes a token where one is left.
    ///
    /// - Parameter now: the steady clock in milliseconds.
    func take(_ holder: String, now: Int64) -> Level {
        state.withLock { state in
            if state.buckets[holder] == nil, state.buckets.count >= maximumHolders {
                // Going through all of them for each new holder would cost a crowd nothing and the server much.
                if state.swept == .min || now - state.swept >= Self.sweepMilliseconds {
                    state.swept = now
                    state.buckets = state.buckets.filter { taken($0.value, now) > 0 }
                }
                guard state.buckets.count < maximumHolders else { return level(burst, isTaken: false) }
            }
            let before = taken(state.buckets[holder], now)
            guard before + 1 <= burst else { return level(before, isTaken: false) }
            state.buckets[holder] = Bucket(taken: before + 1, milliseconds: now)
            return level(before + 1, isTaken: true)
        }
    }

    /// The present state of a bucket; takes nothing. `isTaken` says whether a token is left.
    func look(_ holder: String, now: Int64) -> Level {
        state.withLock { state in
            let before = taken(state.buckets[holder], now)
            return level(before, isTaken: before + 1 <= burst)
        }
    }

    /// Returns a token that was taken.
    func giveBack(_ holder: String, now: Int64) {
        state.withLock { state in
            guard let bucket = state.buckets[holder] else { return }
            state.buckets[holder] = Bucket(taken: max(0, taken(bucket, now) - 1), milliseconds: now)
        }
    }

    private func taken(_ bucket: Bucket?, _ now: Int64) -> Double {
        guard let bucket else { return 0 }
        return max(0, bucket.taken - Double(now - bucket.milliseconds) * perMillisecond)
    }

    private func level(_ taken: Double, isTaken: Bool) -> Level {
        let left = Int(max(0, burst - taken))
        let missing = left > 0 ? taken : taken + 1 - burst
        return Level(isTaken: isTaken, left: left, waitMilliseconds: Int64((missing / perMillisecond).rounded(.up)))
    }
}
