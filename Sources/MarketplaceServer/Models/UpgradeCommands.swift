import CommandLine
import EventLog
import Events
import JSON
import Projections
import System

/// `marketplace upgrade status` and `finish`: how far the way to this release is, and its end.
struct UpgradeCommands {
    private let invocation: Invocation
    private let isJSON: Bool

    init(_ invocation: Invocation) {
        self.invocation = invocation
        isJSON = invocation.flags.contains("json")
    }

    func run() async throws -> Int32 {
        let data = try DataFolder(invocation.values["data"] ?? ".mentatlab")
        let upgrade = Upgrade(try invocation.databaseBeside(data, [.owner]), program: Services.program)
        guard invocation.command.name == Commands.finishUpgrade.name else {
            try show(try await upgrade.status())
            return 0
        }
        let before = try await upgrade.finish(dropsNewer: invocation.flags.contains("drop-newer")) {
            let seconds = Upgrade.observationMilliseconds / 1_000
            Host.write("looking for \(seconds) s whether a program of another release is at work\n", to: 2)
        }
        if isJSON {
            try printDocument { writer in
                writer.object { object in
                    object.member("dropped") { $0.array(before.others) { Self.encode($0, to: &$1) } }
                    object.member("edition", Int64(EventCatalogue.edition))
                    object.member("was_finished") { $0.bool(before.isFinished) }
                }
            }
        } else if before.isFinished {
            Host.write("there is nothing to finish\n", to: 1)
        } else {
            Host.write("edition \(EventCatalogue.edition) of the log's vocabulary is written from now on\n", to: 1)
            for other in before.others { Host.write("\(Self.words(other)) is not kept any longer\n", to: 1) }
        }
        return 0
    }

    private func show(_ status: Upgrade.Status) throws {
        guard !isJSON else {
            return try printDocument { writer in
                writer.object { object in
                    object.member("edition", Int64(EventCatalogue.edition))
                    object.member("finished") { $0.bool(status.isFinished) }
                    object.member("missing") { $0.array(status.missing) { $1.string($0.nameWithVersion) } }
                    object.member("others") { $0.array(status.others) { Self.encode($0, to: &$1) } }
                    object.member("programs") { $0.array(status.programs) { Self.encode($0, to: &$1) } }
                    object.member("written", Int64(status.written))
                }
            }
        }
        guard status.written <= EventCatalogue.edition else {
            Host.write("\(ProgramLease.Outdated(written: status.written))\n", to: 1)
            return
        }
        var lines = [
            "edition \(status.written) of the log's vocabulary is written; this program knows edition \(EventCatalogue.edition)"
        ]
        lines += status.missing.map { "\($0.nameWithVersion): not built yet (`marketplace project --ahead`)" }
        lines += status.programs.map { program in
            let release = program.isSame ? "this release" : "another release"
            return
                "\(program.program) \(program.part): \(release), edition \(program.edition), \(program.models.joined(separator: ", ")); heard of \(program.silentMilliseconds / 1_000) s ago"
        }
        lines += status.others.map { "\(Self.words($0)): kept for other releases until the upgrade is finished" }
        lines.append(status.isFinished ? "nothing is left to finish" : "`marketplace upgrade finish` ends the upgrade")
        for line in lines { Host.write("\(line)\n", to: 1) }
    }

    private static func words(_ other: Upgrade.Other) -> String {
        "\(other.projection) \(other.version) (build \(other.build))"
    }

    private static func encode(_ other: Upgrade.Other, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("build", other.build)
            object.member("projection", other.projection)
            object.member("version", other.version)
        }
    }

    private static func encode(_ program: Upgrade.Program, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("edition", Int64(program.edition))
            object.member("models") { $0.array(program.models) { $1.string($0) } }
            object.member("part", program.part)
            object.member("program", program.program)
            object.member("same_release") { $0.bool(program.isSame) }
            object.member("silent_ms", program.silentMilliseconds)
        }
    }
}
