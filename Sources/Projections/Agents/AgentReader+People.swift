public import Events
import Postgres

/// What people say, like and own.
extension AgentReader {
    /// A person in a list.
    public struct Person: Sendable {
        /// The id that entries name.
        public let id: String
        /// The name; empty where it was erased.
        public let name: String

        fileprivate init(_ row: PostgresRow) throws {
            id = try row.text("person")
            name = try row.text("name")
        }
    }

    /// A review.
    public struct Review: Sendable {
        /// Who says so.
        public let author: Person
        /// The version that was tried.
        public let version: String
        /// 1 to 5.
        public let rating: Int64
        /// One line; empty where there is none.
        public let title: String
        /// The rest; empty where there is none.
        public let text: String
        /// When it was first said.
        public let created: Timestamp
        /// When it was last said.
        public let updated: Timestamp
        /// Where the log says so.
        public let position: Position
        /// How many say that it helps.
        public let helpful: Int64
        /// How many say that it does not.
        public let unhelpful: Int64

        fileprivate init(_ row: PostgresRow) throws {
            author = try Person(row)
            version = try row.text("version")
            rating = try row.integer("rating")
            title = try row.text("title")
            text = try row.text("body")
            created = Timestamp(milliseconds: try row.milliseconds("created"))
            updated = Timestamp(milliseconds: try row.milliseconds("updated"))
            position = Position(try row.integer("position"))
            helpful = try row.integer("helpful")
            unhelpful = try row.integer("unhelpful")
        }
    }

    /// Where a list of reviews goes on.
    public enum ReviewCursor: Sendable {
        /// The last one first, before a position.
        case recent(before: Int64)
        /// The best first, below a rating or at it and before a position.
        case rating(below: Int64, before: Int64)
        /// The one that helped most first, below a count or at it and before a position.
        case helpful(below: Int64, before: Int64)
    }

    /// Reviews of an agent.
    public func reviews(
        of key: AgentKey, from cursor: ReviewCursor, limit: Int
    ) async throws -> Reflecting<[Review]> {
        let agent = PostgresValue.text(key.description)
        let (statement, start): (PostgresStatement, [PostgresValue]) =
            switch cursor {
            case .recent(let before): (Statements.reviewsRecent, [.int8(before)])
            case .rating(let below, let before): (Statements.reviewsRating, [.int8(below), .int8(before)])
            case .helpful(let below, let before): (Statements.reviewsHelpful, [.int8(below), .int8(before)])
            }
        return try await searching([Agents.self, Publishers.self], statement, [agent] + start + [.int8(Int64(limit))]) {
            try $0.map(Review.init)
        }
    }

    /// How often each rating of an agent was given, from 1 to 5; nil where there is no such agent.
    public func ratings(of key: AgentKey) async throws -> Reflecting<[Int64]?> {
        try await reading([Agents.self], Statements.findCounters, [.text(key.description)]) { rows in
            try rows.first.map { row in
                try ["ones", "twos", "threes", "fours", "fives"].map { try row.integer($0) }
            }
        }
    }

    /// Somebody who likes an agent.
    public struct Star: Sendable {
        /// Who.
        public let person: Person
        /// Since when.
        public let given: Timestamp
        /// Where the log says so.
        public let position: Position

        fileprivate init(_ row: PostgresRow) throws {
            person = try Person(row)
            given = Timestamp(milliseconds: try row.milliseconds("given"))
            position = Position(try row.integer("position"))
        }
    }

    /// Who likes an agent, the last one first, before a position.
    public func stars(of key: AgentKey, before: Int64, limit: Int) async throws -> Reflecting<[Star]> {
        try await searching(
            [Agents.self, Publishers.self], Statements.listStars,
            [.text(key.description), .int8(before), .int8(Int64(limit))]
        ) { try $0.map(Star.init) }
    }

    /// Who owns and maintains an agent, the one for longest first; empty where there is no such agent.
    public func owners(of key: AgentKey) async throws -> Reflecting<[(person: Person, role: String)]> {
        try await reading([Agents.self, Publishers.self], Statements.listOwners, [.text(key.description)]) { rows in
            try rows.map { (try Person($0), try $0.text("role")) }
        }
    }

    /// Who publishes.
    public struct Publisher: Sendable {
        /// The id that entries name.
        public let id: String
        /// Person, organisation or service.
        public let kind: String
        /// Since when.
        public let created: Timestamp
        /// The name.
        public let name: String
        /// A name to be shown beside it; empty where there is none.
        public let displayName: String
        /// A few words; empty where there are none.
        public let bio: String
        /// A page of theirs; empty where there is none.
        public let websiteURL: String

        fileprivate init(_ row: PostgresRow) throws {
            id = try row.text("person")
            kind = try row.text("kind")
            created = Timestamp(milliseconds: try row.milliseconds("created"))
            name = try row.text("name")
            displayName = try row.text("display_name")
            bio = try row.text("bio")
            websiteURL = try row.text("website_url")
        }
    }

    /// Somebody by name in any spelling; nil where nobody has it.
    public func publisher(named name: Username) async throws -> Reflecting<Publisher?> {
        try await reading([Publishers.self], Statements.findPublisher, [.text(name.folded)]) {
            try $0.first.map(Publisher.init)
        }
    }

    /// Listed agents that somebody owns or maintains, from behind a key.
    public func agents(ofPublisher id: String, after key: String, limit: Int) async throws -> Reflecting<[Summary]> {
        try await searching(
            [Agents.self, Publishers.self], Statements.listPublisherAgents,
            [.text(id), .text(key), .int8(Int64(limit))]
        ) { try $0.map(Summary.init) }
    }
}
