import Events
import Postgres

/// Stars and ratings after each entry of a batch that changes them, for answers about the past.
///
/// It reads what people said before the batch, so it is applied before the parts that write stars and reviews.
struct FigureBatch: AgentBatch {
    private struct Pair: Hashable {
        let key: AgentKey
        let person: PersonID
    }

    /// What one person says of an agent.
    private struct Judgment {
        var isStarred = false
        /// From 1 to 5; 0 for none.
        var rating = 0
    }

    private enum Change {
        case star(Bool)
        case rating(Int)
        /// The person got a role on the agent, which ends star and review.
        case joined
    }

    private struct Figures: Equatable {
        var stars: Int64 = 0
        /// How often each rating was given, from 1 to 5.
        var ratings: [Int64] = [0, 0, 0, 0, 0]
    }

    private var changes: [(pair: Pair, change: Change, position: Position)] = []

    mutating func add(_ event: ProjectedEvent) {
        func note(_ key: AgentKey, _ person: PersonID, _ change: Change) {
            changes.append((Pair(key: key, person: person), change, event.position))
        }
        switch (event.envelope.stream, event.event) {
        case (.star(let key, let person), is StarAdded): note(key, person, .star(true))
        case (.star(let key, let person), is StarRemoved): note(key, person, .star(false))
        case (.review(let key, let person), let review as ReviewSubmitted):
            note(key, person, .rating(Int(review.rating)))
        case (.review(let key, let person), let review as ReviewEdited):
            note(key, person, .rating(Int(review.rating)))
        case (.review(let key, let person), is ReviewWithdrawn): note(key, person, .rating(0))
        case (.agent(let key), let added as AgentOwnerAdded): note(key, added.user, .joined)
        default: break
        }
    }

    func apply(_ connection: PostgresConnection) throws {
        guard !changes.isEmpty else { return }
        var judgments = try judgments(connection)
        var figures = try lastFigures(connection)
        var rows: [(key: AgentKey, position: Position, figures: Figures)] = []
        for (pair, change, position) in changes {
            let before = figures[pair.key, default: Figures()]
            var after = before
            Self.change(&judgments[pair, default: Judgment()], &after, change)
            guard after != before else { continue }
            figures[pair.key] = after
            rows.append((pair.key, position, after))
        }
        guard !rows.isEmpty else { return }
        try connection.execute(
            Statements.addFigures,
            [
                .texts(rows.map(\.key.description)), .int8s(rows.map(\.position.value)),
                .int8s(rows.map(\.figures.stars)),
            ] + (0..<5).map { rating in .int8s(rows.map { $0.figures.ratings[rating] }) })
    }

    private static func change(_ judgment: inout Judgment, _ figures: inout Figures, _ change: Change) {
        var new = judgment
        switch change {
        case .star(let isStarred): new.isStarred = isStarred
        case .rating(let rating): new.rating = rating
        case .joined: new = Judgment()
        }
        figures.stars += (new.isStarred ? 1 : 0) - (judgment.isStarred ? 1 : 0)
        if judgment.rating > 0 { figures.ratings[judgment.rating - 1] -= 1 }
        if new.rating > 0 { figures.ratings[new.rating - 1] += 1 }
        judgment = new
    }

    private func judgments(_ connection: PostgresConnection) throws -> [Pair: Judgment] {
        let pairs = Array(Set(changes.map(\.pair)))
        let rows = try connection.execute(
            Statements.findJudgments, [.texts(pairs.map(\.key.description)), .texts(pairs.map(\.person.hex))])
        var judgments: [Pair: Judgment] = [:]
        for row in rows {
            guard let key = AgentKey(try row.text("key")), let person = PersonID(try row.text("person")) else {
                continue
            }
            judgments[Pair(key: key, person: person)] = Judgment(
                isStarred: try row.bool("is_starred"), rating: Int(try row.integer("rating")))
        }
        return judgments
    }

    private func lastFigures(_ connection: PostgresConnection) throws -> [AgentKey: Figures] {
        var figures: [AgentKey: Figures] = [:]
        let keys = Set(changes.map(\.pair.key.description)).sorted()
        for row in try connection.execute(Statements.lastFigures, [.texts(keys)]) {
            guard let key = AgentKey(try row.text("key")) else { continue }
            figures[key] = Figures(
                stars: try row.integer("stars"),
                ratings: try ["ones", "twos", "threes", "fours", "fives"].map { try row.integer($0) })
        }
        return figures
    }
}
