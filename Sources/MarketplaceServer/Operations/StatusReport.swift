import JSON
import Metrics
import Text

/// Measures of a part as lines for people.
struct StatusReport {
    private let families: [String: MetricFamily]

    init(_ families: [MetricFamily]) {
        self.families = Dictionary(families.map { ($0.name, $0) }) { first, _ in first }
    }

    private func samples(_ name: String, _ suffix: String = "") -> [MetricFamily.Sample] {
        let family = families[Measures.prefix + name] ?? families[name]
        return (family?.samples ?? []).filter { $0.suffix == suffix }
    }

    private func sum(
        _ name: String, _ suffix: String = "", where matches: (MetricFamily.Sample) -> Bool = { _ in true }
    ) -> Double? {
        let found = samples(name, suffix).filter(matches)
        return found.isEmpty ? nil : found.reduce(0) { $0 + $1.value }
    }

    /// The report.
    ///
    /// - Parameters:
    ///   - earlier: an earlier report of the same part, to show rates; nil to show none.
    ///   - seconds: the time between both reports; nil without an earlier one.
    func text(since earlier: StatusReport?, seconds: Double?) -> String {
        var lines: [(name: String, text: String)] = []
        /// What was added each second since the earlier report; nothing before there is one.
        func rate(_ value: (StatusReport) -> Double?) -> String {
            guard let earlier, let seconds, seconds > 0, let now = value(self), let then = value(earlier) else {
                return ""
            }
            return ", \(Self.short(max(0, now - then) / seconds)) a second"
        }
        func add(_ name: String, _ text: String?) { if let text { lines.append((name, text)) } }

        let info = samples("build", "_info").first?.labels ?? []
        add("program", info.isEmpty ? nil : info.map(\.value).joined(separator: " "))
        add("log", sum("log_entries").map { "\(Self.whole($0)) entries\(rate { $0.sum("log_entries") })" })
        add("appends", appends(rate { $0.sum("appended_entries", "_total") }))
        for model in samples("projection_lag_entries") { add("model", self.model(model)) }
        for topic in samples("relay_lag_entries") {
            let held = sum("relay_held") { $0["topic"] == topic["topic"] }
            add(
                "topic",
                "\(topic["topic"]): \(Self.whole(topic.value)) entries behind\(held == 0 ? ", NOBODY RELAYS" : "")")
        }
        add(
            "requests",
            sum("api_requests", "_total").map { all in
                let failed = sum("api_requests", "_total") { $0["status"].hasPrefix("5") } ?? 0
                return
                    "\(Self.whole(all))\(rate { $0.sum("api_requests", "_total") }), \(Self.whole(failed)) of them failed"
            })
        add("searches", mean("search_latency_seconds", rate { $0.sum("search_latency_seconds", "_count") }))
        add("publishes", mean("publish_duration_seconds", rate { $0.sum("publish_duration_seconds", "_count") }))
        add("cache", cache)
        add("spool", spool)
        add("waits", waits)
        for loop in samples("loop_longest_turn_seconds") {
            add("loop", "\(loop["loop"]): held up for \(Self.milliseconds(loop.value)) at most")
        }
        for disk in samples("disk_free_bytes") { add("disk", self.disk(disk)) }
        add(
            "process",
            sum("process_resident_memory_bytes").map { memory in
                let descriptors = sum("process_open_fds").map { ", \(Self.whole($0)) descriptors" } ?? ""
                return
                    "\(Self.bytes(memory)) of memory\(descriptors)\(rate { $0.sum("process_cpu_seconds", "_total") }.replacing(" a second", with: " processors"))"
            })
        let width = lines.map(\.name.count).max() ?? 0
        return lines.map { line in
            "\(line.name)\(String(repeating: " ", count: width - line.name.count + 2))\(Self.shown(line.text))\n"
        }.joined()
    }

    private func appends(_ rate: String) -> String? {
        guard let queue = sum("append_queue") else { return nil }
        let (batches, entries) = (sum("append_batch_entries", "_count") ?? 0, sum("append_batch_entries", "_sum") ?? 0)
        let size = batches > 0 ? ", \(Self.short(entries / batches)) entries a batch" : ""
        let time = (sum("append_duration_seconds", "_count")).flatMap { count in
            count > 0 ? ", \(Self.milliseconds((sum("append_duration_seconds", "_sum") ?? 0) / count)) each" : nil
        }
        return "\(Self.whole(queue)) wait\(rate)\(size)\(time ?? "")"
    }

