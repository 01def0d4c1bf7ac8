import Events
public import Postgres

/// What people say of agents, one row a person and agent, and how often each rating was given.
public enum Reviews: Projection {
    public static let name = "reviews"
    public static let handled: Set<String> = [
        AgentRegistered.type, ReviewSubmitted.type, ReviewEdited.type, ReviewWithdrawn.type, ReviewVoted.type,
        ReviewVoteWithdrawn.type, ContentErased.type,
    ]

    private struct Pair: Hashable {
        let key: AgentKey
        let person: PersonID
    }

    private struct Stated {
        let version: String
        let rating: Int64
        let words: WrittenContent?
        let entry: UUIDv7
        /// Nil where an edit keeps what was there before the batch.
        let created: Int64?
        let updated: Int64
        let position: Position
    }

    public static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        var registered: [(key: AgentKey, position: Position)] = []
        var last: [Pair: Stated?] = [:]
        var changed: [AgentKey: Position] = [:]
        var erased: [UUIDv7] = []
        var votes: [StreamName: Bool?] = [:]
        for event in events {
            switch (event.envelope.stream, event.envelope.event) {
            case (.agent(let key), .agentRegistered): registered.append((key, event.position))
            case (.review(let key, let person), .reviewSubmitted(let review)):
                last[Pair(key: key, person: person)] = try state(
                    review, event, created: event.envelope.time.milliseconds)
                changed[key] = event.position
            case (.review(let key, let person), .reviewEdited(let review)):
                let pair = Pair(key: key, person: person)
                last[pair] = try state(review, event, created: last[pair].flatMap { $0?.created })
                changed[key] = event.position
            case (.review(let key, let person), .reviewWithdrawn):
                last[Pair(key: key, person: person)] = .some(nil)
                changed[key] = event.position
            case (.vote, .reviewVoted(let vote)): votes[event.envelope.stream] = .some(vote.helpful)
            case (.vote, .reviewVoteWithdrawn): votes[event.envelope.stream] = .some(nil)
            case (.review, .contentErased(let content)): erased.append(content.entry)
            default: break
            }
        }
        if !registered.isEmpty {
            try connection.execute(
                Statements.registerRatings,
                [.texts(registered.map(\.key.description)), .int8s(registered.map(\.position.value))])
        }
        if !last.isEmpty { try apply(last, connection) }
        if !votes.isEmpty { try apply(votes, connection) }
        if !changed.isEmpty {
            let rows = changed.map { $0 }
            try connection.execute(
                Statements.touchRatings, [.texts(rows.map(\.key.description)), .int8s(rows.map(\.value.value))])
        }
        if !erased.isEmpty {
            try connection.execute(Statements.eraseReviews, [.texts(erased.map(\.description))])
        }
    }

    private static func apply(_ votes: [StreamName: Bool?], _ connection: PostgresConnection) throws {
        let rows = votes.compactMap { stream, vote -> (key: String, author: String, voter: String, vote: String?)? in
            guard case .vote(let key, let author, let voter) = stream else { return nil }
            return (key.description, author.hex, voter.hex, vote.map { $0 ? "true" : "false" })
        }
        try connection.execute(
            Statements.changeVotes,
            [.texts(rows.map(\.key)), .texts(rows.map(\.author)), .texts(rows.map(\.voter)), .texts(rows.map(\.vote))])
        try connection.execute(
            Statements.countVotes, [.texts(rows.map(\.key)), .texts(rows.map(\.author))])
    }

    private static func state<Kind>(
        _ review: ReviewStatement<Kind>, _ event: ProjectedEvent, created: Int64?
    ) throws -> Stated {
        Stated(
            version: review.version, rating: review.rating,
            words: try event.contents["review_commitment"].map { try WrittenContent(.review, document: $0.document) },
            entry: event.envelope.id, created: created, updated: event.envelope.time.milliseconds,
            position: event.position)
    }

    private static func apply(_ last: [Pair: Stated?], _ connection: PostgresConnection) throws {
        let pairs = last.map { $0 }
        var created: [Pair: Int64] = [:]
        let old = try connection.execute(
            Statements.withdrawReviews,
            [.texts(pairs.map(\.key.key.description)), .texts(pairs.map(\.key.person.hex))])
        for row in old {
            guard let key = AgentKey(try row.text(0)), let person = PersonID(try row.text(1)) else { continue }
            created[Pair(key: key, person: person)] = try row.milliseconds(2)
        }
        let stated = pairs.compactMap { pair, review in review.map { (pair: pair, review: $0) } }
        guard !stated.isEmpty else { return }
        try connection.execute(
            Statements.stateReviews,
            [
                .texts(stated.map(\.pair.key.description)), .texts(stated.map(\.pair.person.hex)),
                .texts(stated.map(\.review.version)), .int4s(stated.map { Int32($0.review.rating) }),
                .texts(stated.map { storable($0.review.words?.texts["title"]) }),
                .texts(stated.map { storable($0.review.words?.texts["text"]) }),
                .texts(stated.map(\.review.entry.description)),
                .int8s(stated.map { $0.review.created ?? created[$0.pair] ?? $0.review.updated }),
                .int8s(stated.map(\.review.updated)), .int8s(stated.map(\.review.position.value)),
            ])
    }
}
