import Postgres
import Search

/// Lists all agents that match, not candidates alone, in another order than the one of relevance.
///
/// The planner can't tell how many agents match, and neither way is right for all: to go along the order reads nearly all agents
/// where few match, and to sort those that match reads nearly all where many do. So the ones that match are looked for first, up
/// to a number; where there are no more, these are sorted, else enough stand soon in the order.
struct MatchingLists {
    /// The most agents that are sorted. Where more match, a page is full soon, unless all that match stand at the end of the
    /// order: then nearly all agents are read.
    private static let maximumSorted = 2_000

    /// The words that an agent has to have, unless it is met by name; nil where it need not have any.
    let needed: Condition?
    /// What no agent may have; nil where nothing is unwanted.
    let unwanted: Condition?
    /// The keys of the agents that are met by name.
    let named: [String]
    /// The owners that are met by name.
    let owners: [String]
    let filters: SearchFilters

    /// Lists agents.
    ///
    /// - Parameter limit: the most agents.
    func list(
        from cursor: AgentReader.ListCursor, limit: Int, _ connection: PostgresConnection
    ) throws -> [AgentReader.Summary] {
        let keys = try matching(connection)
        if keys.count <= Self.maximumSorted {
            return try connection.execute(
                Statements.listMatching, [.texts(keys)] + cursor.place + [.int8(Int64(limit))]
            ).map(AgentReader.Summary.init)
        }
        let parameters =
            filters.parameters + [Self.text(needed), .texts(named), .texts(owners), Self.text(unwanted)]
            + [.int8(Int64(limit)), .int8(.max)] + cursor.start
        return try connection.execute(cursor.walk, parameters).map(AgentReader.Summary.init)
    }

    /// The keys of all that match, or of one more than are sorted.
    private func matching(_ connection: PostgresConnection) throws -> [String] {
        let limit = PostgresValue.int8(Int64(Self.maximumSorted + 1))
        // An index leads to the agents of some words, of some owners, in some categories or with ratings, to the others none.
        let isByName = needed != nil
        let owners = isByName ? owners : filters.owners.wanted ?? []
        let categories = isByName || !owners.isEmpty ? [] : filters.categories.wanted ?? []
        let isRated = filters.minimumRating.map { $0 > 0 } == true
        let rows =
            isByName || !owners.isEmpty || !categories.isEmpty
            ? try connection.execute(
                Statements.matchingByIndex,
                filters.parameters + [
                    Self.text(needed), .texts(isByName ? named : []), .texts(owners), .texts(categories),
                    Self.text(unwanted), limit,
                ])
            : try connection.execute(
                isRated ? Statements.matchingRated : Statements.matchingOfAll,
                filters.parameters + [Self.text(unwanted), limit])
        return try rows.map { try $0.text("key") }
    }

    private static func text(_ condition: Condition?) -> PostgresValue { condition.map { .text($0.tsquery) } ?? .null }
}

extension AgentReader.ListCursor {
    /// The statement that goes along the order of the list.
    fileprivate var walk: PostgresStatement {
        switch self {
        case .recent: Statements.searchRecent
        case .name: Statements.searchByName
        case .stars: Statements.searchByStars
        case .downloads: Statements.searchByDownloads
        case .rating: Statements.searchByRating
        }
    }

    /// The order by its number, and the place in it from behind which a list of keys goes on.
    fileprivate var place: [PostgresValue] {
        switch self {
        // No key is empty, so what stands behind the empty one at a position begins with that position.
        case .recent(let before): [.int4(0), .int8(before <= 0 ? .max : 1 - before), .text("")]
        case .name(let after): [.int4(1), .int8(0), .text(after)]
        case .stars(let below, let after): [.int4(2), .int8(Self.negated(below)), .text(after)]
        case .downloads(let below, let after): [.int4(3), .int8(Self.negated(below)), .text(after)]
        case .rating(let below, let after): [.int4(4), .int8(Self.negated(below)), .text(after)]
        }
    }

    private static func negated(_ number: Int64) -> Int64 { number == .min ? .max : -number }
}
