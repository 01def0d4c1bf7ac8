import Events
import Synchronization
import System

/// Limits the lines that one address adds to the log by downloads.
///
/// The log has one line for each version and minute, for all clients together. So the first download of a version within a minute
/// costs its address one line, and all others of the front are free until the minute ends.
final class LineShares: Sendable {
    private struct Line: Hashable {
        let agent: AgentKey
        let version: String
    }

    private struct State {
        var minute = Timestamp(milliseconds: 0)
        var open: Set<Line> = []
        var uncounted: Int64 = 0
    }

    /// The most lines of a minute that are remembered; further ones cost each of their downloads.
    private static let maximumLines = 100_000

    private let buckets: Buckets
    private let state = Mutex(State())

    init(_ rate: MeteringLimits.Rate) {
        buckets = Buckets(rate)
    }

    /// The downloads that were answered and not counted.
    var uncounted: Int64 { state.withLock(\.uncounted) }

    /// True where a download of an address is counted.
    func admit(_ agent: AgentKey, version: String, at time: Timestamp, from network: String) -> Bool {
        let line = Line(agent: agent, version: version)
        let minute = time.floored(toMilliseconds: Timestamp.minuteMilliseconds)
        return state.withLock { state in
            if state.minute != minute {
                state.minute = minute
                state.open.removeAll(keepingCapacity: true)
            }
            if state.open.contains(line) { return true }
            guard buckets.take(network, now: Host.steadyClockMilliseconds()).isTaken else {
                state.uncounted += 1
                return false
            }
            if state.open.count < Self.maximumLines { state.open.insert(line) }
            return true
        }
    }
}
