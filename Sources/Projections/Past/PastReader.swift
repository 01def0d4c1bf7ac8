import EventLog
public import Events
public import Manifest
import Postgres

/// Reads what was so at a moment of the past.
///
/// The past of an agent is not stored twice: its whole stream is read again by the rules of the model of agents, since
/// holds and removals after the moment count as well. Only counts, which many streams change, come from the model.
/// Every read that replays a stream with more than 50,000 entries, or 64 MiB of entries and contents, throws `PastFault`.
public struct PastReader: Sendable {
    /// The most entries of an agent's stream that are read for one answer.
    static let maximumEntries = 50_000
    /// The most bytes of entries and contents that are read for one answer.
    static let maximumBytes = 64 << 20
    private static let pageEntries = 250
    private static let pageBytes = 1 << 20

    let access: ModelAccess
    let pages: ModelAccess

    /// Creates a reader.
    ///
    /// - Parameters:
    ///   - access: each answer takes a session of it for as long as the past takes to be read.
    ///   - pages: for what is one page of entries.
    public init(_ access: ModelAccess, pages: ModelAccess) {
        self.access = access
        self.pages = pages
    }

    /// One agent; nil where it was not there, or had no version.
    public func agent(
        _ key: AgentKey, at moment: Moment
    ) async throws -> Reflecting<AgentReader.Detail?> {
        try await replaying(key, at: moment) { try Self.detail($0, of: key, at: moment, $1) }
    }

    /// An agent with its shown version and those below it, from high to low, as many as a limit in all; nil where the agent was
    /// not there, or had no version. Where all versions were yanked or held, there are none.
    public func agent(
        _ key: AgentKey, versionsOfShown limit: Int, at moment: Moment
    ) async throws -> Reflecting<(agent: AgentReader.Detail, versions: [AgentReader.Version])?> {
        try await replaying(key, at: moment) { past, connection in
            guard let detail = try Self.detail(past, of: key, at: moment, connection) else { return nil }
            guard !detail.summary.isWithheld, let shown = SemVer(detail.latest.published.version) else {
                return (detail, [])
            }
            return (
                detail,
                [detail.latest]
                    + (try Self.versions(past, below: shown.precedenceKey, limit: limit - 1, connection))
            )
        }
    }

    /// An agent and its versions from high to low, below a precedence; nil where the agent was not there, or had no version.
    public func agent(
        _ key: AgentKey, versionsBelow precedence: [UInt8]?, limit: Int, at moment: Moment
    ) async throws -> Reflecting<(agent: AgentReader.Detail, versions: [AgentReader.Version])?> {
        try await replaying(key, at: moment) { past, connection in
            guard let detail = try Self.detail(past, of: key, at: moment, connection) else { return nil }
            return (detail, try Self.versions(past, below: precedence, limit: limit, connection))
        }
    }

    /// An agent and one of its versions, of any build where none is named; nil where the agent was not there.
    public func agent(
        _ key: AgentKey, with version: SemVer, at moment: Moment
    ) async throws -> Reflecting<(agent: AgentReader.Detail, version: AgentReader.Version?)?> {
        try await replaying(key, at: moment) { past, connection in
            guard let detail = try Self.detail(past, of: key, at: moment, connection) else { return nil }
            return (detail, try Self.version(version, past, connection))
        }
    }

    /// The versions of an agent from high to low, below a precedence; nil where the agent was not there.
    public func versions(
        of key: AgentKey, below precedence: [UInt8]?, limit: Int, at moment: Moment
    ) async throws -> Reflecting<[AgentReader.Version]?> {
        try await replaying(key, at: moment) { past, connection in
            past.agent == nil ? nil : try Self.versions(past, below: precedence, limit: limit, connection)
        }
    }

    /// One version, of any build where none is named; nil where it was not there.
    public func version(
        _ version: SemVer, of key: AgentKey, at moment: Moment
    ) async throws -> Reflecting<AgentReader.Version?> {
        try await replaying(key, at: moment) { try Self.version(version, $0, $1) }
    }

