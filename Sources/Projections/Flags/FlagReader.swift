public import Events
public import Postgres

/// Reads what was flagged, over connections of the front for writes: moderators show there who they are.
public struct FlagReader: Sendable {
    /// What was flagged.
    public struct Flagged: Sendable {
        /// Agent, version, review or user.
        public let kind: String
        /// As entries name it.
        public let target: String
        /// How often.
        public let count: Int64
        /// How often for each reason.
        public let reasons: [(reason: String, count: Int64)]
        /// When last.
        public let last: Timestamp
    }

    private let pool: PostgresPool

    /// A reader over a pool of sessions that may read the model of flags.
    public init(pool: PostgresPool) {
        self.pool = pool
    }

    /// The most often flagged first: so many, from behind so many.
    public func list(limit: Int, offset: Int) async throws -> [Flagged] {
        try await pool.runRepeatable { connection in
            try connection.execute(Statements.listFlags, [.int8(Int64(limit)), .int8(Int64(offset))]).map { row in
                let reasons = try row.text("reasons").split(separator: ",").compactMap { pair -> (String, Int64)? in
                    let sides = pair.split(separator: " ")
                    guard sides.count == 2, let count = Int64(sides[1]) else { return nil }
                    return (String(sides[0]), count)
                }
                return Flagged(
                    kind: try row.text("kind"), target: try row.text("target"), count: try row.integer("count"),
                    reasons: reasons,
                    last: Timestamp(milliseconds: try row.milliseconds("last")))
            }
        }
    }
}
