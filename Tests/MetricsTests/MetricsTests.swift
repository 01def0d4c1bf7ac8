import JSON
import TestSupport
import Testing

@testable import Metrics

/// Measures, as the reference reader of OpenMetrics understands them.
@Suite struct MetricsTests {
    /// A sample as that reader sees it.
    private struct Seen: Equatable, CustomStringConvertible {
        let name: String
        let labels: [String: String]
        let value: Double?

        var description: String { "\(name)\(labels.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }) \(value ?? .nan)" }
    }

    private func read(_ families: [MetricFamily]) async throws -> (samples: [Seen], heads: [String]) {
        let text = String(decoding: OpenMetricsText.bytes(families), as: UTF8.self)
        let lines = try await Oracle.run("measures", input: text).map {
            try JSONValue(Array($0.utf8), limits: JSONLimits(bytes: 1 << 22))
        }
        let samples = lines.flatMap { $0["samples"]?.array ?? [] }.map { sample in
            var labels: [String: String] = [:]
            if case .object(let members)? = sample["labels"] {
                for member in members { labels[member.name] = member.value.string }
            }
            return Seen(
                name: sample["name"]?.string ?? "", labels: labels,
                value: (sample["value"]?.string).flatMap { Double($0) })
        }
        return (
            samples, lines.map { "\($0["kind"]?.string ?? "") \($0["name"]?.string ?? "") \($0["unit"]?.string ?? "")" }
        )
    }

