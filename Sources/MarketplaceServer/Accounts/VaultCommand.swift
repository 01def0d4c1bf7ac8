import CommandAPI
import CommandLine
import EventLog
import JSON
import Logging
import System

/// `marketplace vault rebuild`
struct VaultCommand {
    private let folder: String
    private let databaseURL: String?
    private let isJSON: Bool
    private let log: Log

    init(_ invocation: Invocation, _ log: Log) throws {
        folder = invocation.values["data"] ?? ".mentatlab"
        databaseURL = try invocation.databaseURL(takesEnvironment: invocation.values["data"] == nil)
        isJSON = invocation.flags.contains("json")
        self.log = log
    }

    func run() async throws -> Int32 {
        let data = try DataFolder(folder)
        guard let url = databaseURL ?? data.runningDatabaseURL() else {
            throw UsageError("no marketplace runs in \(data.path); start one, or give --database-url.")
        }
        let eventLog = try await Services(databaseURL: url, log: log).openLog()
        let derived = try await eventLog.rebuildVault(VaultDerivation())
        await eventLog.close()
        if isJSON {
            var writer = JSONWriter()
            writer.object { object in
                object.member("held_files", Int64(derived.files.count))
                object.member("names", Int64(derived.names.count))
                object.member("revoked_tokens", Int64(derived.revoked.count))
                object.member("roles", Int64(derived.roles.count))
            }
            Host.write(String(decoding: writer.bytes, as: UTF8.self) + "\n", to: 1)
        } else {
            Host.write(
                "\(derived.names.count) names, \(derived.roles.count) roles, \(derived.files.count) held files and \(derived.revoked.count) revoked tokens follow from the log\n",
                to: 1)
        }
        return 0
    }
}
