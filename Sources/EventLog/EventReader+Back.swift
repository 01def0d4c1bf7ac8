public import Events
import Postgres

// Reads for people, who want to see first what happened last.
extension EventReader {
    /// A filter for entries: an entry passes where it meets every condition that is given.
    public struct Choice: Sendable {
        /// The name of a type with its version.
        public var type: String?
        /// The name of a stream.
        public var stream: StreamName?
        /// The agent that they are about: entries of its stream, and its reviews, votes, stars and downloads.
        public var agent: AgentKey?

        /// Chooses all.
        public init(type: String? = nil, stream: StreamName? = nil, agent: AgentKey? = nil) {
            self.type = type
            self.stream = stream
            self.agent = agent
        }

        var isAll: Bool { type == nil && stream == nil && agent == nil }

        /// True for a whole stream with versions, which is read along an index.
        fileprivate var isOneStream: Bool {
            type == nil && agent == nil && stream.map { $0.kind != .downloads } == true
        }

        /// True where nothing but what is chosen is read.
        public var isFoundAtOnce: Bool { isAll || isOneStream }

        /// Type, slice, stream and agent as parameters of a search.
        fileprivate var parameters: [PostgresValue] {
            let slice = stream?.slice ?? agent.map { StreamName.agent($0).slice }
            return [
                type.map(PostgresValue.text) ?? .null, slice.map { .int4(Int32($0)) } ?? .null,
                stream.map { .text($0.description) } ?? .null, agent.map { .text($0.description) } ?? .null,
            ]
        }
    }

    /// Entries before a position, the last one first, and the position from which on all of them were looked at.
    public struct PageBack: Sendable {
        /// The entries, the last one first.
        public let entries: [RecordedEntry]
        /// The first position that was looked at; 0 where no more come.
        public let first: Position
        /// The number of entries that the log had then.
        public let head: Position
    }

    /// The most entries of a page of `readBack`.
    public static let maximumBack = 100

    /// Reads entries before a position, the last one first.
    ///
    /// With a filter other than one whole stream with versions, it looks at no more than `window` positions, so a page
    /// may be empty although earlier entries pass.
    ///
    /// - Parameters:
    ///   - position: the first one that is left out; the head of the log where it is nil or later than that.
    ///   - limit: the number of entries, at most `maximumBack`.
    public func readBack(
        _ choice: Choice, before position: Position?, limit: Int
    ) async throws(EventLogError) -> PageBack {
        try await Self.reading(pool) { connection in
            let limit = min(limit, Self.maximumBack)
            let head = try Self.head(connection)
            let end = min(position ?? head, head)
            if choice.isOneStream, let stream = choice.stream {
                let entries = try Self.entries(
                    try connection.execute(
                        Statements.readStreamBack,
                        [
                            .uuid(StreamID(name: stream.description).bytes), .int8(end.value), .int8(Int64(limit)),
                        ]))
                let isFull = entries.count == limit
                return PageBack(
                    entries: entries, first: isFull ? entries.last?.position ?? Position(0) : Position(0), head: head)
            }
            let start = Position(max(0, end.value - (choice.isAll ? Int64(limit) : Self.window)))
            let entries = try Self.entries(
                try connection.execute(
                    Statements.searchBack,
                    [.int8(start.value), .int8(end.value)] + choice.parameters + [.int8(Int64(limit))]))
            let isFull = entries.count == limit
            return PageBack(entries: entries, first: isFull ? entries.last?.position ?? start : start, head: head)
        }
    }
}
