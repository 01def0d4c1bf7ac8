import CommandAPI
import CommandLine
import EventLog
import JSON
import System

/// `marketplace vault rebuild`
struct VaultCommand {
    private let folder: String
    private let invocation: Invocation
    private let isJSON: Bool

    init(_ invocation: Invocation) {
        folder = invocation.values["data"] ?? ".mentatlab"
        self.invocation = invocation
        isJSON = invocation.flags.contains("json")
    }

    func run() async throws -> Int32 {
        let data = try DataFolder(folder)
        let database = try invocation.databaseBeside(data, [.owner, .commands])
        let eventLog = try await EventLog.open(EventLog.Configuration(database))
        let derived = try await eventLog.rebuildVault(VaultDerivation())
        await eventLog.close()
        if isJSON {
            try printDocument { writer in
                writer.object { object in
                    object.member("held_files", Int64(derived.files.count))
                    object.member("names", Int64(derived.names.count))
                    object.member("revoked_tokens", Int64(derived.revoked.count))
                    object.member("roles", Int64(derived.roles.count))
                }
            }
        } else {
            Host.write(
                "\(derived.names.count) names, \(derived.roles.count) roles, \(derived.files.count) held files and \(derived.revoked.count) revoked tokens follow from the log\n",
                to: 1)
        }
        return 0
    }
}
