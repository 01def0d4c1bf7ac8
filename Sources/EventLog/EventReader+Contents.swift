public import Events
import Postgres

/// Public contents, with which readers check commitments.
extension EventReader {
    /// A public content that is not erased, and the entry that commits to it.
    public struct PublicContent: Sendable {
        /// The position of the entry.
        public let position: Position
        /// The field of the entry that holds the commitment.
        public let field: String
        /// The nonce and the document.
        public let content: Content

        fileprivate init(_ row: PostgresRow) throws {
            position = Position(try row.integer(0))
            field = try row.text(1)
            content = Content(document: try row.bytes(3), nonce: try row.bytes(2))
        }
    }

    /// Public contents from a position on, at most so many, but all of each position.
    ///
    /// - Returns: the contents in the order of positions and fields, and the first position that they do not cover, which
    ///   is that of the next entry at the end of the log.
    public func contents(
        from position: Position, limit: Int
    ) async throws(EventLogError) -> (contents: [PublicContent], next: Position) {
        try await Self.reading(pool) { connection in
            // What is appended after the head was read is left to the next page.
            let head = try Self.head(connection)
            let found = try connection.execute(
                Statements.readPublicContents, [.int8(position.value), .int8(Int64(limit) + 1)]
            ).map(PublicContent.init)
            guard found.count > limit, let last = found.last?.position else {
                return (found.filter { $0.position < head }, max(head, position))
            }
            let whole = found.filter { $0.position < last }
            return whole.isEmpty ? (Array(found), last.next) : (whole, last)
        }
    }

    /// The public content of an entry under a field; nil where there is none, or it was erased.
    public func content(at position: Position, field: String) async throws(EventLogError) -> PublicContent? {
        try await Self.reading(pool) { connection in
            try connection.execute(Statements.findPublicContent, [.int8(position.value), .text(field)])
                .first.map(PublicContent.init)
        }
    }

    /// The entries that erased contents of an entry, by the erased field. It looks in the entry's stream, behind it.
    public func erasures(
        of entry: UUIDv7, at position: Position, in stream: StreamName
    ) async throws(EventLogError) -> [String: (position: Position, erased: ContentErased)] {
        try await Self.reading(pool) { connection in
            let entries = try Self.entries(
                try connection.execute(
                    Statements.findErasures,
                    [
                        .uuid(StreamID(name: stream.description).bytes), .int8(position.value),
                        .text(entry.description),
                    ]))
            var found: [String: (position: Position, erased: ContentErased)] = [:]
            for one in entries {
                guard let erased = try one.envelope().event as? ContentErased, erased.entry == entry else { continue }
                found[erased.field] = (one.position, erased)
            }
            return found
        }
    }
}
