import Synchronization

/// The metrics of a program: counters and histograms that it keeps, and families that it reads on each call of
/// `families()` (OpenMetrics 1.0, MetricSet).
///
/// A counter or histogram has at most `maximumSeries` series; all further values of labels share one more series, whose
/// labels are `other`. Of a family that is read, the samples beyond `maximumSeries` are left out.
public final class Metrics: Sendable {
    /// Reads families at the moment at which somebody asks.
    public typealias Gatherer = @Sendable () async throws -> [MetricFamily]

    /// The most series of a family.
    public static let maximumSeries = 2_000

    private struct State {
        var counters: [Counter] = []
        var histograms: [Histogram] = []
        var gatherers: [Gathering] = []
    }

    private let state = Mutex(State())
    private let failures: Counter
    private let patience: Duration

    /// Creates a set that counts nothing but its own failures.
    ///
    /// - Parameters:
    ///   - prefix: the beginning of the name of the set's own counter, `metrics_failures`, with an underscore at its
    ///     end. All other families get their whole names from the caller.
    ///   - patience: how long `families()` waits for the families of `gather`.
    public init(prefix: String, patience: Duration = .seconds(2)) {
        self.patience = patience
        failures = Counter(
            "\(prefix)metrics_failures", "Times that something could not be read for these numbers.", [])
        failures.add(0, [])
        state.withLock { $0.counters.append(failures) }
    }

    /// Adds a counter.
    ///
    /// - Parameter labels: the names of its labels.
    public func counter(_ name: String, _ help: String, labels: [String] = []) -> Counter {
        let counter = Counter(name, help, labels)
        state.withLock { $0.counters.append(counter) }
        return counter
    }

    /// Adds a histogram of durations in seconds or of numbers without a unit.
    ///
    /// - Parameters:
    ///   - bounds: the most of each bucket, rising; one more has no bound.
    ///   - labels: the names of its labels.
    public func histogram(
        _ name: String, unit: String = "", _ help: String, bounds: [Double], labels: [String] = []
    ) -> Histogram {
        let histogram = Histogram(name, unit, help, bounds, labels)
        state.withLock { $0.histograms.append(histogram) }
        return histogram
    }

    /// Adds families that `gatherer` reads when `families()` is called; calls at the same time share one reading.
    ///
    /// Where it throws or takes longer than `patience`, its families are left out, and the set counts a failure.
    public func gather(_ gatherer: @escaping Gatherer) {
        state.withLock { $0.gatherers.append(Gathering(gatherer)) }
    }

