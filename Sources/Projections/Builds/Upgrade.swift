public import EventLog
import Events
import Postgres

/// The way from one release to the next while both work on one database, as the owner of the schema.
///
/// The newer program fills builds of its own versions beside those that the older one reads. Until the upgrade is finished, its
/// types of events are not written and the older builds stay, so that one can go back.
public struct Upgrade: Sendable {
    /// A program that holds a lease.
    public struct Program: Sendable {
        /// The program and its version.
        public let program: String
        /// What it runs.
        public let part: String
        /// The edition of the vocabulary that it knows.
        public let edition: Int32
        /// The projections with the versions that it reads or fills.
        public let models: [String]
        /// How long ago it was last heard of.
        public let silentMilliseconds: Int64
        /// True where it reads the same versions and knows the same vocabulary as this program.
        public let isSame: Bool
    }

    /// Builds that only programs of other versions read.
    public struct Other: Sendable {
        /// The projection.
        public let projection: String
        /// The version of the projection.
        public let version: Int64
        /// The number of the build.
        public let build: Int64
    }

    /// How far an upgrade is.
    public struct Status: Sendable {
        /// The edition up to which types are written.
        public let written: Int32
        /// The programs at work.
        public let programs: [Program]
        /// The projections that have no build of this program's version yet.
        public let missing: [Projection]
        /// The builds that an end of the upgrade drops.
        public let others: [Other]

        /// True where nothing is left to finish.
        public var isFinished: Bool { written == EventCatalogue.edition && others.isEmpty && missing.isEmpty }
    }

    private let database: DatabaseAccess
    private let program: String

    /// Creates an access for a program.
    public init(_ database: DatabaseAccess, program: String) {
        self.database = database
        self.program = program
    }

    /// Each projection with the version that this program reads, as a lease names it.
    public static let models = ProjectionCatalogue.all.map(\.nameWithVersion)

    /// How far the upgrade to this program is.
    public func status() async throws -> Status {
        let store = BuildStore(database, program: program)
        let status = try await store.session.run { connection in
            try connection.transaction {
                let written = Int32(clamping: try connection.execute(Statements.writtenEdition).first?.integer(0) ?? 0)
                return try Self.status(connection, written: written).0
            }
        }
        await store.close()
        return status
    }

    /// Ends the upgrade: the types of this program are written from now on, and the builds of other versions are dropped once
    /// nobody reads them. From then on there is no way back.
    ///
    /// - Parameters:
    ///   - dropsNewer: true to drop builds of later versions as well, where the newer release is given up.
    ///   - watching: called before programs are watched for a while, since a clock that was set could hide one.
    /// - Returns: how it was before.
    /// - Throws: `BuildFault` where programs of other versions are at work, models of this version are not built yet,
    ///   models of a newer release exist, or the database server started less than 30 s ago; `ProgramLease.Outdated`
    ///   where a newer release has finished its upgrade; `PostgresError`.
    public func finish(dropsNewer: Bool, watching: () -> Void = {}) async throws -> Status {
        let store = BuildStore(database, program: program)
        do {
            let (status, signs) = try await store.session.run { connection in
                try connection.transaction { try Self.check(connection, dropsNewer: dropsNewer) }
            }
            if status.isFinished {
                await store.close()
                return status
            }
            watching()
            // The clock may have been set, so that leases seem to be over of programs that renew them.
            try await Task.sleep(for: .milliseconds(Self.observationMilliseconds))
            let before = try await store.session.run { connection in
                try connection.transaction {
                    try Self.finish(connection, try Self.check(connection, dropsNewer: dropsNewer, since: signs).status)
                }
            }
            _ = try await store.dropLeftovers()
            await store.close()
            return before
        } catch let error as PostgresError where error.sqlState == "55P03" {
            await store.close()
            throw BuildFault(description: "a session keeps the leases of programs locked; try again")
        } catch {
            await store.close()
            throw error
        }
    }

    /// How long programs are watched before the upgrade is finished: in that time each renews its lease.
    public static let observationMilliseconds = 2 * ProgramLease.renewalMilliseconds

