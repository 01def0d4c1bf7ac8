import Crypto
public import EventLog
import Events
import Postgres

/// Makes and drops builds, as the owner of the schema.
public final class BuildStore: Sendable {
    /// Why a build is made.
    enum Purpose: String {
        /// To be read.
        case serve
        /// To be compared with the one that is read.
        case check
    }

    /// The longest that a statement may take, 24 hours: an index over many rows takes as long as it takes.
    private static let statementMilliseconds = 24 * 3600 * 1_000
    private static let uniqueViolation = "23505"
    private static let lockNotAvailable = "55P03"

    let session: PostgresSession
    private let program: String

    /// Creates a store.
    ///
    /// - Parameter program: names the program and its version in the rows of the builds that it makes.
    public init(_ database: DatabaseAccess, program: String) {
        session = PostgresSession(Self.configuration(database, "marketplace-builds"))
        self.program = program
    }

    /// A statement whose program was killed ends within a second, and with it the claim of its session.
    private static let own = ["maintenance_work_mem": "128MB", "client_connection_check_interval": "1000"]

    /// The settings of a session that makes builds.
    static func configuration(
        _ database: DatabaseAccess, _ name: String, settings: [String: String] = PostgresConfiguration.plannedOnce
    ) -> PostgresConfiguration {
        database.configuration(
            .owner, name, statementTimeoutMilliseconds: statementMilliseconds,
            settings: settings.merging(own) { $1 })
    }

    /// Ends the claims on builds that are being made, and closes the session.
    public func close() async {
        // The server sees only later that a connection has ended, and whoever comes next would find the builds claimed. The end is
        // no part of a task that was cancelled.
        await Task { [session] in
            _ = try? await session.run { try $0.execute(Statements.endClaims).count }
            await session.close()
        }.value
    }

    /// Over a log without entries, gives an empty build, which is active at once, to each projection that has none of its
    /// present version. Over another log such a build has to be filled first.
    ///
    /// - Returns: the projections that have no build to be read.
    public func makeMissing(_ projections: [Projection]) async throws -> [Projection] {
        try await session.run { [program] connection in
            try connection.transaction {
                try connection.execute(Statements.lockBuilds)
                let missing = try Self.missing(projections, connection)
                guard try connection.execute(Statements.logIsEmpty).first?.bool(0) == true else { return missing }
                for projection in missing {
                    let build = try Self.add(projection, .serve, program, connection)
                    try Self.inSchema(of: build, projection.indexes, connection)
                    try connection.execute(Statements.activateBuild, [.int4(build.number)])
                    try connection.execute(Statements.noteActivation, [.int4(build.number)])
                }
                return []
            }
        }
    }

    /// The projections that have no build of their present version to be read.
    public func missing(_ projections: [Projection]) async throws -> [Projection] {
        try await session.run { try Self.missing(projections, $0) }
    }

    static func missing(_ projections: [Projection], _ connection: PostgresConnection) throws -> [Projection] {
        try projections.filter { try Build.active(of: $0, connection) == nil }
    }

    /// Begins a build, or goes on with one that was left unfinished, and claims it for this session. Whoever
    /// made an unfinished one before can write no more.
    ///
    /// - Throws: `BuildFault` where somebody else makes one, or where an unfinished one would be lost to a check.
    func begin(
        _ projection: Projection, for purpose: Purpose, isFolding: Bool
    ) async throws -> (build: Build, isNew: Bool) {
        do {
            return try await session.run { [program] connection in
                try connection.transaction {
                    try Self.checkIsCurrent(connection)
                    let begun = try Self.begin(projection, purpose, program, connection)
                    if begun.isNew, isFolding, projection.folding != nil {
                        try connection.execute(Statements.beginFold, [.int4(begun.build.number)])
                    }
                    return begun
                }
            }
        } catch let error as PostgresError where error.sqlState == Self.uniqueViolation {
            throw Self.isMadeAlready(projection)
        }
    }

    /// Throws `ProgramLease.Outdated` where an upgrade was finished without this program: nobody reads what it would build.
    static func checkIsCurrent(_ connection: PostgresConnection) throws {
        let written = Int32(clamping: try connection.execute(Statements.writtenEdition).first?.integer(0) ?? 0)
        guard written <= EventCatalogue.edition else { throw ProgramLease.Outdated(written: written) }
    }

    private static func isMadeAlready(_ projection: Projection) -> BuildFault {
        BuildFault(
            description:
                "another program makes a build of '\(projection.name)' now; wait for it (`marketplace project status`)",
            isBusy: true)
    }

    private struct Unfinished {
        let build: Build
        let isServing: Bool
        let definition: String
    }

    private static func unfinished(_ projection: Projection, _ connection: PostgresConnection) throws -> Unfinished? {
        try connection.execute(Statements.unfinishedBuild, [.text(projection.name), .int4(projection.version)]).first
            .map { row in
                Unfinished(
                    build: try Build(row, of: projection.name),
                    isServing: try row.text("purpose") == Purpose.serve.rawValue, definition: try row.text("definition")
                )
            }
    }