    /// Reads what became of an agent up to a moment, once for all that is asked of it.
    private func replaying<Value: Sendable>(
        _ key: AgentKey, at moment: Moment,
        _ answer: @escaping @Sendable (AgentPast, PostgresConnection) throws -> Value
    ) async throws -> Reflecting<Value> {
        try await access.long(AgentReader.shownModels) { connection in
            try answer(try Self.past(of: key, at: moment.position, connection), connection)
        }
    }

    private static func detail(
        _ past: AgentPast, of key: AgentKey, at moment: Moment, _ connection: PostgresConnection
    ) throws -> AgentReader.Detail? {
        let versions = past.versions
        guard let agent = past.agent,
            // From high to low, so that the first of the best rank is the highest.
            let best = versions.map(\.row.rank).max(), let shown = versions.first(where: { $0.row.rank == best })
        else { return nil }
        let owner = past.shownOwner
        let names = try names([owner?.hex, shown.row.publisher], connection)
        let figures = try figures(of: key, at: moment, connection)
        return AgentReader.Detail(
            summary: try AgentReader.Summary(
                key: key, agent, shown: shown.row, username: owner.flatMap { names[$0.hex] } ?? "", figures),
            latest: try AgentReader.Version(shown.row, names), agent.record, ownersChanged: past.ownersChanged)
    }

    private static func versions(
        _ past: AgentPast, below precedence: [UInt8]?, limit: Int, _ connection: PostgresConnection
    ) throws -> [AgentReader.Version] {
        let rows = past.versions.filter { version in
            precedence.map { version.precedence.lexicographicallyPrecedes($0) } ?? true
        }.prefix(limit).map(\.row)
        let names = try names(rows.map(\.publisher), connection)
        return try rows.map { try AgentReader.Version($0, names) }
    }

    private static func version(
        _ version: SemVer, _ past: AgentPast, _ connection: PostgresConnection
    ) throws -> AgentReader.Version? {
        guard let found = past.versions.first(where: { $0.precedence == version.precedenceKey })?.row,
            version.names(found.version)
        else { return nil }
        return try AgentReader.Version(found, try names([found.publisher], connection))
    }

    /// Owners and maintainers, in the order in which their roles last changed; nil where the agent was not there.
    public func owners(
        of key: AgentKey, at moment: Moment
    ) async throws -> Reflecting<[(person: AgentReader.Person, role: String)]?> {
        try await access.long(AgentReader.shownModels) { connection in
            let past = try Self.past(of: key, at: moment.position, connection)
            guard past.agent != nil else { return nil }
            let names = try Self.names(past.owners.map(\.person.hex), connection)
            return past.owners.map { owner in
                (AgentReader.Person(id: owner.person.hex, name: names[owner.person.hex] ?? ""), owner.role.rawValue)
            }
        }
    }

    /// All downloads of an agent on the days before a moment, and those counted once for each reader and day.
    public func downloads(
        of key: AgentKey, at moment: Moment
    ) async throws -> Reflecting<(downloads: Int64, readers: Int64)?> {
        try await pages.long([.agents]) { connection in
            let first = try LogOnConnection.entries(
                connection, of: .agent(key), from: Position(0), limit: 1, maximumBytes: Self.pageBytes
            ).first
            guard let first, first.position <= moment.position else { return nil }
            let figures = try Self.figures(of: key, at: moment, connection)
            return (figures.downloads, figures.readers)
        }
    }

    // MARK: Reading

