public import Events
public import Postgres

/// Reads which builds there are and how far each is.
public struct BuildReader: Sendable {
    /// A build.
    public struct Row: Sendable {
        /// What a build is for now.
        public enum State: String, Sendable, CaseIterable {
            /// It is being made.
            case building
            /// It is read.
            case active
            /// Another one took its place.
            case retired
        }

        /// The projection.
        public let projection: String
        /// The number of the build.
        public let build: Int64
        /// The version of the projection.
        public let version: Int64
        /// What it is for now.
        public let state: State
        /// True where it is made to be compared only.
        public let isCheck: Bool
        /// The program that made it.
        public let program: String
        /// When it was begun.
        public let begun: Timestamp
        /// When its cursor last moved.
        public let moved: Timestamp
        /// When the program that works on it last gave a sign of life; nil where none did.
        public let beat: Timestamp?
        /// The next position that it will apply.
        public let cursor: Position
        /// The next position of the log.
        public let head: Position
        /// The number of programs that share it; 0 where it is kept up as a whole.
        public let workers: Int64
        /// How long the oldest event that it has not applied has waited; 0 where there is none.
        public let oldestWaitMilliseconds: Int64

        /// True where programs with this projection read the build.
        public func isRead(with projection: Projection) -> Bool {
            state == .active && self.projection == projection.name && version == Int64(projection.version)
        }

        fileprivate init(_ row: PostgresRow) throws {
            projection = try row.text("projection")
            build = try row.integer("build")
            version = try row.integer("version")
            state = State(rawValue: try row.text("state")) ?? .retired
            isCheck = try row.text("purpose") == BuildStore.Purpose.check.rawValue
            program = try row.text("program")
            begun = Timestamp(milliseconds: try row.milliseconds("begun"))
            moved = Timestamp(milliseconds: try row.milliseconds("moved"))
            beat = try row.isNull("beat") ? nil : Timestamp(milliseconds: row.milliseconds("beat"))
            cursor = Position(try row.integer("position"))
            head = Position(try row.integer("head"))
            workers = try row.integer("workers")
            oldestWaitMilliseconds = max(0, try row.integer("waited"))
        }
    }

    /// What a build could not apply.
    public struct Fault: Sendable {
        /// The projection.
        public let projection: String
        /// The number of the build.
        public let build: Int64
        /// The agent whose entries wait; nil where the build as a whole stands still.
        public let key: String?
        /// The first position that is not applied.
        public let position: Position
        /// Why.
        public let reason: String
        /// Since when.
        public let since: Timestamp
        /// When it was last tried.
        public let tried: Timestamp

        fileprivate init(_ row: PostgresRow) throws {
            projection = try row.text("projection")
            build = try row.integer("build")
            let key = try row.text("key")
            self.key = key.isEmpty ? nil : key
            position = Position(try row.integer("position"))
            reason = try row.text("reason")
            since = Timestamp(milliseconds: try row.milliseconds("since"))
            tried = Timestamp(milliseconds: try row.milliseconds("tried"))
        }
    }

    private static let mostFaults: Int64 = 1_000

    private let pool: PostgresPool

    /// Creates a reader over sessions that may read models and the log.
    public init(pool: PostgresPool) { self.pool = pool }

    /// All builds, by projection and number.
    public func builds() async throws -> [Row] {
        try await pool.runRepeatable { try $0.execute(Statements.listBuilds).map(Row.init) }
    }

    /// How far a slice of a build is that several programs share.
    public struct Slice: Sendable {
        /// The projection.
        public let projection: String
        /// The number of the build.
        public let build: Int64
        /// The slice, 0 to 63.
        public let slice: Int64
        /// The next position that it will apply.
        public let next: Position
        /// The next position of the log.
        public let head: Position
        /// How long the entry has waited that it will apply next; 0 where there is none.
        public let oldestWaitMilliseconds: Int64
    }

    /// How far each slice of each shared build is.
    public func slices() async throws -> [Slice] {
        try await pool.runRepeatable { connection in
            try connection.execute(Statements.listSlices).map { row in
                Slice(
                    projection: try row.text("projection"), build: try row.integer("build"),
                    slice: try row.integer("slice"), next: Position(try row.integer("next")),
                    head: Position(try row.integer("head")),
                    oldestWaitMilliseconds: max(0, try row.integer("waited")))
            }
        }
    }

    /// Notes that a program works on the active builds of projections, and forgets where builds stood still that have gone on; for
    /// sessions in the role of projectors.
    public func beat(for projections: [Projection], program: String) async throws {
        try await pool.run { connection in
            _ = try connection.execute(
                Statements.beat,
                [.texts(projections.map(\.name)), .int4s(projections.map(\.version)), .text(program)]
            ).count
            _ = try connection.execute(Statements.clearPassed).count
        }
    }

    /// What a build could not apply at a position.
    public struct Stand: Sendable {
        /// The agent that it parks; nil where it stands still as a whole.
        public let key: AgentKey?
        /// True for the build that is read, false for one that is being made.
        public let isRead: Bool
    }

    /// What the build that is read, or else one that is being made, could not apply at a position; nil where nothing stands
    /// there.
    public func fault(of projection: Projection, at position: Position) async throws -> Stand? {
        try await pool.runRepeatable { connection in
            try connection.execute(
                Statements.findFault,
                [.text(projection.name), .int4(projection.version), .int8(position.value)]
            ).first.map { Stand(key: AgentKey(try $0.text("key")), isRead: try $0.bool("is_read")) }
        }
    }

    /// For each build that is read and could not apply something: how many agents it parks, and where it stands still as a
    /// whole.
    public func faultCounts() async throws -> [Int64: (parked: Int64, stopped: Position?)] {
        try await pool.runRepeatable { connection in
            let counts = try connection.execute(Statements.countFaults).map { row in
                let stopped = try row.isNull("position") ? nil : Position(row.integer("position"))
                return (try row.integer("build"), (parked: try row.integer("parked"), stopped: stopped))
            }
            return Dictionary(uniqueKeysWithValues: counts)
        }
    }

    /// What builds could not apply, those that stand still as a whole first; 1,000 at most.
    public func faults() async throws -> [Fault] {
        try await pool.runRepeatable { try $0.execute(Statements.listFaults, [.int8(Self.mostFaults)]).map(Fault.init) }
    }
}
