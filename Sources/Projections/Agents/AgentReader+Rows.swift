public import Events
import Postgres

extension AgentReader {
    /// How often people gave how many stars of five.
    public struct Rating: Sendable {
        /// How many did.
        public let count: Int64
        /// All their stars.
        public let sum: Int64

        /// Counts ratings.
        public init(count: Int64, sum: Int64) {
            self.count = count
            self.sum = sum
        }

        /// The average in hundredths, rounded; 0 where nobody did.
        public var hundredths: Int64 { count == 0 ? 0 : (sum * 200 + count) / (2 * count) }
    }

    /// One agent in a list.
    public struct Summary: Sendable {
        /// The key.
        public let key: String
        /// The registered spelling.
        public let agentID: String
        /// The name of the owner who has been one for the longest; empty where it is not known.
        public let username: String
        /// The version that is shown.
        public let latestVersion: String
        /// True where that version has a WebAssembly module.
        public let hasWASM: Bool
        /// The display name; empty where there is none.
        public let title: String
        /// One line.
        public let summary: String
        /// The category; empty where there is none.
        public let category: String
        /// When it was registered.
        public let created: Timestamp
        /// When a version was last published.
        public let updated: Timestamp
        /// The position of that.
        public let position: Position
        /// True where it is not recommended any more.
        public let isDeprecated: Bool
        /// True where moderators hold all its versions.
        public let isQuarantined: Bool
        /// How many like it.
        public let stars: Int64
        /// What people think of it.
        public let rating: Rating
        /// How many have downloaded it, once a day.
        public let readers: Int64

        init(_ row: PostgresRow) throws {
            key = try row.text("key")
            agentID = try row.text("agent_id")
            username = try row.text("username")
            latestVersion = try row.text("latest_version")
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
        }
    }

    /// One version.
    public struct Version: Sendable {
        /// What the entry says.
        public let published: VersionPublished
        /// What it commits to; nil where it was erased.
        public let listing: ListingContent?
        /// Who wrote it, as its manifest says; nil where it says nothing or that was erased.
        public let author: String?
        /// When.
        public let time: Timestamp
        /// Where the log says so.
        public let position: Position
        /// The name of who published it; empty where it is not known.
        public let publisher: String
        /// Why it is yanked; nil where it is not.
        public let yank: Remark?
        /// Why moderators hold it; nil where they do not.
        public let hold: Remark?
        /// Digests of its files that were removed.
        public let removed: [String]

        init(_ row: PostgresRow) throws {
            published = try VersionPublished(data: try row.bytes("data"))
            listing = try row.optionalBytes("listing").map { try ListingContent(document: $0) }
            author = try row.optionalBytes("author").map { try AuthorContent(document: $0).name }
            time = Timestamp(milliseconds: try row.milliseconds("published"))
            position = Position(try row.integer("position"))
            publisher = try row.text("publisher")
            let record = try VersionRecord(try row.bytes("record"))
            yank = record.yanks.shown
            hold = record.hold
            removed = record.removed
        }
    }

    /// One agent with its shown version.
    public struct Detail: Sendable {
        /// What lists show of it.
        public let summary: Summary
        /// The version that is shown.
        public let latest: Version
        /// Why it is not recommended any more; nil where it is recommended.
        public let deprecation: Remark?
        /// Why moderators hold all its versions; nil where they do not.
        public let hold: Remark?
        /// When somebody last got a role on it or lost one; nil where nobody did since it was registered.
        public let ownersChanged: Timestamp?

        init(_ row: PostgresRow) throws {
            summary = try Summary(row)
            latest = try Version(row)
            let record = try AgentRecord(try row.bytes("agent_record"))
            deprecation = record.deprecations.shown
            hold = record.hold
            ownersChanged =
                try row.isNull("owners_changed")
                ? nil : Timestamp(milliseconds: row.milliseconds("owners_changed"))
        }
    }
}
