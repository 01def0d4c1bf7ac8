public import Events
import Postgres

/// Reads flagged targets. It uses connections of the front for writes, where moderators authenticate.
public struct FlagReader: Sendable {
    /// A flagged target.
    public struct Flagged: Sendable {
        /// The kind: agent, version, review or user.
        public let kind: String
        /// The target in its text form.
        public let target: String
        /// The number of flags.
        public let count: Int64
        /// The number of flags for each reason.
        public let reasons: [(reason: String, count: Int64)]
        /// The time of the last flag.
        public let last: Timestamp
    }

    private let access: ModelAccess

    /// Creates a reader over sessions that may read the model of flags.
    public init(_ access: ModelAccess) {
        self.access = access
    }

    /// Flagged targets, the most often flagged first: at most `limit`, after skipping `offset`. Flags that still wait
    /// for the log count as well.
    public func list(limit: Int, offset: Int) async throws -> [Flagged] {
        try await access.long([.flags]) { connection in
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
        }.value
    }
}
