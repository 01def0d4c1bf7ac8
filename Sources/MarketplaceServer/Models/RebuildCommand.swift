import CommandLine
import Crypto
import EventLog
import Events
import Following
import JSON
import Logging
import Postgres
import Projections
import Reactor
import Streaming
import System

/// `marketplace rebuild`: makes models anew beside those that are read, or proves that these say what the log says.
struct RebuildCommand {
    private let projections: [Projection]
    private let isCheck: Bool
    /// The version of the formula of reputation to compare this program's with.
    private let comparedVersion: Int32?
    let isJSON: Bool
    private let pace: Int64
    /// The topic that entries come from; nil for the log alone.
    private let topic: LogTopic.Address?
    private let invocation: Invocation

    init(_ invocation: Invocation) throws {
        self.invocation = invocation
        isCheck = invocation.flags.contains("check")
        isJSON = invocation.flags.contains("json")
        let isAll = invocation.flags.contains("all")
        guard isAll != !invocation.arguments.isEmpty else {
            throw UsageError(
                isAll
                    ? "--all and names are both given; one is enough."
                    : "name the projections to rebuild (\(Projection.names)), or give --all.")
        }
        projections = isAll ? ProjectionCatalogue.all : try Projection.named(invocation.arguments)
        pace = try Self.pace(invocation.values["pace"])
        topic = try invocation.sourceTopic("rebuild", Self.log)
        comparedVersion = try invocation.values["compare"].map { text throws(UsageError) in
            guard let version = Int32(text), version > 0 else {
                throw UsageError("--compare is '\(text.prefix(64))'; it has to be a version, such as 1.")
            }
            return version
        }
        if comparedVersion != nil, isCheck || projections.map(\.name) != [Projection.reputation.name] {
            throw UsageError("--compare is for '\(Projection.reputation.name)' alone, and without --check.")
        }
        if topic != nil, isCheck || comparedVersion != nil {
            throw UsageError("--check and --compare read the log itself; --from kafka is for a rebuild.")
        }
    }

    private static func pace(_ text: String?) throws(UsageError) -> Int64 {
        guard let text else { return 100 }
        let digits = text.hasSuffix("%") ? text.dropLast() : text[...]
        guard let pace = Int64(digits), (1...100).contains(pace) else {
            throw UsageError("--pace is '\(text)'; it has to be from 1% to 100% of a core.")
        }
        return pace
    }

    func run() async throws -> Int32 {
        let data = try DataFolder(invocation.values["data"] ?? ".mentatlab")
        let database = try invocation.databaseBeside(data, [.owner])
        let shown = ShownProgress(isCheck ? "checking" : comparedVersion == nil ? "rebuilding" : "comparing")
        var options = BuildOptions(program: Services.program)
        options.pace = pace
        options.report = shown.show
        options.acceptsParked = invocation.flags.contains("accept-parked")
        let source = try source(database)
        options.source = source
        let lease = ProgramLease(
            PostgresPool(database.configuration(.owner, "marketplace-rebuild"), sessions: 1), program: Services.program,
            part: "rebuild", models: Upgrade.models)
        try await lease.keep()
        let beside = Task {
            await withTaskGroup { group in
                group.addTask { await lease.run(log: Self.log) }
                if let source { group.addTask { await source.run() } }
            }
        }
        let isDone: Bool
        do {
            if let comparedVersion {
                try await compare(Comparison(database, options), with: comparedVersion, shown)
                isDone = true
            } else {
                isDone =
                    isCheck
                    ? try await check(Comparison(database, options), shown)
                    : try await rebuild(Rebuild(database, options), shown)
            }
        } catch {
            shown.end()
            beside.cancel()
            await beside.value
            throw error
        }
        beside.cancel()
        await beside.value
        if let counts = source?.counts {
            let rest =
                counts.absences > 0 ? "; the log was read \(counts.absences) times for what the topic did not have" : ""
            Host.write("marketplace: \(counts.entries) entries came from the topic\(rest)\n", to: 2)
        }
        return isDone ? 0 : 1
    }

    /// Says why a topic can't be read.
    private static let log = Log("marketplace", threshold: .warning)

