public import Events
import Postgres

extension AgentReader {
    /// The ratings of an agent in sum.
    public struct Rating: Sendable {
        /// The number of ratings.
        public let count: Int64
        /// The sum of all ratings.
        public let sum: Int64

        /// Creates a rating from number and sum.
        public init(count: Int64, sum: Int64) {
            self.count = count
            self.sum = sum
        }

        /// The average in hundredths, rounded; 0 where there are no ratings.
        public var hundredths: Int64 { count == 0 ? 0 : (sum * 200 + count) / (2 * count) }
    }

    /// One agent in a list.
    public struct Summary: Sendable {
        /// The key.
        public let key: String
        /// The registered spelling.
        public let agentID: String
        /// The name of the person who registered it, or, after they gave up their role, of the owner who has been one
        /// for the longest; empty where it is not known.
        public let username: String
        /// The version that is shown.
        public let latestVersion: String
        /// True where that version is yanked or held, as then all are.
        public let isWithheld: Bool
        /// True where that version has a WebAssembly module.
        public let hasWASM: Bool
        /// The display name; empty where there is none.
        public let title: String
        /// The summary: one line.
        public let summary: String
        /// The category; empty where there is none.
        public let category: String
        /// When it was registered.
        public let created: Timestamp
        /// When a version was last published.
        public let updated: Timestamp
        /// The position of that change.
        public let position: Position
        /// True where it is deprecated.
        public let isDeprecated: Bool
        /// True where moderators hold all its versions.
        public let isQuarantined: Bool
        /// The number of stars.
        public let stars: Int64
        /// Its ratings.
        public let rating: Rating
        /// The number of downloads, counted once for each reader and day.
        public let readers: Int64
        /// The average rating in hundredths as if five more people had given 3.5, so that few ratings count little.
        public let rated: Int64

        init(
            key: String, agentID: String, username: String, latestVersion: String, isWithheld: Bool, hasWASM: Bool,
            title: String, summary: String, category: String, created: Timestamp, updated: Timestamp,
            position: Position, isDeprecated: Bool, isQuarantined: Bool, stars: Int64, rating: Rating, readers: Int64,
            rated: Int64
        ) {
            self.key = key
            self.agentID = agentID
            self.username = username
            self.latestVersion = latestVersion
            self.isWithheld = isWithheld
            self.hasWASM = hasWASM
            self.title = title
            self.summary = summary
            self.category = category
            self.created = created
            self.updated = updated
            self.position = position
            self.isDeprecated = isDeprecated
            self.isQuarantined = isQuarantined
            self.stars = stars
            self.rating = rating
            self.readers = readers
            self.rated = rated
        }

        init(_ row: PostgresRow) throws {
            key = try row.text("key")
            agentID = try row.text("agent_id")
            username = try row.text("username")
            latestVersion = try row.text("latest_version")
            isWithheld = try row.bool("is_withheld")
            hasWASM = try row.bool("has_wasm")
            title = try row.text("title")
            summary = try row.text("summary")
            category = try row.text("category")
            created = Timestamp(milliseconds: try row.milliseconds("created"))
            updated = Timestamp(milliseconds: try row.milliseconds("updated"))
            position = Position(try row.integer("updated_position"))
            isDeprecated = try row.bool("is_deprecated")
            isQuarantined = try row.bool("is_quarantined")
            stars = try row.integer("stars")
            rating = Rating(count: try row.integer("ratings"), sum: try row.integer("rating_sum"))
            readers = try row.integer("readers")
            rated = try row.integer("rated")
        }
    }

    /// One version.
    public struct Version: Sendable {
        /// The event of its publication.
        public let published: VersionPublished
        /// The listing that the event commits to; nil where it was erased.
        public let listing: ListingContent?
        /// The author from its manifest; nil where it names none, or that was erased.
        public let author: String?
        /// When it was published.
        public let time: Timestamp
        /// The position of its publication.
        public let position: Position
        /// The name of the publisher; empty where it is not known.
        public let publisher: String
        /// The yank that is shown; nil where it is not yanked.
        public let yank: Remark?
        /// The hold of moderators on it; nil where there is none.
        public let hold: Remark?
        /// Digests of its files that were removed.
        public let removed: [String]

        init(
            published: VersionPublished, listing: ListingContent?, author: String?, time: Timestamp,
            position: Position, publisher: String, record: VersionRecord
        ) {
            self.published = published
            self.listing = listing
            self.author = author
            self.time = time
            self.position = position
            self.publisher = publisher
            yank = record.yanks.shown
            hold = record.hold
            removed = record.removed
        }

        init(_ row: PostgresRow) throws {
            self.init(
                published: try VersionPublished(data: try row.bytes("data")),
                listing: try row.optionalBytes("listing").map { try ListingContent(document: $0) },
                author: try row.optionalBytes("author").map { try AuthorContent(document: $0).name },
                time: Timestamp(milliseconds: try row.milliseconds("published")),
                position: Position(try row.integer("position")), publisher: try row.text("publisher"),
                record: try VersionRecord(try row.bytes("record")))
        }
    }

    /// One agent with its shown version.
    public struct Detail: Sendable {
        /// The summary that lists show.
        public let summary: Summary
        /// The version that is shown.
        public let latest: Version
        /// The deprecation that is shown; nil where there is none.
        public let deprecation: Remark?
        /// The hold of moderators on all its versions; nil where there is none.
        public let hold: Remark?
        /// When a person last got or lost a role on it; nil where that has not happened since it was registered.
        public let ownersChanged: Timestamp?

        init(summary: Summary, latest: Version, _ record: AgentRecord, ownersChanged: Timestamp?) {
            self.summary = summary
            self.latest = latest
            deprecation = record.deprecations.shown
            hold = record.hold
            self.ownersChanged = ownersChanged
        }

        init(_ row: PostgresRow) throws {
            self.init(
                summary: try Summary(row), latest: try Version(row), try AgentRecord(try row.bytes("agent_record")),
                ownersChanged: try row.isNull("owners_changed")
                    ? nil : Timestamp(milliseconds: row.milliseconds("owners_changed")))
        }
    }
}
