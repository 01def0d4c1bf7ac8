import Postgres

/// Creates partitions before they are needed, as the owner of the schema.
struct PartitionKeeper: Sendable {
    private let session: PostgresSession
    private let watch: SessionWatch
    private let positions: Int64

    init(_ database: DatabaseAccess, positions: Int64, watch: SessionWatch) {
        session = PostgresSession(database.configuration(.owner, "marketplace-partitions"))
        self.watch = watch
        self.positions = positions
    }

    /// Checks the settings that the log needs and that a given database may lack.
    func checkDatabase() async throws {
        try await session.run { connection in
            guard let row = try connection.execute(Statements.databaseSettings).first else {
                throw EventLogError.corrupt("the database does not know itself")
            }
            func demand(_ holds: Bool, _ what: String) throws {
                guard holds else { throw EventLogError.corrupt("the database needs \(what)") }
            }
            let ctype = try row.text(2).uppercased().replacing("-", with: "")
            try demand(try row.text(0) == "UTF8", "the encoding UTF8")
            try demand(["C", "POSIX"].contains(try row.text(1)), "LC_COLLATE 'C'")
            try demand(
                ctype != "C" && ctype != "POSIX" && ctype.hasSuffix(".UTF8"), "an LC_CTYPE of UTF-8 such as 'C.UTF-8'")
            try demand(try row.integer(3) >= 150_000, "PostgreSQL 15")
            try demand(["on", "remote_apply"].contains(try row.text(4)), "synchronous_commit 'on'")
        }
    }

    /// Checks that the database has the routines that this program calls.
    func checkGeneration() async throws {
        let known = try await session.run { try $0.execute(Statements.generations).map { try $0.text(0) } }
        guard !known.contains(EventLogSchema.generation) else { return }
        let has = known.isEmpty ? "none" : known.joined(separator: ", ")
        throw EventLogError.corrupt(
            "this program works with the routines \(EventLogSchema.generation), the database has \(has); run a program "
                + "that works with those")
    }

    /// Creates partitions until more than half a partition is free after the head.
    func makeRoom() async throws {
        let positions = positions
        while true {
            let (past, head) = try await session.run { connection -> (Int64, Int64) in
                guard let row = try connection.execute(Statements.lastPartition).first else {
                    throw EventLogError.corrupt("the partitions are not known")
                }
                return (try row.integer(0), try row.integer(1))
            }
            if past - head >= positions / 2 + 1 { return }
            let bounds: [PostgresValue] = [.int8(past), .int8(past + positions)]
            _ = try await session.run { try $0.execute(Statements.makePartition, bounds).count }
            try await attach(bounds)
        }
    }

    /// Attaches a partition that was made.
    ///
    /// Another session may hold a lock that it needs; appends continue meanwhile. No part needs one for long, and a session
    /// that only reads must not stop appends by it, so after some attempts it ends the sessions that are in the way.
    private func attach(_ bounds: [PostgresValue]) async throws {
        for attempt in 1... {
            let isPatient = attempt > Self.shortAttempts
            let ending = isPatient ? try await watch.endBlockers(of: session) : nil
            defer { ending?.cancel() }
            do {
                let patience = PostgresValue.text(isPatient ? "5s" : "100ms")
                _ = try await session.run { try $0.execute(Statements.attachPartition, bounds + [patience]).count }
                return
            } catch let error as PostgresError where error.sqlState == "55P03" && attempt < Self.attempts {
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    private static let shortAttempts = 6
    private static let attempts = 12
}
