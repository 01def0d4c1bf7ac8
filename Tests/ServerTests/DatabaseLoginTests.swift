import Foundation
import HTTPClient
import JSON
import Postgres
import TestSupport
import Testing

/// Each part has a login of its own, which can do what the part needs and nothing else.
@Suite struct DatabaseLoginTests {
    private static let roles = ["owner", "commands", "projectors", "queries", "relays", "readers"]

    private func login(_ role: String, in folder: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(role)", encoding: .utf8).trimmingCharacters(in: .newlines)
    }

    /// The rows of the table in the documentation: a statement, and for each role what becomes of it.
    private func tried() throws -> [(statement: String, outcomes: [String: String])] {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/security/database.md")
        let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
        return lines.compactMap { line in
            guard
                let match = line.wholeMatch(
                    of:
                        /\| `(.+)` \| (yes|no|-) \| (yes|no|-) \| (yes|no|-) \| (yes|no|-) \| (yes|no|-) \| (yes|no|-) \|/
                )
            else { return nil }
            let output = match.output
            let outcomes = [output.2, output.3, output.4, output.5, output.6, output.7].map(String.init)
            return (String(output.1), Dictionary(uniqueKeysWithValues: zip(Self.roles, outcomes)))
        }
    }

    /// What becomes of a statement in a session of its own.
    private func outcome(of statement: String, as login: String) async -> (word: String, state: String) {
        do {
            try await TestDatabase.script(login, statement)
            return ("yes", "")
        } catch let error as PostgresError where error.kind == .server {
            return ("no", "\(error.sqlState) \(error.message)")
        } catch {
            return ("lost", "\(error)")
        }
    }

    @Test func everyStatementOfTheDocumentationIsTriedAsEachLogin() async throws {
        try await withEmbedded { folder in
            let marketplace = try await MarketplaceProcess(["up", "--data", folder, "--port", "0"], folder: folder)
            #expect(try await marketplace.publish([manifest("acme.first")]).status == 201)
            let rows = try tried()
            #expect(rows.count > 90)
            for role in Self.roles {
                let url = try login(role, in: "\(folder)/logins")
                let isSelf = try await TestDatabase.query(
                    url, "SELECT session_user::text || rolsuper FROM pg_roles WHERE rolname = current_user")
                #expect(isSelf == ["marketplace_\(role)false"])
                for (statement, outcomes) in rows where outcomes[role] != "-" {
                    let found = await outcome(of: statement, as: url)
                    #expect(found.word == outcomes[role], "\(role): \(statement): \(found.state)")
                    // Refused for want of a right, or since the server has no such thing.
                    let reasons = ["", "42501", "0A000", "55000"]
                    #expect(reasons.contains { found.state.prefix { $0 != " " } == $0 }, "\(statement): \(found.state)")
                }
            }
            // Nothing of it hurt: what is told on reads and changes nothing, and commands go on.
            let announced = try JSONValue([UInt8](Data(contentsOf: URL(filePath: "\(folder)/run.json"))))
            #expect(try announced["database_url"]?.string == login("readers", in: "\(folder)/logins"))
            #expect(try await marketplace.publish([manifest("acme.second")]).status == 201)
            #expect(try await marketplace.operate(["log", "verify"]).code == 0)
            #expect(try await marketplace.operate(["token", "issue", "--user", "admin"]).code == 0)
            #expect(try await marketplace.stop() == 0)
        }
    }

