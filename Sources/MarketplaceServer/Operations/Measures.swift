import Contract
import EventLog
import Events
import HTTPFront
import Metrics
import Postgres
import QueryAPI
import Reactor
import Synchronization
import System

/// What this process counts of itself. docs/operations/monitoring.md says what each name means.
final class Measures: Sendable {
    /// What the name of each family begins with.
    static let prefix = "mentatlab_marketplace_"

    let set = Metrics(prefix: prefix)
    /// When the process began to count, since 1970.
    let begunMilliseconds = Host.wallClockMilliseconds()
    private let requests: Metrics.Counter
    private let durations: Metrics.Histogram
    private let searches: Metrics.Histogram
    private let publishes: Metrics.Histogram
    private let downloads: Metrics.Counter
    private let batches: Metrics.Histogram
    private let appends: Metrics.Histogram
    private let entries: Metrics.Counter
    private let pools = Mutex<[(name: String, pool: PostgresPool)]>([])
    private let loops = Mutex<[(name: String, reactor: Reactor)]>([])

    /// From half a millisecond to ten seconds.
    private static let seconds: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    init() {
        let prefix = Self.prefix
        requests = set.counter(
            "\(prefix)api_requests", "Requests that were answered.", labels: ["endpoint", "method", "status"])
        durations = set.histogram(
            "\(prefix)api_request_duration_seconds", unit: "seconds",
            "From a request until its answer could be sent, of those that no cache answered.", bounds: Self.seconds,
            labels: ["endpoint"])
        searches = set.histogram(
            "\(prefix)search_latency_seconds", unit: "seconds", "How long agents were looked for.",
            bounds: Self.seconds, labels: ["index", "result_count_bucket"])
        publishes = set.histogram(
            "\(prefix)publish_duration_seconds", unit: "seconds", "How long a publish took, with its files.",
            bounds: Self.seconds, labels: ["result"])
        downloads = set.counter(
            "\(prefix)downloads",
            "Downloads that were taken in, those that were lost among them, by where they came from.",
            labels: ["source"])
        batches = set.histogram(
            "\(prefix)append_batch_entries", "Entries of a batch that was appended to the log.",
            bounds: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000])
        appends = set.histogram(
            "\(prefix)append_duration_seconds", unit: "seconds", "How long a batch took until it was on disk.",
            bounds: Self.seconds)
        entries = set.counter("\(prefix)appended_entries", "Entries that this process appended to the log.")
    }

    /// Counts a request.
    func note(_ served: FrontRouter.Served) {
        let endpoint = served.endpoint ?? "none"
        requests.add(1, [endpoint, served.method, "\(served.status)"])
        guard let nanoseconds = served.nanoseconds else { return }
        durations.record(Self.seconds(nanoseconds), [endpoint])
        guard endpoint == Endpoints.publish.declaration.name else { return }
        let result =
            switch served.status {
            case ..<300: "published"
            case ..<500: "refused"
            default: "failed"
            }
        publishes.record(Self.seconds(nanoseconds), [result])
    }

    /// Counts a search.
    func note(_ search: QueryFront.Searched) {
        let bucket =
            switch search.found {
            case 0: "0"
            case ..<10: "1-9"
            case ..<100: "10-99"
            default: "100+"
            }
        searches.record(Self.seconds(search.nanoseconds), [search.index, bucket])
    }

    /// Counts downloads.
    func note(_ source: DownloadSource, _ number: Int64) { downloads.add(number, [source.rawValue]) }

    /// Counts a batch.
    func note(_ batch: EventLog.AppendedBatch) {
        appends.record(Self.seconds(batch.nanoseconds))
        guard batch.entries > 0 else { return }
        batches.record(Double(batch.entries))
        entries.add(Int64(batch.entries), [])
    }

    /// Looks at a pool from now on, and gives it back.
    func watch(_ pool: PostgresPool, as name: String) -> PostgresPool {
        let isFirst = pools.withLock { pools in
            pools.append((name, pool))
            return pools.count == 1
        }
        if isFirst { set.gather { [self] in poolFamilies() } }
        return pool
    }

    /// Measures for how long work held up a loop that others wait for, and returns the loop.
    ///
    /// - Parameter name: what it carries; no two loops have the same.
    func watch(_ reactor: Reactor, as name: String) -> Reactor {
        let isFirst = loops.withLock { loops in
            loops.append((name, reactor))
            return loops.count == 1
        }
        if isFirst {
            set.gather { [self] in
                let loops = loops.withLock { $0 }
                return [
                    .gauge(
                        "\(Self.prefix)loop_longest_turn_seconds", unit: "seconds",
                        "The longest time for which something held up all that a loop carries, since the start.",
                        loops.map { ([.init("loop", $0.name)], Self.seconds($0.reactor.longestTurn.nanoseconds)) })
                ]
            }
        }
        return reactor
    }

    private func poolFamilies() -> [MetricFamily] {
        let prefix = "\(Self.prefix)database_pool_"
        let pools = pools.withLock {
            $0.map { (labels: [MetricFamily.Label("pool", $0.name)], status: $0.pool.status) }
        }
        func each(_ value: (PostgresPool.Status) -> Int64) -> [(labels: [MetricFamily.Label], value: Double)] {
            pools.map { ($0.labels, Double(value($0.status))) }
        }
        return [
            .gauge("\(prefix)sessions", "Sessions of a pool.", each { Int64($0.sessions) }),
            .gauge("\(prefix)idle", "Sessions that nobody uses.", each { Int64($0.idle) }),
            .gauge("\(prefix)waiting", "Callers that wait for a session.", each { Int64($0.waiting) }),
            .counter("\(prefix)waits", "Times that a caller had to wait for a session.", each(\.waited)),
            .counter("\(prefix)refusals", "Times that too many waited for a session.", each(\.refused)),
        ]
    }

    static func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }
}
