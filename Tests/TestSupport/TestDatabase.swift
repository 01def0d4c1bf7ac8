import EventLog
import Foundation
import Postgres
import Projections
import Streaming

/// A database of its own for each test, on the server that `./test` starts.
public enum TestDatabase {
    /// There is no server.
    public struct NoServer: Error, CustomStringConvertible {
        public let description = "MENTATLAB_TEST_SERVER is not set: run the tests by ./test"
    }

    /// The template that databases are copied from, made once for a server.
    private static let template = Task { () -> String in
        guard let server = ProcessInfo.processInfo.environment["MENTATLAB_TEST_SERVER"] else { throw NoServer() }
        let name = "mentatlab_template_\(ProcessInfo.processInfo.processIdentifier)"
        let admin = PostgresSession(PostgresConfiguration(url: "\(server) dbname=postgres", applicationName: "tests"))
        try await admin.run { try $0.executeScript("CREATE DATABASE \(name)") }
        try await migrate("\(server) dbname=\(name)")
        await admin.close()
        return name
    }

    /// Runs `body` with the URL of a database of its own, with the schema or empty, and drops it afterwards.
    public static func with<Value>(
        migrated: Bool = true, _ body: (_ url: String) async throws -> Value
    ) async throws -> Value {
        guard let server = ProcessInfo.processInfo.environment["MENTATLAB_TEST_SERVER"] else { throw NoServer() }
        let name = "test_\(UUID().uuidString.lowercased().replacing("-", with: "_"))"
        let source = migrated ? " TEMPLATE \(try await template.value)" : ""
        let admin = PostgresSession(PostgresConfiguration(url: "\(server) dbname=postgres", applicationName: "tests"))
        try await create(name + source, admin)
        let url = "\(server) dbname=\(name)"
        do {
            let value = try await body(url)
            try await admin.run { try $0.executeScript("DROP DATABASE \(name) WITH (FORCE)") }
            await admin.close()
            return value
        } catch {
            try? await admin.run { try $0.executeScript("DROP DATABASE \(name) WITH (FORCE)") }
            await admin.close()
            throw error
        }
    }

    /// Of two databases that are copied from one template at once, the server refuses one now and then.
    private static func create(_ database: String, _ admin: PostgresSession) async throws {
        for attempt in 1... {
            do {
                return try await admin.run { try $0.executeScript("CREATE DATABASE \(database)") }
            } catch let error as PostgresError where error.sqlState == "55006" && attempt < 100 {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    /// Brings a database to the present schema.
    public static func migrate(_ url: String) async throws {
        try await PostgresMigrator.migrate(
            PostgresConfiguration(url: url, applicationName: "tests"),
            EventLogSchema.steps + ProjectionCatalogue.schema + RelaySchema.steps)
        let builds = BuildStore(DatabaseAccess(url: url), program: "tests")
        _ = try await builds.makeMissing(ProjectionCatalogue.all)
        await builds.close()
    }

    /// Makes names without a schema mean the tables of the builds that are read.
    public static let readingModels = """
        SELECT set_config('search_path', (
            SELECT string_agg('model_' || projection || '_' || build, ', ' ORDER BY projection) FROM models.active), false)
        """

    /// Runs SQL of a test's own over the builds that are read; returns the first column of its rows as text.
    public static func queryModels(_ url: String, _ sql: String) async throws -> [String] {
        let session = PostgresSession(PostgresConfiguration(url: url, applicationName: "tests"))
        let statement = PostgresStatement("test", Array(sql.utf8))
        let rows = try await session.run {
            try $0.executeScript(readingModels)
            return try $0.execute(statement).map { try $0.text(0) }
        }
        await session.close()
        return rows
    }

    /// Runs a script of a test's own over the builds that are read.
    public static func scriptModels(_ url: String, _ sql: String) async throws {
        try await script(url, "\(readingModels);\n\(sql)")
    }

    /// Empties the builds that are read, and begins them anew.
    public static func emptyModels(_ url: String) async throws {
        let tables = try await query(
            url,
            """
            SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') FROM pg_tables
            WHERE schemaname IN (SELECT 'model_' || projection || '_' || build FROM models.active)
            """)
        try await script(
            url,
            "TRUNCATE \(tables.first ?? ""); DELETE FROM models.cursors; DELETE FROM models.shares; DELETE FROM models.reached; INSERT INTO models.cursors (build, position) SELECT build, 0 FROM models.active"
        )
    }

    /// Runs SQL of a test's own as the owner; returns the first column of its rows as text.
    public static func query(_ url: String, _ sql: String) async throws -> [String] {
        let session = PostgresSession(PostgresConfiguration(url: url, applicationName: "tests"))
        let statement = PostgresStatement("test", Array(sql.utf8))
        let rows = try await session.run { try $0.execute(statement).map { try $0.text(0) } }
        await session.close()
        return rows
    }

    /// Runs a script of a test's own as the owner.
    public static func script(_ url: String, _ sql: String) async throws {
        let session = PostgresSession(PostgresConfiguration(url: url, applicationName: "tests"))
        try await session.run { try $0.executeScript(sql) }
        await session.close()
    }
}