    /// Reads all families and returns them sorted by name; waits at most about `patience` for those of `gather`.
    public func families() async -> [MetricFamily] {
        let gatherers = state.withLock(\.gatherers)
        let gathered = await withTaskGroup(of: [MetricFamily].self) { group in
            for gatherer in gatherers {
                group.addTask { [failures, patience] in
                    guard let families = await gatherer.families(within: patience) else {
                        failures.add(1, [])
                        return []
                    }
                    return families.map(\.bounded)
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        let (counters, histograms) = state.withLock { ($0.counters, $0.histograms) }
        return (gathered + counters.map(\.family) + histograms.map(\.family)).sorted { $0.name < $1.name }
    }

    /// What is read when somebody asks, once for all who ask at the same time.
    private final class Gathering: Sendable {
        private struct UnderWay {
            let task: Task<[MetricFamily]?, Never>
            let begun: ContinuousClock.Instant
        }

        private let read: Gatherer
        private let underWay = Mutex<UnderWay?>(nil)

        init(_ read: @escaping Gatherer) { self.read = read }

        /// Reads; nil where that fails or takes longer, at once where it has hung for so long already.
        func families(within patience: Duration) async -> [MetricFamily]? {
            let now = ContinuousClock.now
            let task = underWay.withLock { underWay -> Task<[MetricFamily]?, Never>? in
                if let known = underWay { return now - known.begun < patience ? known.task : nil }
                let task = Task { [self] in
                    let families = try? await read()
                    self.underWay.withLock { $0 = nil }
                    return families
                }
                underWay = UnderWay(task: task, begun: now)
                return task
            }
            guard let task else { return nil }
            let (answers, answer) = AsyncStream.makeStream(of: [MetricFamily]?.self)
            // What hangs can't be ended from here, so nobody waits for it but a task of its own.
            Task { answer.yield(await task.value) }
            let deadline = Task {
                try? await Task.sleep(for: patience)
                answer.yield(nil)
            }
            defer { deadline.cancel() }
            for await families in answers { return families }
            return nil
        }
    }

    /// The numbers of the series of a family, by the values of their labels.
    fileprivate struct Series<Value: Sendable>: Sendable {
        private var values: [[String]: Value] = [:]

        /// Changes the number of a series, which begins with an empty one.
        mutating func change(_ labels: [String], _ empty: Value, _ body: (inout Value) -> Void) {
            let known = values[labels] != nil || values.count < Metrics.maximumSeries
            body(&values[known ? labels : labels.map { _ in "other" }, default: empty])
        }

        var sorted: [(labels: [String], value: Value)] {
            values.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ($0.key, $0.value) }
        }
    }

    /// A number that only rises.
    public final class Counter: Sendable {
        private let head: MetricFamily
        private let names: [String]
        private let series = Mutex(Series<Int64>())

        fileprivate init(_ name: String, _ help: String, _ names: [String]) {
            head = MetricFamily(name, .counter, help)
            self.names = names
        }

        /// Adds a number, which is not negative, to the series of these values of its labels.
        public func add(_ number: Int64, _ labels: [String]) {
            precondition(labels.count == names.count && number >= 0)
            series.withLock { $0.change(labels, 0) { $0 += number } }
        }

        fileprivate var family: MetricFamily {
            var family = head
            family.samples = series.withLock(\.sorted).map { one in
                MetricFamily.Sample(
                    suffix: "_total", labels: zip(names, one.labels).map { MetricFamily.Label($0, $1) },
                    value: Double(one.value))
            }
            return family
        }
    }

    /// How often a measure was at most so much.
    public final class Histogram: Sendable {
        fileprivate struct Counts: Sendable {
            var buckets: [Int64]
            var sum: Double = 0
        }

        private let head: MetricFamily
        private let bounds: [Double]
        private let names: [String]
        private let series = Mutex(Series<Counts>())

        fileprivate init(_ name: String, _ unit: String, _ help: String, _ bounds: [Double], _ names: [String]) {
            head = MetricFamily(name, .histogram, unit: unit, help)
            self.bounds = bounds
            self.names = names
        }

        /// Counts a measure in the series of these values of its labels.
        public func record(_ measure: Double, _ labels: [String] = []) {
            precondition(labels.count == names.count)
            let bucket = bounds.firstIndex { measure <= $0 } ?? bounds.count
            let empty = Counts(buckets: [Int64](repeating: 0, count: bounds.count + 1))
            series.withLock {
                $0.change(labels, empty) { counts in
                    counts.buckets[bucket] += 1
                    counts.sum += measure
                }
            }
        }

        fileprivate var family: MetricFamily {
            var family = head
            for one in series.withLock(\.sorted) {
                let labels = zip(names, one.labels).map { MetricFamily.Label($0, $1) }
                var count: Int64 = 0
                for (bound, number) in zip(bounds + [.infinity], one.value.buckets) {
                    count += number
                    family.samples.append(
                        MetricFamily.Sample(
                            suffix: "_bucket",
                            labels: labels + [MetricFamily.Label("le", OpenMetricsText.bound(bound))],
                            value: Double(count)))
                }
                family.samples.append(
                    MetricFamily.Sample(suffix: "_sum", labels: labels, value: one.value.sum))
                family.samples.append(
                    MetricFamily.Sample(suffix: "_count", labels: labels, value: Double(count)))
            }
            return family
        }
    }
}
