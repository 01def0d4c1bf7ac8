/// One step of a schema, forward only; once released it never changes.
public struct PostgresMigration: Sendable {
    /// The name of the file, which also gives the order.
    public let name: String
    /// The statements.
    public let sql: String

    /// Names a migration that was compiled into the program.
    public init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        sql = String(decoding: bytes, as: UTF8.self)
    }
}

/// Brings a database to the schema that the program expects.
public enum PostgresMigrator {
    /// Any number that nothing else in the database locks.
    private static let lock: Int64 = 0x6d69_6772_6174_6500

    private static let table = PostgresStatement(
        "migrations_table",
        Array(
            """
            CREATE TABLE IF NOT EXISTS public.schema_migrations (
                name text COLLATE "C" PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())
            """.utf8))
    private static let takeTurn = PostgresStatement(
        "migrations_turn", Array("SELECT true FROM (SELECT pg_advisory_xact_lock($1)) AS turn".utf8))
    private static let applied = PostgresStatement(
        "migrations_applied", Array("SELECT name FROM public.schema_migrations ORDER BY name".utf8))
    private static let record = PostgresStatement(
        "migrations_record", Array("INSERT INTO public.schema_migrations (name) VALUES ($1)".utf8))

    /// Applies what is missing, each step in a transaction of its own together with its record, so that a
    /// crash leaves every step whole or absent. Two programs that start at once take turns, step by step.
    public static func migrate(
        _ session: PostgresSession, _ migrations: [PostgresMigration]
    ) async throws {
        try await session.run { connection in
            for migration in migrations {
                try connection.transaction {
                    try connection.execute(takeTurn, [.int8(lock)])
                    try connection.execute(table)
                    let done = try connection.execute(applied).map { row in try row.text(0) }
                    guard !done.contains(migration.name) else { return }
                    try connection.executeScript(migration.sql)
                    try connection.execute(record, [.text(migration.name)])
                }
            }
        }
    }
}
