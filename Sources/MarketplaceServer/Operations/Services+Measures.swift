import CommandAPI
import EventLog
import Events
import HTTPServer
import Metrics
import Postgres
import Projections
import QueryAPI
import Reactor
import Streaming
import System

/// What is read for the measures of this process when somebody asks.
extension Services {
    private typealias Sample = (labels: [MetricFamily.Label], value: Double)

    /// Adds what every part has: the process, and how far its own sessions see the log.
    func measureProcess(part: String) {
        let prefix = Measures.prefix
        let begun = Double(measures.begunMilliseconds) / 1_000
        measures.set.gather {
            let usage = try ProcessUsage.current()
            return [
                MetricFamily(
                    "\(prefix)build", .info, "The program.",
                    samples: [
                        .init(
                            suffix: "_info",
                            labels: [.init("version", Program.version), .init("part", part)], value: 1)
                    ]),
                .counter(
                    "process_cpu_seconds", unit: "seconds", "The time that its threads have run.",
                    [([], Double(usage.processorMicroseconds) / 1e6)]),
                .gauge(
                    "process_resident_memory_bytes", unit: "bytes", "The memory in use.",
                    [([], Double(usage.residentBytes))]),
                .gauge("process_open_fds", "Open descriptors.", [([], Double(usage.descriptors))]),
                .gauge(
                    "process_start_time_seconds", unit: "seconds", "When it began, since 1970.", [([], begun)]),
            ]
        }
        let entries = EventReader(pool: measuring)
        measures.set.gather {
            let next = try await entries.head()
            return [.gauge("\(prefix)log_entries", "Entries of the log.", [([], Double(next.value))])]
        }
    }

    /// Adds how the read models are.
    func measureModels() {
        let builds = BuildReader(pool: measuring)
        measures.set.gather { [self] in try await modelFamilies(builds) }
    }

    private func modelFamilies(_ reader: BuildReader) async throws -> [MetricFamily] {
        let prefix = "\(Measures.prefix)projection_"
        let (rows, faults) = (try await reader.builds(), try await reader.faultCounts())
        func labels(_ projection: String, _ build: Int64) -> [MetricFamily.Label] {
            [.init("projection", projection), .init("build", "\(build)")]
        }
        let kept = rows.filter { $0.state != .retired }
        func each(_ value: (BuildReader.Row) -> Double) -> [Sample] {
            kept.map { (labels($0.projection, $0.build) + [.init("state", Self.state(of: $0))], value($0)) }
        }
        let now = Self.now().milliseconds
        let slices = try await reader.slices()
        return [
            .gauge(
                "\(prefix)lag_entries", "Entries of the log that a build has not applied yet.",
                each { Double($0.head.value - $0.cursor.value) }),
            .gauge(
                "\(prefix)lag_seconds", unit: "seconds", "How long the oldest of them has waited.",
                each { Double($0.oldestWaitMilliseconds) / 1_000 }),
            .gauge(
                "\(prefix)worker_seen_seconds", unit: "seconds",
                "Since when no program that works on a build gave a sign of life.",
                kept.compactMap { row in
                    row.beat.map {
                        (
                            labels(row.projection, row.build) + [.init("state", Self.state(of: row))],
                            Double(max(0, now - $0.milliseconds)) / 1_000
                        )
                    }
                }),
            .gauge(
                "\(prefix)slice_lag_entries", "Entries that a slice has not applied, where programs share a build.",
                slices.map { slice in
                    (
                        labels(slice.projection, slice.build) + [.init("slice", "\(slice.slice)")],
                        Double(slice.head.value - slice.next.value)
                    )
                }),
            .gauge(
                "\(prefix)slice_lag_seconds", unit: "seconds", "How long the oldest entry of a slice has waited.",
                slices.map { slice in
                    (
                        labels(slice.projection, slice.build) + [.init("slice", "\(slice.slice)")],
                        Double(slice.oldestWaitMilliseconds) / 1_000
                    )
                }),
            .gauge(
                "\(prefix)parked_keys", "Agents whose entries wait, since one of them can't be applied.",
                kept.map { (labels($0.projection, $0.build), Double(faults[$0.build]?.parked ?? 0)) }),
            .gauge(
                "\(prefix)stopped", "1 where a build stands still as a whole.",
                kept.map { (labels($0.projection, $0.build), faults[$0.build]?.stopped == nil ? 0 : 1) }),
        ]
    }

