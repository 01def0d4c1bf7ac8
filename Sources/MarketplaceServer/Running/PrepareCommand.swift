import CommandLine
import EventLog
import Postgres
import System

/// `marketplace database prepare`
struct PrepareCommand {
    private let logins: DatabaseLogins
    private let administrator: PostgresConnectionString

    init(_ invocation: Invocation) throws {
        guard let folder = invocation.values["logins"] else {
            throw UsageError("`marketplace database prepare` needs --logins: the folder to keep the logins in.")
        }
        guard let url = try invocation.databaseURL() else {
            throw UsageError(
                "`marketplace database prepare` needs the login of an administrator: --database-url, --database-url-file or MENTATLAB_DATABASE_URL."
            )
        }
        logins = DatabaseLogins(folder)
        administrator = try PostgresConnectionString(url)
    }

    func run() async throws -> Int32 {
        try await logins.prepare(administrator: administrator)
        let access = try logins.access([.owner])
        for weakness in try await DatabasePreparation.weaknesses(access) {
            Host.write("marketplace: warning: \(weakness); a superuser's login would have changed that\n", to: 2)
        }
        for role in DatabaseRole.allCases { Host.write("\(logins.folder)/\(role.rawValue)\n", to: 1) }
        return 0
    }
}
