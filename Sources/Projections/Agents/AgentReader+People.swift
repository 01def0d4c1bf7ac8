public import Events
public import Manifest
import Postgres

/// Queries for reviews, stars, owners and publishers.
extension AgentReader {
    /// A person in a list.
    public struct Person: Sendable {
        /// The id that entries name.
        public let id: String
        /// The name; empty where it was erased.
        public let name: String

        init(id: String, name: String) {
            self.id = id
            self.name = name
        }

        fileprivate init(_ row: PostgresRow) throws {
            id = try row.text("person")
            name = try row.text("name")
        }
    }

    /// A review.
    public struct Review: Sendable {
        /// The reviewer.
        public let author: Person
        /// The version that the reviewer tried.
        public let version: String
        /// The rating, from 1 to 5.
        public let rating: Int64
        /// The title; empty where there is none.
        public let title: String
        /// The text; empty where there is none.
        public let text: String
        /// When the reviewer first submitted it.
        public let created: Timestamp
        /// When the reviewer last changed it.
        public let updated: Timestamp
        /// The position of its entry.
        public let position: Position
        /// The number of votes that it is helpful.
        public let helpful: Int64
        /// The number of votes that it is not helpful.
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

    /// The order of a list of reviews, and the point at which it continues.
    public enum ReviewCursor: Sendable {
        /// The latest first, before a position.
        case recent(before: Int64)
        /// The best rating first: below a rating, or at it and before a position.
        case rating(below: Int64, before: Int64)
        /// The most helpful first: below a count, or at it and before a position.
        case helpful(below: Int64, before: Int64)
    }

    /// At most `limit` reviews of an agent, or of one of its versions, in the order and from the point of a cursor.
    public func reviews(
        of key: AgentKey, version: SemVer? = nil, from cursor: ReviewCursor, limit: Int
    ) async throws -> Reflecting<[Review]> {
        let agent = PostgresValue.text(key.description)
        let (statement, start): (PostgresStatement, [PostgresValue]) =
            switch cursor {
            case .recent(let before): (Statements.reviewsRecent, [.int8(before)])
            case .rating(let below, let before): (Statements.reviewsRating, [.int8(below), .int8(before)])
            case .helpful(let below, let before): (Statements.reviewsHelpful, [.int8(below), .int8(before)])
            }
        return try await about(key).searching(
            [.agents, .publishers], statement,
            [agent] + start + [.text(version?.description ?? ""), .int8(Int64(limit))]
        ) {
            try $0.map(Review.init)
        }
    }

    /// The number of reviews with each rating, from 1 to 5; nil where the agent does not exist.
    public func ratings(of key: AgentKey) async throws -> Reflecting<[Int64]?> {
        try await about(key).reading([.agents], Statements.findCounters, [.text(key.description)]) { rows in
            try rows.first.map { row in
                try ["ones", "twos", "threes", "fours", "fives"].map { try row.integer($0) }
            }
        }
    }

    /// A person's star for an agent.
    public struct Star: Sendable {
        /// The person.
        public let person: Person
        /// When they gave it.
        public let given: Timestamp
        /// The position of its entry.
        public let position: Position

        fileprivate init(_ row: PostgresRow) throws {
            person = try Person(row)
            given = Timestamp(milliseconds: try row.milliseconds("given"))
            position = Position(try row.integer("position"))
        }
    }

    /// The stars of an agent, the latest first, before a position.
    public func stars(of key: AgentKey, before: Int64, limit: Int) async throws -> Reflecting<[Star]> {
        try await searching(
            [.agents, .publishers], Statements.listStars,
            [.text(key.description), .int8(before), .int8(Int64(limit))]
        ) { try $0.map(Star.init) }
    }

    /// The owners and maintainers of an agent, in the order in which they got their roles; empty where the agent does
    /// not exist.
    public func owners(of key: AgentKey) async throws -> Reflecting<[(person: Person, role: String)]> {
        try await about(key).reading([.agents, .publishers], Statements.listOwners, [.text(key.description)]) { rows in
            try rows.map { (try Person($0), try $0.text("role")) }
        }
    }

    /// A publisher.
    public struct Publisher: Sendable {
        /// The id that entries name.
        public let id: String
        /// Person, organisation or service.
        public let kind: String
        /// When they registered.
        public let created: Timestamp
        /// The name.
        public let name: String
        /// The display name; empty where there is none.
        public let displayName: String
        /// A text about the publisher; empty where there is none.
        public let bio: String
        /// The URL of their web page; empty where there is none.
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

    /// The publisher with a name in any spelling; nil where nobody has it.
    public func publisher(named name: Username) async throws -> Reflecting<Publisher?> {
        try await reading([.publishers], Statements.findPublisher, [.text(name.folded)]) {
            try $0.first.map(Publisher.init)
        }
    }

    /// The listed agents that a person owns or maintains, in the order of their keys, after a key.
    public func agents(ofPublisher id: String, after key: String, limit: Int) async throws -> Reflecting<[Summary]> {
        try await searching(
            [.agents, .publishers], Statements.listPublisherAgents,
            [.text(id), .text(key), .int8(Int64(limit))]
        ) { try $0.map(Summary.init) }
    }
}
