public import Crypto
import EventLog
public import Events
import Following
import Postgres

/// Reads which versions name a file. It uses connections of the front for commands, where administrators authenticate.
public struct FileReader: Sendable {
    /// A version that names a file.
    public struct Naming: Sendable {
        /// The agent.
        public let key: AgentKey
        /// The version, as it was published.
        public let version: String
    }

    /// A removed file, and an agent that names it and does not note the removal yet.
    public struct Unnoted: Sendable {
        /// The file.
        public let sha256: SHA256Digest
        /// The agent.
        public let key: AgentKey
    }

    private static let waitMilliseconds: Int64 = 5_000
    private static let unnotedAtOnce: Int64 = 200

    private let access: ModelAccess
    private let entries: EventReader

    /// Creates a reader over sessions that may read the model of files and the log.
    public init(_ access: ModelAccess) {
        self.access = access
        entries = EventReader(pool: access.pool)
    }

    /// At most `limit` versions that name a file, in the order of their publication.
    ///
    /// - Returns: nil where the model does not reach the head of the log within 5 s.
    public func versions(naming digest: SHA256Digest, limit: Int) async throws -> [Naming]? {
        guard try await reflectsAll([.files]) else { return nil }
        return try await access.long([.files]) { connection in
            try connection.execute(
                Statements.versionsNamingFile, [.bytea(digest.bytes), .int8(Int64(limit))]
            ).compactMap { row in
                AgentKey(try row.text("key")).map { Naming(key: $0, version: (try? row.text("version")) ?? "") }
            }
        }.value
    }

    private func reflectsAll(_ models: [Projection]) async throws -> Bool {
        let head = try await entries.head()
        let makers = Set(models.map(\.name))
        return try await access.models.wait(withinMilliseconds: Self.waitMilliseconds, madeBy: makers) {
            $0.next(models) >= head
        }
    }

    /// The files of the versions that somebody published: those of so many versions at most.
    ///
    /// - Returns: nil where the model does not reach the head of the log within 5 s.
    public func files(of person: PersonID, limit: Int) async throws -> [Artifact]? {
        guard try await reflectsAll([.agents]) else { return nil }
        return try await access.long([.agents]) { connection in
            try connection.execute(Statements.listPublishedBy, [.text(person.hex), .int8(Int64(limit))]).flatMap {
                try VersionPublished(data: try $0.bytes("data")).artifacts
            }
        }.value
    }

    /// Removed files with agents that do not say so yet; some at a time.
    public func unnoted() async throws -> [Unnoted] {
        try await access.long([.files]) { connection in
            try connection.execute(Statements.unnotedFiles, [.int8(Self.unnotedAtOnce)]).compactMap { row in
                guard let digest = SHA256Digest(bytes: try row.bytes("sha256")),
                    let key = AgentKey(try row.text("key"))
                else { return nil }
                return Unnoted(sha256: digest, key: key)
            }
        }.value
    }

    /// Waits until the model has applied a position; returns the next position that it will apply.
    public func next(past position: Position?) async throws -> Position {
        if let position {
            _ = try await access.models.wait(withinMilliseconds: nil, isUrgent: false) { $0.next([.files]) > position }
        }
        return try await access.models.value(atMostMillisecondsOld: 0).next([.files])
    }
}