    private static func begin(
        _ projection: Projection, _ purpose: Purpose, _ program: String, _ connection: PostgresConnection
    ) throws -> (build: Build, isNew: Bool) {
        if let found = try unfinished(projection, connection) {
            guard try connection.execute(Statements.tryRun, [.int4(found.build.number)]).first?.bool(0) == true else {
                throw isMadeAlready(projection)
            }
            // Whoever had the claim until now may have ended the build.
            guard try unfinished(projection, connection)?.build.number == found.build.number else {
                try connection.execute(Statements.endRun, [.int4(found.build.number)])
                throw isMadeAlready(projection)
            }
            if found.isServing, purpose == .check {
                try connection.execute(Statements.endRun, [.int4(found.build.number)])
                throw BuildFault(
                    description:
                        "a rebuild of '\(projection.name)' is not finished; `marketplace rebuild \(projection.name)` goes on with it or says what holds it up, then it can be checked"
                )
            }
            if found.isServing, found.definition == definition(of: projection) {
                guard
                    let continued = try connection.execute(
                        Statements.continueBuild, [.int4(found.build.number), .text(program)]
                    ).first
                else { throw isMadeAlready(projection) }
                return (try Build(continued, of: projection.name), false)
            }
            try dropSchema(of: found.build, connection)
            try connection.execute(Statements.endRun, [.int4(found.build.number)])
        }
        let build = try add(projection, purpose, program, connection)
        try connection.execute(Statements.tryRun, [.int4(build.number)])
        return (build, true)
    }

    private static func definition(of projection: Projection) -> String {
        SHA256Digest(of: Array("\(projection.tables)\u{0}\(projection.indexes)".utf8)).hex
    }

    private static func add(
        _ projection: Projection, _ purpose: Purpose, _ program: String, _ connection: PostgresConnection
    ) throws -> Build {
        let row = try connection.execute(
            Statements.addBuild,
            [
                .text(projection.name), .int4(projection.version), .text(purpose.rawValue),
                .text(definition(of: projection)), .text(program),
            ]
        ).first
        guard let row else { throw BuildFault(description: "the build of '\(projection.name)' got no number") }
        let build = try Build(row, of: projection.name)
        try connection.executeScript(
            """
            CREATE SCHEMA \(build.schema);
            GRANT USAGE ON SCHEMA \(build.schema)
                TO marketplace_commands, marketplace_projectors, marketplace_queries, marketplace_readers
            """)
        try inSchema(
            of: build,
            "\(projection.tables);\nGRANT SELECT ON ALL TABLES IN SCHEMA \(build.schema) TO marketplace_readers",
            connection)
        return build
    }

    /// Runs a script with names that mean what stands in the schema of a build, inside a transaction.
    private static func inSchema(of build: Build, _ sql: String, _ connection: PostgresConnection) throws {
        try connection.executeScript("SET LOCAL search_path = \(build.schema);\n\(sql)")
    }

    /// Makes the indexes for readers, and tells the planner what is there.
    func finish(_ build: Build, of projection: Projection) async throws {
        try await session.run { connection in
            try connection.transaction { try Self.inSchema(of: build, projection.indexes, connection) }
            let tables = try ModelTable.all(of: build, connection).map { "\(build.schema).\($0.name)" }
            try connection.executeScript("ANALYZE \(tables.joined(separator: ", "))")
        }
    }

    /// Ends the claim of this session on a build.
    func endClaim(on build: Build) async throws {
        try await session.run { _ = try $0.execute(Statements.endRun, [.int4(build.number)]).count }
    }

    /// Drops a build unless somebody reads it; false where somebody does.
    ///
    /// - Parameter isOwn: true for a build that this program makes: then it is left alone once somebody else goes on with it.
    func drop(_ build: Build, isOwn: Bool = false) async throws -> Bool {
        do {
            return try await session.run { connection in
                try connection.transaction {
                    guard try connection.execute(Statements.tryDrop, [.int4(build.number)]).first?.bool(0) == true
                    else { return false }
                    try connection.execute(Statements.bePatient, [.text("1s")])
                    if isOwn {
                        let epoch = try connection.execute(Statements.lockBuild, [.int4(build.number)]).first?.integer(
                            0)
                        guard epoch == build.epoch else { throw BuildFault.lost(build) }
                    }
                    try Self.dropSchema(of: build, connection)
                    return true
                }
            }
        } catch let error as PostgresError where error.sqlState == Self.lockNotAvailable {
            return false
        }
    }

    private static func dropSchema(of build: Build, _ connection: PostgresConnection) throws {
        try connection.executeScript("DROP SCHEMA IF EXISTS \(build.schema) CASCADE")
        try connection.execute(Statements.deleteBuild, [.int4(build.number)])
    }

    private static let dropAttempts = 40

    /// Drops a build as soon as nobody reads it, within four seconds; false where somebody does for longer.
    func dropSoon(_ build: Build, isOwn: Bool = false) async throws -> Bool {
        for _ in 0..<Self.dropAttempts {
            if try await drop(build, isOwn: isOwn) { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    /// Drops builds that nobody reads any more, and unfinished ones that nobody goes on with; returns how many.
    public func dropLeftovers() async throws -> Int {
        let leftovers = try await session.run { connection in
            try connection.execute(Statements.leftoverBuilds).map { row in
                (try Build(row, of: try row.text("projection")), try row.bool("is_retired"))
            }
        }
        var dropped = 0
        for (build, isRetired) in leftovers {
            if isRetired {
                if try await drop(build) { dropped += 1 }
                continue
            }
            let isLeft = try await session.run {
                try $0.execute(Statements.tryRun, [.int4(build.number)]).first?.bool(0) == true
            }
            guard isLeft else { continue }
            if try await drop(build) { dropped += 1 }
            try await endClaim(on: build)
        }
        return dropped
    }
}
