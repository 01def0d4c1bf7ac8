import Postgres

/// Ends sessions of others, as the owner of the schema, where they keep what all sessions share.
struct SessionWatch: Sendable {
    /// The most locks of a session, whose table all sessions share. A read of the log takes some for each partition.
    private static let maximumLocks: Int64 = 2_000

    private let session: PostgresSession

    init(_ database: DatabaseAccess) {
        session = PostgresSession(database.configuration(.owner, "marketplace-watch"))
    }

    /// Starts a task that ends the sessions that block `other`, every 100 ms until it is cancelled.
    func endBlockers(of other: PostgresSession) async throws -> Task<Void, Never> {
        let process = try await other.run { try $0.execute(Statements.backend).first?.integer(0) ?? 0 }
        return Task { [session] in
            while !Task.isCancelled {
                // An owner who may not end sessions waits like everybody.
                _ = try? await session.run { try $0.execute(Statements.endBlockers, [.int8(process)]).count }
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// Ends sessions of logins that only read, or write models, where they keep more than their share; says how many.
    func endGreedySessions() async throws -> Int64 {
        try await session.run {
            try $0.execute(Statements.endGreedySessions, [.int8(Self.maximumLocks)]).first?.integer(0) ?? 0
        }
    }
}
