/// What is measured under one name, and what it comes to now (OpenMetrics 1.0, MetricFamily).
public struct MetricFamily: Sendable, Equatable {
    /// What kind of measure it is.
    public enum Kind: String, Sendable, CaseIterable {
        /// A number that only rises while the program runs.
        case counter
        /// A number that rises and falls.
        case gauge
        /// How often a measure was at most so much.
        case histogram
        /// Facts that do not change while the program runs; the value is 1.
        case info
    }

    /// One number.
    public struct Sample: Sendable, Equatable {
        /// What stands behind the name of the family: `_total`, `_bucket`, `_sum`, `_count`, `_info` or nothing.
        public let suffix: String
        /// The labels in their order.
        public let labels: [Label]
        /// The number.
        public let value: Double

        /// Creates a sample.
        public init(suffix: String = "", labels: [Label] = [], value: Double) {
            self.suffix = suffix
            self.labels = labels
            self.value = value
        }
    }

    /// A label: what tells one number of a family from another.
    public struct Label: Sendable, Equatable, Hashable {
        /// The name.
        public let name: String
        /// The value.
        public let value: String

        /// Creates a label.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The name, without a suffix; with a unit it ends in that.
    public let name: String
    /// The kind.
    public let kind: Kind
    /// The unit, such as `seconds`; empty for none.
    public let unit: String
    /// What it measures, in words.
    public let help: String
    /// The numbers.
    public var samples: [Sample]

    /// Creates a family; traps for a name that is none, or does not end in its unit.
    public init(
        _ name: String, _ kind: Kind, unit: String = "", _ help: String, samples: [Sample] = []
    ) {
        precondition(Self.isName(name), "'\(name)' is no name of a metric")
        precondition(unit.isEmpty || name.hasSuffix("_\(unit)"), "'\(name)' does not end in its unit")
        self.name = name
        self.kind = kind
        self.unit = unit
        self.help = help
        self.samples = samples
    }

    /// A family of gauges.
    ///
    /// - Parameter samples: the labels and the number of each.
    public static func gauge(
        _ name: String, unit: String = "", _ help: String, _ samples: [(labels: [Label], value: Double)]
    ) -> MetricFamily {
        MetricFamily(
            name, .gauge, unit: unit, help, samples: samples.map { Sample(labels: $0.labels, value: $0.value) })
    }

    /// A family of counters that somebody else keeps.
    public static func counter(
        _ name: String, unit: String = "", _ help: String, _ samples: [(labels: [Label], value: Double)]
    ) -> MetricFamily {
        MetricFamily(
            name, .counter, unit: unit, help,
            samples: samples.map { Sample(suffix: "_total", labels: $0.labels, value: $0.value) })
    }

    /// The family with the first of its samples, as many as a family of gauges may have.
    var bounded: MetricFamily {
        var family = self
        family.samples = Array(samples.prefix(Metrics.maximumSeries))
        return family
    }

    /// True for `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    static func isName(_ name: String) -> Bool {
        name.utf8.enumerated().allSatisfy { index, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
                UInt8(ascii: ":"):
                true
            case UInt8(ascii: "0")...UInt8(ascii: "9"): index > 0
            default: false
            }
        } && !name.isEmpty
    }
}
