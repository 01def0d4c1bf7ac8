public import Events
import Postgres

// Reads for people, who want to see first what happened last.
extension EventReader {
    /// Which entries somebody wants to see.
    public enum Choice: Sendable, Equatable {
        case all
        /// Those of one type, by its name with its version.
        case type(String)
        /// Those of one stream.
        case stream(StreamName)
        /// Those about one agent: of its stream, and its reviews, votes, stars and downloads.
        case agent(AgentKey)
    }

    /// Entries before a position, the last one first, and the position from which on all of them were looked at.
    public struct PageBack: Sendable {
        /// The entries, the last one first.
        public let entries: [RecordedEntry]
        /// The first position that was looked at; 0 where no more come.
        public let first: Position
    }

    /// The most entries of such a page.
    public static let maximumBack = 100

    /// Reads entries before a position, the last one first.
    ///
    /// Of a type, an agent or a stream of downloads it looks at `window` positions at most, so a page may be empty although
    /// earlier ones are not.
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
            if case .stream(let stream) = choice, stream.kind != .downloads {
                let entries = try Self.entries(
                    try connection.execute(
                        Statements.readStreamBack,
                        [
                            .uuid(StreamID(name: stream.description).bytes), .int8(end.value), .int8(Int64(limit)),
                        ]))
                return PageBack(
                    entries: entries,
                    first: entries.count == limit ? entries.last?.position ?? Position(0) : Position(0))
            }
            let start = Position(max(0, end.value - (choice == .all ? Int64(limit) : Self.window)))
            let entries = try Self.entries(
                try connection.execute(
                    Statements.searchBack,
                    [.int8(start.value), .int8(end.value)] + choice.parameters + [.int8(Int64(limit))]))
            return PageBack(entries: entries, first: entries.count == limit ? entries.last?.position ?? start : start)
        }
    }
}

extension EventReader.Choice {
    /// Type, slice, stream and agent as parameters of a search.
    fileprivate var parameters: [PostgresValue] {
        switch self {
        case .all: [.null, .null, .null, .null]
        case .type(let type): [.text(type), .null, .null, .null]
        case .stream(let stream): [.null, .int4(Int32(stream.slice)), .text(stream.description), .null]
        case .agent(let key): [.null, .int4(Int32(StreamName.agent(key).slice)), .null, .text(key.description)]
        }
    }
}