    /// When each lease was last renewed, by its id.
    private typealias Signs = [String: String]

    /// Throws what `finish` throws; keeps leases from being renewed until the transaction ends.
    private static func check(
        _ connection: PostgresConnection, dropsNewer: Bool, since earlier: Signs? = nil
    ) throws -> (status: Status, signs: Signs) {
        try connection.execute(Statements.bePatient, [.text("1s")])
        let (status, signs) = try status(connection, written: try ProgramLease.lock(connection), since: earlier)
        guard status.written <= EventCatalogue.edition else { throw ProgramLease.Outdated(written: status.written) }
        if status.isFinished { return (status, signs) }
        let newer = status.others.filter { other in
            ProjectionCatalogue.all.contains { $0.name == other.projection && other.version > $0.version }
        }
        guard newer.isEmpty || dropsNewer else {
            let names = newer.map { "\($0.projection) \($0.version)" }.joined(separator: ", ")
            throw BuildFault(
                description:
                    "models of a newer release are there (\(names)): its own program finishes the upgrade; to give that release up and drop them, add --drop-newer"
            )
        }
        guard status.missing.isEmpty else {
            let names = status.missing.map(\.nameWithVersion).joined(separator: ", ")
            throw BuildFault(
                description:
                    "the models of this program are not built yet (\(names)); `marketplace project --ahead` builds them"
            )
        }
        let others = status.programs.filter { !$0.isSame }
        guard others.isEmpty else {
            let names = others.map { program in
                "\(program.program) \(program.part), heard of \(max(0, program.silentMilliseconds) / 1_000) s ago"
            }
            throw BuildFault(
                description:
                    "programs of another release are at work (\(names.joined(separator: "; "))); stop them, and try again \(ProgramLease.milliseconds / 1_000) s after one that was killed"
            )
        }
        let running = try connection.execute(Statements.serverAge).first?.integer(0) ?? 0
        guard running >= ProgramLease.milliseconds else {
            throw BuildFault(
                description:
                    "the database was started \(running / 1_000) s ago, and not every program has been heard of since; try again in \((ProgramLease.milliseconds - running) / 1_000 + 1) s"
            )
        }
        return (status, signs)
    }

    private static func finish(_ connection: PostgresConnection, _ status: Status) throws -> Status {
        guard !status.isFinished else { return status }
        try connection.execute(Statements.raiseEdition, [.int4(EventCatalogue.edition)])
        for other in status.others {
            try connection.execute(Statements.deactivateBuild, [.int4(Int32(clamping: other.build))])
            try connection.execute(Statements.retireBuild, [.int4(Int32(clamping: other.build))])
        }
        return status
    }

    /// How far the upgrade is, and the signs of all leases. A lease is one of a program at work where the clock says so, or where
    /// it was renewed since an earlier look.
    private static func status(
        _ connection: PostgresConnection, written: Int32, since earlier: Signs? = nil
    ) throws -> (Status, Signs) {
        var (programs, signs): ([Program], Signs) = ([], [:])
        for row in try connection.execute(Statements.leaseHolders, [.int8(ProgramLease.milliseconds)]) {
            let (id, sign) = (try row.text("id"), try row.text("sign"))
            signs[id] = sign
            guard try row.bool("is_held") || earlier.map({ $0[id] != sign }) ?? false else { continue }
            let (edition, models) = (Int32(clamping: try row.integer("edition")), try row.texts(4))
            programs.append(
                Program(
                    program: try row.text("program"), part: try row.text("part"), edition: edition, models: models,
                    silentMilliseconds: try row.integer("silent"),
                    isSame: edition == EventCatalogue.edition && models == Self.models))
        }
        let all = ProjectionCatalogue.all
        let others = try connection.execute(
            Statements.otherVersions, [.texts(all.map(\.name)), .int4s(all.map(\.version))]
        ).map { row in
            Other(
                projection: try row.text("projection"), version: try row.integer("version"),
                build: try row.integer("build"))
        }
        let status = Status(
            written: written, programs: programs, missing: try BuildStore.missing(all, connection), others: others)
        return (status, signs)
    }
}