    private func model(_ lag: MetricFamily.Sample) -> String {
        func same(_ other: MetricFamily.Sample) -> Bool {
            other["projection"] == lag["projection"] && other["build"] == lag["build"]
        }
        var text = "\(lag["projection"]) build \(lag["build"]) (\(lag["state"])): \(Self.whole(lag.value)) behind"
        if lag.value > 0, let waited = sum("projection_lag_seconds", where: same) {
            text += ", the oldest waits for \(Self.short(waited)) s"
        }
        if let parked = sum("projection_parked_keys", where: same), parked > 0 {
            text += ", parks \(Self.whole(parked))"
        }
        if lag["state"] == "active", let seen = sum("projection_worker_seen_seconds", where: same),
            seen >= Self.silentSeconds
        {
            text += ", NO PROGRAM WORKS ON IT for \(Self.whole(seen)) s"
        }
        if let stopped = sum("projection_stopped", where: same), stopped > 0 { text += ", STANDS STILL" }
        let slices = samples("projection_slice_lag_entries").filter(same)
        if let worst = slices.max(by: { $0.value < $1.value }), worst.value > 0 {
            text += ", slice \(worst["slice"]) \(Self.whole(worst.value)) behind"
        }
        return text
    }

    /// Whoever works on a build gives a sign of life several times in as long.
    private static let silentSeconds = 60.0

    private func mean(_ name: String, _ rate: String) -> String? {
        guard let count = sum(name, "_count"), count > 0 else { return nil }
        return "\(Self.whole(count))\(rate), \(Self.milliseconds((sum(name, "_sum") ?? 0) / count)) each"
    }

    private var cache: String? {
        guard let hits = sum("cache_hits", "_total"), let misses = sum("cache_misses", "_total") else { return nil }
        let share = hits + misses > 0 ? ", \(Self.whole(100 * hits / (hits + misses))) % of requests found theirs" : ""
        return
            "\(Self.whole(sum("cache_answers") ?? 0)) answers, \(Self.bytes(sum("cache_bytes") ?? 0))\(share)"
    }

    private var spool: String? {
        guard let bytes = sum("spool_bytes") else { return nil }
        let age = sum("spool_age_seconds").map { $0 > 0 ? ", the oldest for \(Self.short($0)) s" : "" } ?? ""
        let lost = sum("downloads_lost", "_total").map { $0 > 0 ? ", \(Self.whole($0)) LOST" : "" } ?? ""
        return "\(Self.bytes(bytes)) of downloads wait\(age)\(lost)"
    }

    private var waits: String? {
        let busy = samples("database_pool_waiting").filter { $0.value > 0 }
        let refused = samples("database_pool_refusals", "_total").filter { $0.value > 0 }
        guard !busy.isEmpty || !refused.isEmpty else { return nil }
        return
            (busy.map { "\($0["pool"]): \(Self.whole($0.value)) wait for a session" }
            + refused.map { "\($0["pool"]): \(Self.whole($0.value)) refused" }).joined(separator: ", ")
    }

    private func disk(_ free: MetricFamily.Sample) -> String {
        let all = sum("disk_size_bytes") { $0["folder"] == free["folder"] } ?? 0
        let share = all > 0 ? " (\(Self.whole(100 * free.value / all)) %)" : ""
        return "\(free["folder"]): \(Self.bytes(free.value)) free\(share)"
    }

    /// A text without what a terminal would obey or hide: it may come from elsewhere.
    static func shown(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { DangerousCharacters.kind(of: $0) == nil ? $0 : "\u{fffd}" }))
    }

    // MARK: Numbers

    private static func whole(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        return "\(Int64(value.rounded()))"
    }

    /// With one decimal where it is small.
    private static func short(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 100 else { return whole(value) }
        let tenths = Int64((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    private static func milliseconds(_ seconds: Double) -> String { "\(short(seconds * 1_000)) ms" }

    private static func bytes(_ value: Double) -> String {
        for (unit, size) in [("GiB", 1_073_741_824.0), ("MiB", 1_048_576), ("KiB", 1_024)] where value >= size {
            return "\(short(value / size)) \(unit)"
        }
        return "\(whole(value)) bytes"
    }

    // MARK: JSON

    func encode(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("families") { array in
                array.array(families.values.sorted { $0.name < $1.name }) { family, writer in
                    writer.object { object in
                        object.member("kind", family.kind.rawValue)
                        object.member("name", family.name)
                        object.member("samples") { array in
                            array.array(family.samples) { Self.encode($0, to: &$1) }
                        }
                        object.member("unit", family.unit)
                    }
                }
            }
        }
    }

    private static func encode(_ sample: MetricFamily.Sample, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("labels") { labels in
                labels.object { object in
                    for label in sample.labels.sorted(by: { $0.name < $1.name }) {
                        object.member(label.name, label.value)
                    }
                }
            }
            object.member("suffix", sample.suffix)
            // Numbers of JSON are whole here; the text is that of the format they came in.
            object.member("value", OpenMetricsText.number(sample.value))
        }
    }
}

extension MetricFamily.Sample {
    /// The value of a label; empty where there is none.
    fileprivate subscript(_ name: String) -> String { labels.first { $0.name == name }?.value ?? "" }
}
