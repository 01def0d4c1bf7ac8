import EventLog
import Foundation
import Postgres
import Projections

/// A database of its own for each test, on the server that `./test` starts.
public enum TestDatabase {
    /// There is no server.
    public struct NoServer: Error, CustomStringConvertible {
        public let description = "MENTATLAB_TEST_SERVER is not set: run the tests by ./test"
    }

    /// Runs `body` with the URL of an empty, migrated database, and drops it afterwards.
    public static func with<Value>(
        migrated: Bool = true, _ body: (_ url: String) async throws -> Value
    ) async throws -> Value {
        guard let server = ProcessInfo.processInfo.environment["MENTATLAB_TEST_SERVER"] else { throw NoServer() }
        let name = "test_\(UUID().uuidString.lowercased().replacing("-", with: "_"))"
        let admin = PostgresSession(PostgresConfiguration(url: "\(server) dbname=postgres", applicationName: "tests"))
        try await admin.run { try $0.executeScript("CREATE DATABASE \(name)") }
        let url = "\(server) dbname=\(name)"
        do {
            if migrated { try await migrate(url) }
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

    /// Brings a database to the present schema.
    public static func migrate(_ url: String) async throws {
        let session = PostgresSession(PostgresConfiguration(url: url, applicationName: "tests"))
        try await PostgresMigrator.migrate(session, EventLogSchema.migrations + Projections.migrations)
        await session.close()
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
