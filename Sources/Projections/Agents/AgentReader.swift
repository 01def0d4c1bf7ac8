public import Events
import Following
public import Manifest
import Postgres

/// Reads the models of agents and of publishers.
///
/// Each answer comes from certain models and tells the position up to which they were applied. Reading does not wait
/// for the models; `reflects` does.
public struct AgentReader: Sendable {
    /// The models that pages and lists are read from.
    public static let shownModels: [Projection] = [.agents, .publishers]

    /// So many rows are read beside those of others.
    private static let shortRows = 32

    private let access: ModelAccess

    /// Creates a reader.
    public init(_ access: ModelAccess) {
        self.access = access
    }

    /// The order of a list, and the point at which it continues.
    public enum ListCursor: Sendable {
        /// By the last published version, the newest first: before a position.
        case recent(before: Int64)
        /// By key: after a key.
        case name(after: String)
        /// By stars: after a number of stars and a key.
        case stars(below: Int64, after: String)
        /// By readers: after a number of readers and a key.
        case downloads(below: Int64, after: String)
        /// By rating, few ratings drawn towards the middle: after a rating in hundredths and a key.
        case rating(below: Int64, after: String)
    }

    /// At most so many listed agents, in the order and from the point of a cursor.
    public func list(from cursor: ListCursor, limit: Int) async throws -> Reflecting<[Summary]> {
        let statement =
            switch cursor {
            case .recent: Statements.listRecent
            case .name: Statements.listByName
            case .stars: Statements.listByStars
            case .downloads: Statements.listByDownloads
            case .rating: Statements.listByRating
            }
        return try await reading(Self.shownModels, statement, cursor.start + [.int8(Int64(limit))]) {
            try $0.map(Summary.init)
        }
    }

    /// The listed agents of some keys, in their order; one that is not listed any more is missing.
    public func agents(_ keys: [String]) async throws -> Reflecting<[Summary]> {
        try await reading(Self.shownModels, Statements.listAgentsNamed, [.texts(keys)]) { rows in
            var found: [String: Summary] = [:]
            for row in rows {
                let summary = try Summary(row)
                found[summary.key] = summary
            }
            return keys.compactMap { found[$0] }
        }
    }

    /// One agent; nil where there is none.
    public func agent(_ key: AgentKey) async throws -> Reflecting<Detail?> {
        try await about(key).reading(Self.shownModels, Statements.findAgent, [.text(key.description)]) {
            try $0.first.map(Detail.init)
        }
    }

    /// The versions of an agent from high to low, below a precedence; empty where there is no such agent.
    public func versions(
        of key: AgentKey, below precedence: [UInt8]?, limit: Int
    ) async throws -> Reflecting<[Version]> {
        let parameters: [PostgresValue] = [
            .text(key.description), precedence.map(PostgresValue.bytea) ?? .null, .int8(Int64(limit)),
        ]
        // A page of them is a few rows along an index.
        guard limit > Self.shortRows else {
            return try await about(key).reading([.agents], Statements.listVersions, parameters) {
                try $0.map(Version.init)
            }
        }
        return try await about(key).searching([.agents], Statements.listVersions, parameters) {
            try $0.map(Version.init)
        }
    }

    /// The newest versions of some agents, the newest first, at most `limit`, each with the key of its agent.
    ///
    /// Given the agents whose last versions are the newest, these are the newest versions of all agents.
    public func lastVersions(of keys: [String], limit: Int) async throws -> Reflecting<
        [(key: String, version: Version)]
    > {
        try await searching(
            [.agents, .publishers], Statements.listLastVersions, [.texts(keys), .int8(Int64(limit))]
        ) { rows in try rows.map { (try $0.text("key"), try Version($0)) } }
    }

    /// One version, of any build where none is named; nil where there is none.
    public func version(_ version: SemVer, of key: AgentKey) async throws -> Reflecting<Version?> {
        try await about(key).reading(
            [.agents], Statements.findVersion, [.text(key.description), .bytea(version.precedenceKey)]
        ) { rows in
            let found = try rows.first.map(Version.init)
            return found.flatMap { SemVer($0.published.version).map(version.names) == true ? $0 : nil }
        }
    }

    /// Waits until other builds than those of an id are read; returns their id.
    public func builds(otherThan id: String?) async throws -> String {
        _ = try await access.models.wait(withinMilliseconds: nil, isUrgent: false) { $0.vector.id != id ?? "" }
        return try await access.recent().vector.id
    }

    /// Waits until some models reflect a position; false where they do not in time.
    ///
    /// - Parameter key: the agent that the answer is about; nil where it is about others as well.
    public func reflects(
        _ position: Position, in projections: [Projection], about key: AgentKey? = nil, withinMilliseconds limit: Int64
    ) async throws -> Bool {
        let slice = key.map { StreamName.agent($0).slice }
        return try await access.models.wait(withinMilliseconds: limit, madeBy: Set(projections.map(\.name))) {
            $0.next(projections, slice: slice) > position
        }
    }

    /// The first position that some models did not reflect yet, a moment ago.
    ///
    /// - Parameter key: the agent that the answer is about; nil where it is about others as well.
    public func reflected(in projections: [Projection], about key: AgentKey?) async throws -> Position {
        let slice = key.map { StreamName.agent($0).slice }
        return try await access.models.value(atMostMillisecondsOld: 250).next(projections, slice: slice)
    }

    /// A reader for answers about one agent, which reflect what the agent's slice of the log reflects.
    func about(_ key: AgentKey) -> AgentReader { AgentReader(access.about(key)) }

    /// Reads a few rows by key.
    func reading<Value: Sendable>(
        _ projections: [Projection], _ statement: PostgresStatement, _ parameters: [PostgresValue],
        _ decode: @escaping @Sendable (PostgresRows) throws -> Value
    ) async throws -> Reflecting<Value> {
        try await access.short(projections, statement, parameters, decode)
    }

    /// Reads like `reading`, but in a session of its own, for queries that may take longer.
    func searching<Value: Sendable>(
        _ projections: [Projection], _ statement: PostgresStatement, _ parameters: [PostgresValue],
        _ decode: @escaping @Sendable (PostgresRows) throws -> Value
    ) async throws -> Reflecting<Value> {
        try await access.long(projections) { try decode(try $0.execute(statement, parameters)) }
    }

    /// Reads with several statements of one snapshot, in a session of its own.
    func steps<Value: Sendable>(
        _ projections: [Projection], _ read: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Reflecting<Value> {
        try await access.long(projections) { connection in
            try connection.transaction {
                try connection.executeScript("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                return try read(connection)
            }
        }
    }
}

extension AgentReader.ListCursor {
    /// Where the list goes on, as the parameters of its statement.
    var start: [PostgresValue] {
        switch self {
        case .recent(let before): [.int8(before)]
        case .name(let after): [.text(after)]
        case .stars(let below, let after), .downloads(let below, let after), .rating(let below, let after):
            [.int8(below), .text(after)]
        }
    }
}
