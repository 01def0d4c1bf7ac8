import Contract
import HTTPServer
import Synchronization
import System

/// Limits what accounts and addresses send, by kind of command. The buckets are those of this process.
///
/// A command takes a token before its body is read, and gets it back where it adds nothing: where it is a repeat under
/// an idempotency key, changes nothing, or is refused. Refused commands have a bucket of their own.
final class Metering: Sendable {
    private let limits: MeteringLimits
    private let buckets: [Meter: Buckets]

    init(_ limits: MeteringLimits) {
        self.limits = limits
        buckets = Dictionary(uniqueKeysWithValues: Meter.allCases.map { ($0, Buckets(limits.rate($0))) })
    }

    /// Takes a token from a bucket.
    ///
    /// - Throws: `Problem` with the limit and when to try again, where none is left.
    fileprivate func take(_ meter: Meter, from holder: String) throws(Problem) -> RateLimit {
        guard let bucket = buckets[meter] else { preconditionFailure("a meter without a bucket") }
        return try state(meter, bucket.take(holder, now: Host.steadyClockMilliseconds()))
    }

    /// Throws as `take` does, but takes nothing.
    fileprivate func look(_ meter: Meter, of holder: String) throws(Problem) {
        guard let level = buckets[meter]?.look(holder, now: Host.steadyClockMilliseconds()) else { return }
        _ = try state(meter, level)
    }

    fileprivate func giveBack(_ meter: Meter, to holder: String) {
        buckets[meter]?.giveBack(holder, now: Host.steadyClockMilliseconds())
    }

    private func state(_ meter: Meter, _ level: Buckets.Level) throws(Problem) -> RateLimit {
        let rate = limits.rate(meter)
        let limit = RateLimit(
            name: meter.rawValue, quota: rate.burst,
            windowSeconds: max(1, Int((buckets[meter]?.windowMilliseconds ?? 0) / 1_000)),
            remaining: level.left, resetSeconds: Int((level.waitMilliseconds + 999) / 1_000))
        guard level.isTaken else {
            let atOnce = rate.burst == rate.perHour ? "" : "\(rate.burst) at once and "
            let holder =
                meter == .registrations
                ? "address" : "account; accounts younger than \(limits.youngDays) days share those of their address"
            throw Problem(
                .rateLimited,
                "these are too many \(meter.words): there may be \(atOnce)\(rate.perHour) an hour from one \(holder)",
                limit: limit)
        }
        return limit
    }
}

/// What one command has taken from the buckets.
final class Allowance: Sendable {
    /// The holder of the buckets, an account or an address; nil where the command is not limited.
    private let holder: String?
    private let metering: Metering
    private let taken = Mutex<[(meter: Meter, limit: RateLimit)]>([])

    init(of holder: String?, in metering: Metering) {
        self.holder = holder
        self.metering = metering
    }

    /// Takes a token; at most one of each kind.
    ///
    /// - Throws: `Problem` where the account or address has none left.
    func take(_ meter: Meter) throws(Problem) {
        guard let holder, !taken.withLock({ $0.contains { $0.meter == meter } }) else { return }
        try lookAtRefusals()
        let limit = try metering.take(meter, from: holder)
        taken.withLock { $0.append((meter, limit)) }
    }

    /// Throws where too many commands of the account or address were refused.
    func lookAtRefusals() throws(Problem) {
        if let holder { try metering.look(.refused, of: holder) }
    }

    /// Reports that the command has added nothing: gives everything back.
    func giveBack() {
        guard let holder else { return }
        for (meter, _) in taken.withLock({ exchange(&$0, with: []) }) { metering.giveBack(meter, to: holder) }
    }

    /// Reports that the command was refused: gives everything back, and counts the refusal.
    func noteRefusal() {
        guard let holder else { return }
        giveBack()
        _ = try? metering.take(.refused, from: holder)
    }

    /// The fields that tell how much is left.
    var fields: HTTPFields {
        var fields: HTTPFields = [:]
        for field in taken.withLock({ $0.last?.limit.fields ?? [] }) { fields.append(field.name, field.value) }
        return fields
    }
}
