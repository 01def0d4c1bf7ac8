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
        for role in DatabaseRole.allCases { Host.write("\(logins.folder)/\(role.rawValue)\n", to: 1) }
        do {
            for weakness in try await DatabasePreparation.weaknesses(try logins.access([.owner])) {
                Host.write("marketplace: warning: \(weakness) (docs/security/database.md)\n", to: 2)
            }
        } catch let error as PostgresError where error.kind == .unreachable {
            Host.write(
                "marketplace: the database is prepared, but the logins can't log in yet: \(error). In pg_hba.conf their lines need scram-sha-256.\n",
                to: 2)
            return 1
        }
        return 0
    }
}
