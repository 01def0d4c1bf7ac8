/// One step of a schema, forward only; the text of a released step never changes.
public struct PostgresMigration: Sendable {
    /// The name under which the step is recorded.
    public let name: String
    /// The SQL of the step, one or more statements.
    public let sql: String

    /// Creates a step from SQL that is embedded in the program.
    public init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        sql = String(decoding: bytes, as: UTF8.self)
    }
}

/// The reason why a database can't be brought to the schema; the step that finds it changes nothing.
public enum PostgresMigrationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The recorded step of this name has another text than the program's.
    case otherText(String)
    /// The database holds only steps of another program; their names.
    case foreign([String])

    public var description: String {
        switch self {
        case .otherText(let name):
            "the database was made with another text of '\(name)': run the program that made it, or use an empty database"
        case .foreign(let names):
            "the database was made by a program that this one does not know (its steps: \(names.joined(separator: ", "))): "
                + "run the program that made it, or use an empty database"
        }
    }
}

/// Brings a database to the schema that the program expects.
///
/// It records each step with the SHA-256 of its text and refuses to continue where a recorded step has another text.
/// Recorded steps that the program does not have come from a newer program and are left alone; the owner of the schema
/// decides whether both programs can work on the database.
public enum PostgresMigrator {
    /// The key of the advisory lock; no other code in the database uses it.
    private static let lock: Int64 = 0x6d69_6772_6174_6500
    /// The statement timeout of a step, 24 hours: building an index on a large table takes long.
    private static let stepMilliseconds = 24 * 3600 * 1000
    private static let watchMilliseconds = 1_000

    private static let table = PostgresStatement(
        "migrations_table",
        Array(
            """
            CREATE TABLE IF NOT EXISTS public.schema_steps (
                name text COLLATE "C" PRIMARY KEY, digest text COLLATE "C" NOT NULL,
                applied timestamptz NOT NULL DEFAULT now())
            """.utf8))
    private static let isRecording = PostgresStatement(
        "migrations_recording", Array("SELECT to_regclass('public.schema_steps') IS NOT NULL".utf8))
    private static let takeTurn = PostgresStatement(
        "migrations_turn", Array("SELECT true FROM (SELECT pg_advisory_xact_lock($1)) AS turn".utf8))
    /// Compares the program's steps with the recorded ones.
    private static let compare = PostgresStatement(
        "migrations_compare",
        Array(
            """
            SELECT coalesce(p.name, s.name), s.name IS NOT NULL, p.name IS NOT NULL,
                   coalesce(s.digest = encode(sha256(convert_to(p.sql, 'UTF8')), 'hex'), true)
            FROM unnest($1::text[], $2::text[]) AS p (name, sql)
            FULL JOIN public.schema_steps s ON s.name = p.name
            ORDER BY s.applied, s.name
            """.utf8))
    private static let record = PostgresStatement(
        "migrations_record",
        Array(
            """
            INSERT INTO public.schema_steps (name, digest)
            VALUES ($1, encode(sha256(convert_to($2, 'UTF8')), 'hex'))
            """.utf8))
    private static let processID = PostgresStatement(
        "migrations_process", Array("SELECT pg_backend_pid()".utf8))
    private static let blockers = PostgresStatement(
        "migrations_blockers",
        Array(
            """
            SELECT a.pid::bigint, coalesce(a.application_name, ''), coalesce(extract(epoch FROM now() - a.xact_start), 0)::bigint
            FROM pg_stat_activity a WHERE a.pid = ANY (pg_blocking_pids($1::integer))
            """.utf8))

    /// Applies the missing steps, each in a transaction of its own together with its record.
    ///
    /// A crash leaves each step complete or absent. Two programs that start at once take turns, step by step.
    ///
    /// - Parameters:
    ///   - configuration: a login that owns the database's schemas.
    ///   - steps: all steps of the schema, in order.
    ///   - report: gets a line for each step that is applied, and each second the sessions that a step waits for.
    /// - Throws: `PostgresMigrationError`, or `PostgresError` where a step fails.
    public static func migrate(
        _ configuration: PostgresConfiguration, _ steps: [PostgresMigration],
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws {
        var patient = configuration
        patient.statementTimeoutMilliseconds = stepMilliseconds
        let (session, observer) = (PostgresSession(patient), PostgresSession(configuration))
        let process = try await session.run { try $0.execute(processID).first?.integer(0) ?? 0 }
        let watch = Task { await observe(process, observer, report) }
        do {
            try await session.run { connection in
                for step in steps { try apply(step, of: steps, connection, report) }
            }
        } catch {
            watch.cancel()
            await watch.value
            throw error
        }
        watch.cancel()
        await watch.value
        await session.close()
        await observer.close()
    }

    /// The names of the steps that a database still lacks, for a login that can read the records and change nothing.
    ///
    /// - Throws: `PostgresMigrationError`, or `PostgresError` where the records can't be read.
    public static func missing(
        _ configuration: PostgresConfiguration, _ steps: [PostgresMigration]
    ) async throws -> [String] {
        let session = PostgresSession(configuration)
        let missing = try await session.run { connection -> [String] in
            guard try connection.execute(isRecording).first?.bool(0) == true else { return steps.map(\.name) }
            let recorded = try recordedSteps(steps, connection)
            return steps.map(\.name).filter { name in !recorded.contains(name) }
        }
        await session.close()
        return missing
    }

    /// The names of the recorded steps; refuses a database that another program made.
    private static func recordedSteps(
        _ steps: [PostgresMigration], _ connection: PostgresConnection
    ) throws -> [String] {
        let rows = try connection.execute(compare, [.texts(steps.map(\.name)), .texts(steps.map(\.sql))]).map {
            (name: try $0.text(0), isRecorded: try $0.bool(1), isKnown: try $0.bool(2), isSame: try $0.bool(3))
        }
        if let other = rows.first(where: { !$0.isSame }) { throw PostgresMigrationError.otherText(other.name) }
        let recorded = rows.filter(\.isRecorded)
        guard recorded.isEmpty || recorded.contains(where: \.isKnown) else {
            throw PostgresMigrationError.foreign(recorded.map(\.name))
        }
        return recorded.map(\.name)
    }

    private static func apply(
        _ step: PostgresMigration, of steps: [PostgresMigration], _ connection: PostgresConnection,
        _ report: (String) -> Void
    ) throws {
        try connection.transaction {
            try connection.execute(takeTurn, [.int8(lock)])
            try connection.execute(table)
            guard !(try recordedSteps(steps, connection).contains(step.name)) else { return }
            report("applying \(step.name)")
            try connection.executeScript(step.sql)
            try connection.execute(record, [.text(step.name), .text(step.sql)])
        }
    }

    /// Reports the sessions that the migration waits for, until the task is cancelled.
    private static func observe(
        _ process: Int64, _ observer: PostgresSession, _ report: @Sendable (String) -> Void
    ) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(watchMilliseconds))
            guard !Task.isCancelled else { return }
            let waiting = try? await observer.run { connection in
                try connection.execute(blockers, [.int8(process)]).map {
                    "process \(try $0.integer(0)) (\(try $0.text(1)), in a transaction for \(try $0.integer(2)) s)"
                }
            }
            if let waiting, !waiting.isEmpty {
                report("the schema's change waits for \(waiting.joined(separator: ", "))")
            }
        }
    }
}