    /// Where entries come from beside the log; nil for the log alone.
    private func source(_ database: DatabaseAccess) throws -> TopicSource? {
        guard let topic else { return nil }
        let pool = PostgresPool(database.configuration(.owner, "marketplace-topic"), sessions: 1)
        let reader = EventReader(pool: pool)
        let head = HeadFeed(Position(0), merging: max) { try await reader.head() }
        return TopicSource(topic, pool, head: head, on: try Reactor(name: "kafka"), log: Self.log)
    }

    private func rebuild(_ rebuild: Rebuild, _ shown: ShownProgress) async throws -> Bool {
        do {
            let results = try await rebuild.run(projections)
            shown.end()
            try show(results)
            return true
        } catch let fault as BuildFault where !fault.swapped.isEmpty {
            shown.end()
            try show(fault.swapped)
            throw fault
        }
    }

    private func show(_ results: [Rebuild.Result]) throws {
        if isJSON {
            try printDocument { writer in
                writer.object { object in
                    object.member("rebuilt") { writer in
                        writer.array(results) { result, writer in
                            writer.object { object in
                                object.member("build", Int64(result.build))
                                object.member("old_dropped", result.isOldDropped)
                                object.member("parked") { $0.array(result.parked.map(\.description)) { $1.string($0) } }
                                object.member("position", result.position.value)
                                object.member("projection", result.projection)
                            }
                        }
                    }
                }
            }
        } else {
            for result in results {
                let old = result.isOldDropped ? "" : "; the build before it is still read and is dropped later"
                Host.write(
                    "\(result.projection): build \(result.build) is read now, up to position \(result.position)\(old)\n",
                    to: 1)
                for key in result.parked { Host.write("\(result.projection): parks '\(key)'\n", to: 1) }
            }
        }
    }

    private func check(_ comparison: Comparison, _ shown: ShownProgress) async throws -> Bool {
        let results = try await comparison.run(projections)
        shown.end()
        if isJSON {
            try printDocument { Self.encode(results, to: &$0) }
        } else {
            for result in results {
                if let fault = result.fault {
                    Host.write("\(result.projection): \(fault)\n", to: 1)
                    continue
                }
                for difference in result.differences {
                    Host.write("\(result.projection): \(Self.words(difference))\n", to: 1)
                }
                let rows = result.tables.reduce(0) { $0 + $1.rows }
                for key in result.parked {
                    Host.write("\(result.projection): '\(key)' is parked, so nothing is said of what waits\n", to: 1)
                }
                let found = result.isRight ? "all as the log says" : "not proven to be what the log says"
                Host.write(
                    "\(result.projection): \(result.tables.count) tables with \(rows) rows at position \(result.position): \(found)\n",
                    to: 1)
            }
        }
        return results.allSatisfy(\.isRight)
    }

    private static func words(_ difference: Comparison.Difference) -> String {
        guard let key = difference.key else {
            return switch difference.kind {
            case .missing: "the table \(difference.table) is missing"
            case .planted: "the table \(difference.table) follows from nothing in the log"
            case .changed:
                "the table \(difference.table) has other columns: \(difference.columns.joined(separator: ", "))"
            }
        }
        let row = "\(difference.table) '\(key)'"
        return switch difference.kind {
        case .missing: "\(row): the row is missing"
        case .planted: "\(row): the row follows from nothing in the log"
        case .changed: "\(row): other values in \(difference.columns.joined(separator: ", "))"
        }
    }

    private static func encode(_ results: [Comparison.Result], to writer: inout JSONWriter) {
        writer.object { object in
            object.member("checked") { writer in
                writer.array(results) { result, writer in
                    writer.object { object in
                        object.member("differences") { writer in
                            writer.array(result.differences) { difference, writer in
                                writer.object { object in
                                    object.member("columns") { $0.array(difference.columns) { $1.string($0) } }
                                    object.member("key", difference.key)
                                    object.member("kind", difference.kind.rawValue)
                                    object.member("table", difference.table)
                                }
                            }
                        }
                        object.member("fault", result.fault)
                        object.member("parked") { $0.array(result.parked) { $1.string($0) } }
                        object.member("position", result.position.value)
                        object.member("projection", result.projection)
                        object.member("tables") { writer in
                            writer.array(result.tables) { table, writer in
                                writer.object { object in
                                    object.member("digest", table.digest.hex)
                                    object.member("expected", table.expected.hex)
                                    object.member("name", table.name)
                                    object.member("rows", table.rows)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
