public import Events
import JSON
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
        /// How many like it.
        public let stars: Int64
        /// What people think of it.
        public let rating: Rating
        /// How many have downloaded it, once a day.
        public let readers: Int64

        init(_ row: PostgresRow) throws {
            key = try row.text(0)
            agentID = try row.text(1)
            username = try row.text(2)
            latestVersion = try row.text(3)
            hasWASM = try row.bool(4)
            title = try row.text(5)
            summary = try row.text(6)
            category = try row.text(7)
            created = Timestamp(milliseconds: try row.milliseconds(8))
            updated = Timestamp(milliseconds: try row.milliseconds(9))
            position = Position(try row.integer(10))
            isDeprecated = try row.bool(11)
            stars = try row.integer(12)
            rating = Rating(count: try row.integer(13), sum: try row.integer(14))
            readers = try row.integer(15)
        }
    }

    /// Why a version is yanked.
    public struct Yank: Sendable {
        /// From the closed list.
        public let reason: String
        /// A few words; nil where there are none or they were erased.
        public let note: String?
    }

    /// One version.
    public struct Version: Sendable {
        /// What the entry says.
        public let published: VersionPublished
        /// What it commits to; nil where it was erased.
        public let listing: ListingContent?
        /// When.
        public let time: Timestamp
        /// Where the log says so.
        public let position: Position
        /// The order among versions.
        public let precedence: [UInt8]
        /// Why it is yanked; nil where it is not.
        public let yank: Yank?
        /// Where the log last said anything of it.
        public let changed: Position

        init(_ row: PostgresRow) throws {
            var reader = try JSONReader(try row.bytes(0))
            published = try VersionPublished(from: &reader)
            listing = row.isNull(1) ? nil : try ListingContent(document: try row.bytes(1))
            time = Timestamp(milliseconds: try row.milliseconds(2))
            position = Position(try row.integer(3))
            precedence = try row.bytes(4)
            yank = try row.bool(5) ? Yank(reason: try row.text(6), note: try note(row, 7)) : nil
            changed = Position(try row.integer(8))
        }
    }

    /// What is said of an agent that is given up.
    public struct Deprecation: Sendable {
        /// What to use in its place, as it was spelt.
        public let replacement: String?
        /// A few words; nil where there are none or they were erased.
        public let note: String?
    }

    /// One agent with its shown version.
    public struct Detail: Sendable {
        /// The version that is shown.
        public let latest: Version
        /// The registered spelling.
        public let agentID: String
        /// The name of the owner who has been one for the longest; empty where it is not known.
        public let username: String
        /// When it was registered.
        public let created: Timestamp
        /// When a version was last published.
        public let updated: Timestamp
        /// The positions of the last changes of each model that is shown here, which are not equally far.
        public let changed: String
        /// Nil where it is recommended.
        public let deprecation: Deprecation?
        /// How many like it.
        public let stars: Int64
        /// What people think of it.
        public let rating: Rating
        /// How many have downloaded it, once a day.
        public let readers: Int64

        init(_ row: PostgresRow) throws {
            latest = try Version(row)
            agentID = try row.text(9)
            username = try row.text(10)
            created = Timestamp(milliseconds: try row.milliseconds(11))
            updated = Timestamp(milliseconds: try row.milliseconds(12))
            changed = try row.text(13)
            deprecation =
                try row.bool(14)
                ? Deprecation(replacement: row.isNull(15) ? nil : try row.text(15), note: try note(row, 16)) : nil
            stars = try row.integer(17)
            rating = Rating(count: try row.integer(18), sum: try row.integer(19))
            readers = try row.integer(20)
        }
    }
}

private func note(_ row: PostgresRow, _ column: Int) throws -> String? {
    row.isNull(column) ? nil : try WrittenContent(.note, document: try row.bytes(column)).texts["text"]
}