    @Test func whatIsCountedIsWhatAnotherReaderReads() async throws {
        let set = Metrics(prefix: "test_")
        let requests = set.counter("test_requests", "Requests \"of\" all\nkinds\\", labels: ["path", "status"])
        requests.add(2, ["/a\"b\\c\nd", "200"])
        requests.add(3, ["/a\"b\\c\nd", "200"])
        requests.add(0, ["", "404"])
        let times = set.histogram(
            "test_times_seconds", unit: "seconds", "Times.", bounds: [0.01, 1, 10], labels: ["of"])
        for time in [0.005, 0.01, 0.5, 20, 10] { times.record(time, ["x"]) }
        set.gather { [.gauge("test_level", "A level.", [([], -1.5), ([.init("a", "é")], 1e300)])] }
        struct Fault: Error {}
        set.gather { throw Fault() }
        let (samples, heads) = try await read(await set.families())
        #expect(
            heads == [
                "gauge test_level ", "counter test_metrics_failures ", "counter test_requests ",
                "histogram test_times_seconds seconds",
            ])
        func bucket(_ bound: String, _ count: Double) -> Seen {
            Seen(name: "test_times_seconds_bucket", labels: ["of": "x", "le": bound], value: count)
        }
        #expect(
            samples == [
                Seen(name: "test_level", labels: [:], value: -1.5),
                Seen(name: "test_level", labels: ["a": "é"], value: 1e300),
                Seen(name: "test_metrics_failures_total", labels: [:], value: 1),
                Seen(name: "test_requests_total", labels: ["path": "", "status": "404"], value: 0),
                Seen(name: "test_requests_total", labels: ["path": "/a\"b\\c\nd", "status": "200"], value: 5),
                bucket("0.01", 2), bucket("1.0", 3), bucket("10.0", 4), bucket("+Inf", 5),
                Seen(name: "test_times_seconds_sum", labels: ["of": "x"], value: 30.515),
                Seen(name: "test_times_seconds_count", labels: ["of": "x"], value: 5),
            ])
    }

    @Test func whatHangsHoldsUpNothingElseAndIsBegunOnce() async throws {
        let set = Metrics(prefix: "test_", patience: .milliseconds(500))
        let (begun, gate) = (set.counter("test_begun", "Times."), AsyncStream.makeStream(of: Void.self))
        set.gather {
            begun.add(1, [])
            for await _ in gate.stream { break }
            return [.gauge("test_hangs", "A level.", [([], 1)])]
        }
        set.gather { [.gauge("test_level", "A level.", [([], 2)])] }
        func values() async -> [String: Double] {
            let families = await set.families()
            return Dictionary(
                families.compactMap { family in family.samples.first.map { (family.name, $0.value) } }
            ) { $1 }
        }
        for failures in 1...3 {
            let found = await values()
            #expect(found["test_level"] == 2 && found["test_hangs"] == nil && found["test_begun"] == 1)
            #expect(found["test_metrics_failures"] == Double(failures))
        }
        gate.continuation.finish()
        // It is there again once it has ended.
        var last = await values()
        try await eventually("it is there again") {
            last = await values()
            return last["test_hangs"] != nil
        }
        #expect(last["test_hangs"] == 1)
    }

    @Test func whoAsksAtTheSameTimeGetsTheSame() async throws {
        let set = Metrics(prefix: "test_", patience: .seconds(30))
        let begun = set.counter("test_begun", "Times.")
        set.gather {
            begun.add(1, [])
            try await Task.sleep(for: .milliseconds(100))
            return [.gauge("test_slow", "A level.", [([], 1)])]
        }
        let found = await withTaskGroup(of: [MetricFamily].self) { group in
            for _ in 0..<4 { group.addTask { await set.families() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(found.allSatisfy { families in families.contains { $0.name == "test_slow" } })
        let failures = await set.families().first { $0.name == "test_metrics_failures" }
        #expect(failures?.samples.first?.value == 0)
    }

    @Test func aFamilyHasNoMoreSeriesThanItsBound() async throws {
        let set = Metrics(prefix: "test_")
        let counter = set.counter("test_names", "Names.", labels: ["name", "kind"])
        for number in 0..<Metrics.maximumSeries + 500 { counter.add(1, ["n\(number)", "k"]) }
        let family = try #require(await set.families().first { $0.name == "test_names" })
        #expect(family.samples.count == Metrics.maximumSeries + 1)
        let other = family.samples.first { $0.labels.first?.value == "other" }
        #expect(other?.value == 500 && other?.labels.last?.value == "other")
        // Those that are known go on.
        counter.add(1, ["n0", "k"])
        let again = try #require(await set.families().first { $0.name == "test_names" })
        #expect(again.samples.first { $0.labels.first?.value == "n0" }?.value == 2)
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let families = [
            MetricFamily(
                "a_seconds", .histogram, unit: "seconds", "Of \"a\" \\ \n b",
                samples: [
                    .init(suffix: "_bucket", labels: [.init("le", "+Inf"), .init("x", "a\"\\\n,}={ b")], value: 3),
                    .init(suffix: "_sum", value: 0.25), .init(suffix: "_count", value: 3),
                ]), MetricFamily("b", .gauge, "", samples: [.init(value: .infinity), .init(value: -2)]),
            MetricFamily("c", .counter, "C.", samples: [.init(suffix: "_total", value: 1e15)]),
        ]
        let text = String(decoding: OpenMetricsText.bytes(families), as: UTF8.self)
        #expect(try OpenMetricsText.families(text) == families)
    }

    @Test(arguments: [
        "", "a 1\n# EOF", "# TYPE a gauge\na\n# EOF", "# TYPE a gauge\na{b=\"c} 1\n# EOF",
        "# TYPE a gauge\na{b=c} 1\n# EOF", "# TYPE a gauge\nb 1\n# EOF", "# TYPE 1a gauge\n# EOF", "# TYPE\n# EOF",
        "# TYPE a gauge\n# UNIT a seconds\n# EOF", "# TYPE a gauge\na x\n# EOF", "<html>\n# EOF",
        "# TYPE a gauge\na{b=\"\\", "# TYPE a gauge\na 1",
    ]) func whatIsNoneIsRefused(text: String) {
        #expect(throws: OpenMetricsText.Fault.self) { try OpenMetricsText.families(text) }
    }

    @Test func otherKindsAreLeftOut() throws {
        let text = "# TYPE a stateset\na{a=\"x\"} 1\n# TYPE b gauge\nb 2\n# EOF"
        #expect(try OpenMetricsText.families(text) == [MetricFamily("b", .gauge, "", samples: [.init(value: 2)])])
    }
}
