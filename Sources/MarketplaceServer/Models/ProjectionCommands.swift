import CommandAPI
import CommandLine
import EventLog
import Events
import JSON
import Postgres
import Projections
import System

/// `marketplace project status`, `parked`, `retry` and `skip`: how the read models are, and what helps one that stands still.
struct ProjectionCommands {
    private let invocation: Invocation
    private let isJSON: Bool

    init(_ invocation: Invocation) {
        self.invocation = invocation
        isJSON = invocation.flags.contains("json")
    }

    func run() async throws -> Int32 {
        switch invocation.command.name {
        case Commands.projectStatus.name: try await status()
        case Commands.projectParked.name: try await parked()
        case Commands.projectRetry.name: try await retry()
        default: try await skip()
        }
    }

    private func database(_ roles: [DatabaseRole]) throws -> DatabaseAccess {
        try invocation.databaseBeside(try DataFolder(invocation.values["data"] ?? ".mentatlab"), roles)
    }

    private func reader(_ database: DatabaseAccess) -> BuildReader {
        BuildReader(pool: PostgresPool(database.configuration(.readers, "marketplace-status"), sessions: 1))
    }

    // MARK: Looking

    private func status() async throws -> Int32 {
        let reader = reader(try database([.readers]))
        let (builds, faults) = (try await reader.builds(), try await reader.faults())
        if isJSON {
            try printDocument { writer in
                writer.object { object in
                    object.member("builds") { $0.array(builds) { Self.encode($0, to: &$1) } }
                    object.member("faults") { $0.array(faults) { Self.encode($0, to: &$1) } }
                }
            }
        } else {
            for build in builds { Host.write("\(Self.line(build))\n", to: 1) }
            for fault in faults { Host.write("\(Self.line(fault))\n", to: 1) }
        }
        return 0
    }

    private func parked() async throws -> Int32 {
        let faults = try await reader(try database([.readers])).faults().filter { $0.key != nil }
        if isJSON {
            try printDocument { $0.object { $0.member("parked") { $0.array(faults) { Self.encode($0, to: &$1) } } } }
        } else {
            for fault in faults { Host.write("\(Self.line(fault))\n", to: 1) }
            if faults.isEmpty { Host.write("nothing is parked\n", to: 2) }
        }
        return 0
    }

    private static func line(_ build: BuildReader.Row) -> String {
        let now = Services.now().milliseconds
        func ago(_ time: Timestamp?) -> String {
            time.map { "\(max(0, now - $0.milliseconds) / 1_000) s ago" } ?? "never"
        }
        let lag = build.head.value - build.cursor.value
        let wait = lag == 0 ? "" : ", the oldest waits for \(build.oldestWaitMilliseconds / 1_000) s"
        let kind = build.isCheck ? "check" : build.state.rawValue
        let sharers = build.workers == 0 ? "" : ", shared by \(build.workers)"
        return
            "\(build.projection) v\(build.version) build \(build.build) (\(kind)\(sharers)): at \(build.cursor), \(lag) behind\(wait); moved \(ago(build.moved)), worker seen \(ago(build.beat))"
    }

    private static func line(_ fault: BuildReader.Fault) -> String {
        let what = fault.key.map { "parks '\($0)'" } ?? "stands still"
        return
            "\(fault.projection) build \(fault.build) \(what) at position \(fault.position) since \(fault.since): \(fault.reason)"
    }

    private static func encode(_ build: BuildReader.Row, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("beat", build.beat?.description)
            object.member("begun", build.begun.description)
            object.member("build", build.build)
            object.member("cursor", build.cursor.value)
            object.member("head", build.head.value)
            object.member("is_check", build.isCheck)
            object.member("lag", build.head.value - build.cursor.value)
            object.member("moved", build.moved.description)
            object.member("oldest_wait_ms", build.oldestWaitMilliseconds)
            object.member("program", build.program)
            object.member("projection", build.projection)
            object.member("state", build.state.rawValue)
            object.member("version", build.version)
            object.member("workers", build.workers)
        }
    }

    private static func encode(_ fault: BuildReader.Fault, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("build", fault.build)
            object.member("key", fault.key)
            object.member("position", fault.position.value)
            object.member("projection", fault.projection)
            object.member("reason", fault.reason)
            object.member("since", fault.since.description)
            object.member("tried", fault.tried.description)
        }
    }

    // MARK: Helping

    private func projection() throws -> Projection {
        try Projection.named([invocation.arguments[0]])[0]
    }

    private func retry() async throws -> Int32 {
        let projection = try projection()
        let key = try invocation.arguments.dropFirst().first.map { text in
            guard let key = AgentKey(text) else { throw UsageError("KEY is '\(text)', which is no agent's id.") }
            return key
        }
        return report(try await Parking(try database([.projectors])).retry(projection, key: key))
    }

    private func report(_ outcomes: [Parking.Outcome]) -> Int32 {
        for outcome in outcomes {
            let words = outcome.waitsAt.map { "is parked again at position \($0)" } ?? "is up to the model now"
            Host.write("\(outcome.key) \(words)\n", to: 1)
        }
        if outcomes.isEmpty {
            Host.write("nothing is parked; a model that stands still tries again by itself\n", to: 2)
        }
        return outcomes.allSatisfy { $0.waitsAt == nil } ? 0 : 1
    }

    private func skip() async throws -> Int32 {
        let projection = try projection()
        guard let value = Int64(invocation.arguments[1]), value >= 0 else {
            throw UsageError("POSITION is '\(invocation.arguments[1])'; it has to be a position of the log.")
        }
        guard let reason = invocation.values["reason"], !reason.allSatisfy(\.isWhitespace) else {
            throw UsageError("`marketplace project skip` needs --reason: everybody can read why an entry is skipped.")
        }
        let database = try database([.owner, .commands, .projectors, .readers])
        let position = Position(value)
        guard let stand = try await reader(database).fault(of: projection, at: position) else {
            throw UsageError(
                "'\(projection.name)' does not stand still at position \(position), and parks nothing there (`marketplace project status`); only what can't be applied is skipped."
            )
        }
        let eventLog = try await EventLog.open(EventLog.Configuration(database))
        let skip = try await OperatorSkips(log: eventLog, now: Services.now).skip(
            position, projection: projection.name, version: Int64(projection.version), reason: reason)
        await eventLog.close()
        Host.write("'\(projection.name)' skips position \(position), as entry \(skip) says\n", to: 1)
        guard stand.isRead else {
            Host.write("the build that is being made leaves it out once it is gone on with\n", to: 2)
            return 0
        }
        guard let key = stand.key else { return 0 }
        return report(try await Parking(database).retry(projection, key: key))
    }
}