    @Test func loginsAreForTheirOwnerAloneAndAreSetBack() async throws {
        try await withEmbedded { folder in
            let logins = "\(folder)/logins"
            let first = try await MarketplaceProcess(["up", "--data", folder, "--port", "0"], folder: folder)
            for name in Self.roles + ["superuser"] {
                let mode = try FileManager.default.attributesOfItem(atPath: "\(logins)/\(name)")[.posixPermissions]
                #expect(mode as? Int == 0o600)
            }
            // A login is kept out by a password that it gave itself, and by a wrong one.
            let reader = try login("readers", in: logins)
            #expect(try await TestDatabase.query(reader, "SHOW temp_file_limit") == ["8GB"])
            try await TestDatabase.script(reader, "ALTER ROLE CURRENT_USER SET work_mem = '1GB'")
            try await TestDatabase.script(reader, "ALTER ROLE marketplace_readers PASSWORD 'mine'")
            await #expect(throws: PostgresError.self) { try await TestDatabase.query(reader, "SELECT 'x'") }
            // Who owns the database can't put a function in the way of whoever prepares it.
            for types in [
                "text, text", "text, name", "text, name, name", "text, text, integer, text", "text, name, text",
            ] {
                try await TestDatabase.script(
                    try login("owner", in: logins),
                    "CREATE FUNCTION public.format(\(types)) RETURNS text LANGUAGE sql AS $$ SELECT 'ALTER ROLE marketplace_readers SUPERUSER' $$"
                )
            }
            #expect(try await first.stop() == 0)

            // The server's log keeps its newest files.
            let log = try await EmbeddedServer(folder).logFolder
            for day in 10..<20 {
                try "x".write(toFile: "\(log)/200001\(day)-000000.log", atomically: true, encoding: .utf8)
            }

            let second = try await MarketplaceProcess(["up", "--data", folder, "--port", "0"], folder: folder)
            #expect(try await TestDatabase.query(reader, "SHOW work_mem") == ["4MB"])
            let isSuperuser = "SELECT rolsuper::text FROM pg_roles WHERE rolname = current_user"
            #expect(try await TestDatabase.query(reader, isSuperuser) == ["false"])
            try await eventually("old files of the log are removed") {
                try FileManager.default.contentsOfDirectory(atPath: log).count <= 4
            }
            let kept = try FileManager.default.contentsOfDirectory(atPath: log).sorted()
            #expect(kept.count == 4 && kept[0] >= "20000118")
            try await removesNothingThroughALink(log)
            #expect(try await second.stop() == 0)

            let program = try MarketplaceProcess.program
            let again = [program, "up", "--data", folder, "--port", "0"]
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: "\(logins)/queries")
            let open = try await run(again)
            #expect(open.code == 64 && open.errors.contains("others can read the login"), "\(open.errors)")
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(logins)/queries")
            try FileManager.default.removeItem(atPath: "\(logins)/superuser")
            let lost = try await run(again)
            #expect(lost.code == 64 && lost.errors.contains("superuser, is gone"), "\(lost.errors)")
        }
    }

    /// Where the folder of the server's log leads elsewhere, root removes nothing there.
    private func removesNothingThroughALink(_ log: String) async throws {
        guard getuid() == 0 else { return }
        let elsewhere = "/tmp/mentatlab-elsewhere-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: elsewhere) }
        try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: true)
        for number in 1...7 {
            try "x".write(toFile: "\(elsewhere)/\(number).log", atomically: true, encoding: .utf8)
        }
        try FileManager.default.moveItem(atPath: log, toPath: "\(log)-aside")
        try FileManager.default.createSymbolicLink(atPath: log, withDestinationPath: elsewhere)
        // The program looks four times a second.
        try await Task.sleep(for: .seconds(2))
        #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere).count == 7)
        try FileManager.default.removeItem(atPath: log)
        try FileManager.default.moveItem(atPath: "\(log)-aside", toPath: log)
    }

    /// Who may only read can't fill what all sessions share.
    @Test func aSessionThatHoldsTooMuchIsEnded() async throws {
        try await withEmbedded { folder in
            let marketplace = try await MarketplaceProcess(["up", "--data", folder, "--port", "0"], folder: folder)
            let reader = PostgresSession(
                PostgresConfiguration(
                    url: try login("readers", in: "\(folder)/logins"), applicationName: "test",
                    statementTimeoutMilliseconds: 60_000))
            // A grant that gives nothing takes a lock for its savepoint.
            let names = try await TestDatabase.query(
                try login("readers", in: "\(folder)/logins"),
                "SELECT oid::regprocedure::text FROM pg_proc WHERE prokind = 'f' AND has_function_privilege(oid, 'EXECUTE') ORDER BY oid LIMIT 2200"
            )
            let error = await #expect(throws: PostgresError.self) {
                try await reader.run { connection in
                    try connection.executeScript("BEGIN")
                    for name in names {
                        try connection.executeScript("SAVEPOINT s")
                        try connection.executeScript("GRANT EXECUTE ON FUNCTION \(name) TO CURRENT_USER")
                    }
                    try connection.executeScript("SELECT pg_sleep(30)")
                }
            }
            #expect(error?.kind == .connectionLost, "\(String(describing: error))")
            #expect(try await marketplace.publish([manifest("acme.tool")]).status == 201)
            #expect(try await marketplace.stop() == 0)
        }
    }

    /// A server of one's own: from one login for everything to one for each part.
    @Test func aGivenDatabaseIsPreparedAlsoAfterItWasUsed() async throws {
        try await PrivatePostgres.with { server in
            try await withFolder { folder in
                let program = try MarketplaceProcess.program
                let shared = try await MarketplaceProcess(
                    ["up", "--data", folder, "--database-url", server.url, "--port", "0"], folder: folder)
                #expect(try await shared.publish([manifest("acme.before")]).status == 201)
                #expect(try await shared.stop() == 0)
                let log = try String(contentsOfFile: "\(folder)-up.log", encoding: .utf8)
                for weakness in [
                    "all parts of this program share one login", "the owner of the schema is a superuser",
                    "who only reads can take the lock of the append",
                ] { #expect(log.contains(weakness)) }

                let logins = "\(folder)-logins"
                defer { try? FileManager.default.removeItem(atPath: logins) }
                let prepare = [program, "database", "prepare", "--database-url", server.url, "--logins", logins]
                try await TestDatabase.script(server.url, "GRANT marketplace_commands TO marketplace_queries")
                for _ in 0..<2 {
                    let prepared = try await run(prepare)
                    #expect(prepared.code == 0, "\(prepared.errors)")
                    // What a preparation of this database does not change.
                    #expect(
                        prepared.errors
                            == "marketplace: warning: the logins can use other databases of the server: template1 (docs/security/database.md)\n"
                    )
                    #expect(prepared.output == Self.roles.map { "\(logins)/\($0)\n" }.joined())
                }
                // A server that is not there changes no login.
                let before = try login("queries", in: logins)
                let unreachable = try await run([
                    program, "database", "prepare", "--database-url", "host=/nonexistent", "--logins", logins,
                ])
                #expect(try unreachable.code == 1 && login("queries", in: logins) == before)
                let owners = try await TestDatabase.query(
                    server.url,
                    """
                    SELECT DISTINCT relowner::regrole::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
                    WHERE nspname IN ('log', 'models', 'vault') AND relkind IN ('r', 'p', 'v')
                    UNION SELECT proowner::regrole::text FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
                    WHERE nspname ~ '^log_r'
                    """)
                #expect(owners == ["marketplace_owner"])
                let memberships = try await TestDatabase.query(
                    server.url,
                    "SELECT member::regrole || ' ' || roleid::regrole FROM pg_auth_members WHERE member::regrole::text ~ '^market' OR roleid::regrole::text ~ '^market'"
                )
                #expect(memberships == ["marketplace_owner pg_signal_backend"])

                // Each part has the files of its own logins alone.
                func only(_ roles: String...) throws -> String {
                    let part = "\(logins)/\(roles.joined(separator: "-"))-alone"
                    try FileManager.default.createDirectory(
                        atPath: part, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
                    for role in roles {
                        try FileManager.default.copyItem(atPath: "\(logins)/\(role)", toPath: "\(part)/\(role)")
                    }
                    return part
                }
                let files = ["--artifacts", "\(folder)/artifacts", "--port", "0"]
                let command = try await MarketplaceProcess(
                    ["command", "--data", folder, "--logins", try only("owner", "commands", "queries")] + files,
                    folder: folder)
                let query = try await MarketplaceProcess(
                    ["query", "--data", "\(folder)-query", "--logins", try only("queries")] + files,
                    folder: "\(folder)-query")
                defer { try? FileManager.default.removeItem(atPath: "\(folder)-query") }
                let projector = Process()
                projector.executableURL = URL(filePath: program)
                projector.arguments = ["project", "--logins", try only("projectors")]
                projector.standardOutput = FileHandle.nullDevice
                projector.standardError = FileHandle.nullDevice
                try projector.start()
                let published = try await command.publish([manifest("acme.after")])
                #expect(published.status == 201)
                let position = try #require(published.fields["marketplace-position"])
                #expect(try await query.get("agents/acme.after?min_position=\(position)").status == 200)
                #expect(try await query.get("agents/acme.before").status == 200)
                let apart = try String(contentsOfFile: "\(folder)-command.log", encoding: .utf8)
                #expect(!apart.contains("makes a login for each part"))
                let verified = try await run(
                    [program, "log", "verify", "--logins", try only("readers"), "--artifacts", "\(folder)/artifacts"])
                #expect(verified.code == 0, "\(verified.errors)")
                projector.interrupt()
                while projector.isRunning { try await Task.sleep(for: .milliseconds(20)) }
                #expect(try await command.stop() == 0)
                #expect(try await query.stop() == 0)

                let missing = try await run([program, "query", "--logins", "\(logins)/projectors-alone"] + files)
                #expect(
                    missing.code == 64
                        && missing.errors.contains("the database login of marketplace_queries, is missing"))
            }
        }
    }
}