    /// Goes through the entries of an agent's stream, with those of their contents that are needed and there.
    ///
    /// - Throws: `PastFault` where they are too many.
    static func forEachEntry(
        of key: AgentKey, _ connection: PostgresConnection,
        needsContents: (Position, any EventPayload) -> Bool = { _, _ in false },
        _ body: (ProjectedEvent) throws -> Void
    ) throws {
        var (from, count, bytes) = (Position(0), 0, 0)
        while true {
            let entries = try LogOnConnection.entries(
                connection, of: .agent(key), from: from, limit: pageEntries, maximumBytes: pageBytes)
            guard let last = entries.last else { return }
            let envelopes = try entries.map { try $0.envelope() }
            let needed = zip(entries, envelopes).filter { needsContents($0.position, $1.event) }.map(\.0.position)
            let contents = needed.isEmpty ? [:] : try LogOnConnection.publicContents(connection, at: needed)
            for (entry, envelope) in zip(entries, envelopes) {
                let written = contents[entry.position] ?? [:]
                count += 1
                bytes += entry.bytes.count + written.values.reduce(0) { $0 + $1.document.count }
                guard count <= maximumEntries, bytes <= maximumBytes else { throw PastFault(key: key) }
                try body(
                    ProjectedEvent(position: entry.position, envelope: envelope, contents: written))
            }
            from = last.position.next
        }
    }

    private static func past(
        of key: AgentKey, at position: Position, _ connection: PostgresConnection
    ) throws -> AgentPast {
        var past = AgentPast(key, at: position)
        try forEachEntry(
            of: key, connection, needsContents: { AgentPast.needsContents($0, $1, at: position) }
        ) { try past.add($0) }
        return past
    }

    /// The present names of people, by id; one without a name is missing.
    static func names(_ people: [String?], _ connection: PostgresConnection) throws -> [String: String] {
        let people = Set(people.compactMap { $0 }).sorted()
        guard !people.isEmpty else { return [:] }
        var names: [String: String] = [:]
        for row in try connection.execute(Statements.namesOfPeople, [.texts(people)]) {
            names[try row.text("person")] = try row.text("name")
        }
        return names
    }

    /// What was counted of an agent.
    struct Figures {
        let stars: Int64
        let rating: AgentReader.Rating
        let downloads: Int64
        let readers: Int64
    }

    private static func figures(
        of key: AgentKey, at moment: Moment, _ connection: PostgresConnection
    ) throws -> Figures {
        let row = try connection.execute(
            Statements.pastFigures,
            [.text(key.description), .int8(moment.position.value), .int4(Int32(clamping: moment.day.number))]
        ).first
        guard let row else { throw EventLogError.corrupt("there are no figures of '\(key)'") }
        let ratings = try ["ones", "twos", "threes", "fours", "fives"].map { try row.integer($0) }
        return Figures(
            stars: try row.integer("stars"),
            rating: AgentReader.Rating(
                count: ratings.reduce(0, +), sum: zip(ratings, 1...).reduce(0) { $0 + $1.0 * $1.1 }),
            downloads: try row.integer("downloads"), readers: try row.integer("readers"))
    }
}

extension AgentReader.Summary {
    init(
        key: AgentKey, _ agent: RecordFold.AgentRow, shown: RecordFold.VersionRow, username: String,
        _ figures: PastReader.Figures
    ) throws {
        let published = try VersionPublished(data: shown.data)
        let listing = try shown.listing.map { try ListingContent(document: $0) } ?? ListingContent()
        self.init(
            key: key.description, agentID: agent.id, username: username, latestVersion: published.version,
            isWithheld: shown.rank == .withheld,
            hasWASM: published.artifacts.contains { $0.role == .wasmModule }, title: storable(listing.title) ?? "",
            summary: storable(listing.summary) ?? "", category: storable(listing.category) ?? "",
            created: Timestamp(milliseconds: agent.created), updated: Timestamp(milliseconds: agent.updated),
            position: Position(agent.position), isDeprecated: !agent.record.deprecations.isEmpty,
            isQuarantined: agent.record.hold != nil, stars: figures.stars, rating: figures.rating,
            readers: figures.readers, rated: (1_750 + 100 * figures.rating.sum) / (5 + figures.rating.count))
    }
}

extension AgentReader.Version {
    init(_ row: RecordFold.VersionRow, _ names: [String: String]) throws {
        self.init(
            published: try VersionPublished(data: row.data),
            listing: try row.listing.map { try ListingContent(document: $0) },
            author: try row.author.map { try AuthorContent(document: $0).name },
            time: Timestamp(milliseconds: row.published), position: Position(row.position),
            publisher: row.publisher.flatMap { names[$0] } ?? "", record: row.record)
    }
}