    /// What a build is for. One that only programs of another release read is not expected to go on.
    private static func state(of row: BuildReader.Row) -> String {
        guard row.state == .active else { return row.state.rawValue }
        return ProjectionCatalogue.all.contains(where: row.isRead) ? row.state.rawValue : "other-release"
    }

    /// Adds how far the log is in topics.
    func measureTopics() {
        let pool = measuring
        measures.set.gather {
            let prefix = "\(Measures.prefix)relay_"
            let topics = try await pool.runRepeatable { try RelayedTopic.all($0) }
            let now = Self.now().milliseconds
            return [
                .gauge(
                    "\(prefix)lag_entries", "Entries that a topic does not have yet.",
                    topics.map { ([.init("topic", $0.topic)], Double($0.head.value - $0.next.value)) }),
                .gauge(
                    "\(prefix)moved_seconds", unit: "seconds", "Since when nothing was relayed to a topic.",
                    topics.map {
                        ([.init("topic", $0.topic)], Double(max(0, now - $0.moved.milliseconds)) / 1_000)
                    }),
                .gauge(
                    "\(prefix)held", "1 where somebody relays to a topic.",
                    topics.map { ([.init("topic", $0.topic)], $0.holder == nil ? 0 : 1) }),
            ]
        }
    }

    /// Adds how the append queue and what waits in the data folder are.
    func measure(_ eventLog: EventLog, _ front: CommandFront) {
        measures.set.gather {
            let prefix = Measures.prefix
            let spool = front.spoolStatus
            let age = spool.oldest.map { max(0, Self.now().milliseconds - $0.milliseconds) } ?? 0
            return [
                .gauge(
                    "\(prefix)append_queue", "Commands that wait to be appended.",
                    [([], Double(eventLog.waitingCommands))]),
                .gauge(
                    "\(prefix)spool_bytes", unit: "bytes", "Downloads that wait for the log in the data folder.",
                    [([], Double(spool.waitingBytes))]),
                .gauge(
                    "\(prefix)spool_age_seconds", unit: "seconds", "How long the oldest of them has waited.",
                    [([], Double(age) / 1_000)]),
                .counter(
                    "\(prefix)downloads_lost", "Downloads that could be noted nowhere.", [([], Double(spool.lost))]),
            ]
        }
    }

    /// Adds how full the cache of answers is, and how often it had the answer or not.
    func measure(_ front: QueryFront) {
        measures.set.gather {
            guard let cache = front.cacheStatus else { return [] }
            let prefix = "\(Measures.prefix)cache_"
            return [
                .gauge("\(prefix)answers", "Answers that are kept.", [([], Double(cache.answers))]),
                .gauge("\(prefix)bytes", unit: "bytes", "The memory of them.", [([], Double(cache.bytes))]),
                .counter("\(prefix)hits", "Requests that a kept answer was sent to.", [([], Double(cache.hits))]),
                .counter(
                    "\(prefix)misses", "Requests to read that none was kept for.", [([], Double(cache.misses))]),
            ]
        }
    }

    /// Adds how many are connected, and the loop that carries all of them.
    func measure(_ server: HTTPServer, _ reactor: Reactor) {
        _ = measures.watch(reactor, as: "http")
        measures.set.gather {
            [
                .gauge(
                    "\(Measures.prefix)http_connections", "Connections that are open.",
                    [([], Double(server.openConnections))])
            ]
        }
    }

    /// Adds the room on the disks of folders.
    func measure(folders: [(name: String, path: String)]) {
        measures.set.gather {
            let spaces = folders.compactMap { folder in
                (try? FileSystem.space(of: folder.path)).map {
                    (labels: [MetricFamily.Label("folder", folder.name)], $0)
                }
            }
            return [
                .gauge(
                    "\(Measures.prefix)disk_free_bytes", unit: "bytes", "What is free on the disk of a folder.",
                    spaces.map { ($0.labels, Double($0.1.free)) }),
                .gauge(
                    "\(Measures.prefix)disk_size_bytes", unit: "bytes", "What the disk of a folder holds.",
                    spaces.map { ($0.labels, Double($0.1.all)) }),
            ]
        }
    }
}
