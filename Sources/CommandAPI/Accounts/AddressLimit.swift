import Contract
import Synchronization
import System

/// Limits how often an address may send commands that need no credential: a token bucket for each address, which
/// refills with time.
///
/// Bounded: with too many addresses it forgets those whose bucket is full again. Where there are none of these, a new
/// address has to wait.
final class AddressLimit: Sendable {
    private struct Bucket {
        var taken: Double
        var milliseconds: Int64
    }

    private static let maximumAddresses = 100_000
    private static let hour: Double = 3_600_000

    private let perHour: Int
    private let buckets = Mutex<[String: Bucket]>([:])

    /// Allows `perHour` commands an hour for each address, also in one burst.
    init(perHour: Int) {
        self.perHour = perHour
    }

    /// Takes one token from the bucket of an address; throws where it is empty.
    func take(_ address: String) throws(Problem) {
        let now = Host.steadyClockMilliseconds()
        let perHour = Double(perHour)
        let waitMilliseconds: Double? = buckets.withLock { buckets in
            func left(_ bucket: Bucket) -> Double {
                max(0, bucket.taken - Double(now - bucket.milliseconds) * perHour / Self.hour)
            }
            if buckets[address] == nil, buckets.count >= Self.maximumAddresses {
                buckets = buckets.filter { left($0.value) > 0 }
                guard buckets.count < Self.maximumAddresses else { return Self.hour / perHour }
            }
            let taken = buckets[address].map(left) ?? 0
            guard taken + 1 <= perHour else { return (taken + 1 - perHour) * Self.hour / perHour }
            buckets[address] = Bucket(taken: taken + 1, milliseconds: now)
            return nil
        }
        guard let waitMilliseconds else { return }
        throw Problem(
            .rateLimited, "an address may register \(Int(perHour)) people an hour; try again later",
            retryAfterSeconds: Int(waitMilliseconds / 1000) + 1)
    }
}
