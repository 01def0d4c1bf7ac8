import EventLog
public import Events
import Postgres

/// Whose reputation this program's formula changes against that of another version, of which there is a build.
public struct ReputationComparison: Sendable {
    /// Points for one thing by both formulas.
    public struct Item: Sendable {
        /// The rule, by its name.
        public let rule: String
        /// The agent.
        public let key: String
        /// The version or file; empty where they are for the whole agent.
        public let detail: String
        /// By the other version; 0 where it gives none.
        public let before: Int64
        /// By this program's; 0 where it gives none.
        public let after: Int64
    }

    /// Somebody whose score changes.
    public struct Change: Sendable {
        /// The person.
        public let person: AgentReader.Person
        /// The score by the other version.
        public let before: Int64
        /// The score by this program's.
        public let after: Int64
        /// What makes the difference.
        public internal(set) var items: [Item]
    }

    /// Both builds reflect all entries before it.
    public let position: Position
    /// The people whose score changes, in the order of their ids.
    public let changes: [Change]
    /// True where there are more differences than are here.
    public let isCut: Bool

    /// The most things with other points that are listed.
    static let maximumItems = 100_000
}

extension Comparison {
    /// Makes this program's reputations beside what is read, compares them with those of a version, and drops them.
    ///
    /// - Throws: `BuildFault` where there is no build of that version.
    public func reputations(against version: Int32) async throws -> ReputationComparison {
        var fillings: [Filling] = []
        do {
            let other = try await build(of: version)
            let filling = Filling(
                .reputation, try await store.begin(.reputation, for: .check, isFolding: false).build, for: .check,
                database)
            fillings = [filling]
            try await filling.begin()
            try await filler.fill(fillings)
            let reached = try await filling.apply(upTo: nil)
            let found = try await store.session.run { [own = filling.writer.build, report] connection in
                let cursor = try connection.execute(Statements.cursor, [.int4(other.number)]).first?.integer(0) ?? 0
                let position = Position(min(cursor, reached.value))
                report(BuildProgress(phase: .comparing, position: position, head: position, entriesASecond: 0))
                return try Self.compare(other, own, before: position, connection)
            }
            await end(fillings)
            return found
        } catch {
            await end(fillings)
            throw error
        }
    }

    private func build(of version: Int32) async throws -> Build {
        try await store.session.run { connection in
            let found = try connection.execute(
                Statements.activeBuild, [.text(Projection.reputation.name), .int4(version)]
            ).first
            guard let found else {
                throw BuildFault(
                    description:
                        "there is no build of version \(version) of '\(Projection.reputation.name)'; `marketplace project status` shows those that there are"
                )
            }
            return try Build(found, of: Projection.reputation.name)
        }
    }

    private static func compare(
        _ other: Build, _ own: Build, before position: Position, _ connection: PostgresConnection
    ) throws -> ReputationComparison {
        let text = String(decoding: PackageResources.compare_reputations_sql, as: UTF8.self)
            .replacing("/* other */", with: other.schema).replacing("/* own */", with: own.schema)
        let rows = try connection.execute(
            PostgresStatement("compare_reputations_\(own.number)", Array(text.utf8)),
            [.int8(position.value), .int8(Int64(ReputationComparison.maximumItems) + 1)]
        ).map { $0 }
        if let publishers = try Build.active(of: .publishers, connection) {
            try connection.use(searchPath: publishers.schema)
        }
        let names = try PastReader.names(try rows.map { try $0.text("person") }, connection)
        var changes: [ReputationComparison.Change] = []
        for row in rows.prefix(ReputationComparison.maximumItems) {
            let person = try row.text("person")
            if changes.last?.person.id != person {
                changes.append(
                    ReputationComparison.Change(
                        person: AgentReader.Person(id: person, name: names[person] ?? ""),
                        before: try row.integer("score_before"), after: try row.integer("score_after"), items: []))
            }
            changes[changes.count - 1].items.append(
                ReputationComparison.Item(
                    rule: try row.text("rule"), key: try row.text("key"), detail: try row.text("detail"),
                    before: try row.integer("before"), after: try row.integer("after")))
        }
        return ReputationComparison(
            position: position, changes: changes, isCut: rows.count > ReputationComparison.maximumItems)
    }
}
