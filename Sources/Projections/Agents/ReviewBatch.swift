import Events
import Postgres

/// The reviews and votes of a batch: the last state of each person's review, and of each vote.
struct ReviewBatch: AgentBatch {
    private struct Pair: Hashable {
        let key: AgentKey
        let person: PersonID
    }

    private struct Stated {
        let version: String
        let rating: Int64
        let words: ReviewContent?
        let entry: UUIDv7
        /// Nil where an edit keeps the time from before the batch, if there is one.
        let created: Int64?
        /// When it was first stated in the batch.
        let begun: Int64
        let updated: Int64
        let position: Position
    }

    private var last: [Pair: Stated?] = [:]
    private var erased: [UUIDv7] = []
    private var votes: [StreamName: Bool?] = [:]
    /// People who got a role on an agent, which ends their earlier review and votes.
    private var joined: Set<Pair> = []

    mutating func add(_ event: ProjectedEvent) throws {
        switch (event.envelope.stream, event.event) {
        case (.review(let key, let person), let review as ReviewSubmitted):
            last[Pair(key: key, person: person)] = try Self.state(
                review.version, review.rating, event, created: event.envelope.time.milliseconds,
                begun: event.envelope.time.milliseconds)
        case (.review(let key, let person), let review as ReviewEdited):
            let pair = Pair(key: key, person: person)
            let now = event.envelope.time.milliseconds
            let (created, begun): (Int64?, Int64) =
                switch last[pair] {
                case nil: (nil, now)
                // A role has ended what there was, so this begins anew.
                case .some(nil): (now, now)
                case .some(let stated?): (stated.created, stated.begun)
                }
            last[pair] = try Self.state(review.version, review.rating, event, created: created, begun: begun)
        case (.review(let key, let person), is ReviewWithdrawn): last[Pair(key: key, person: person)] = .some(nil)
        case (.vote, let vote as ReviewVoted): votes[event.envelope.stream] = .some(vote.helpful)
        case (.vote, is ReviewVoteWithdrawn): votes[event.envelope.stream] = .some(nil)
        case (.agent(let key), let added as AgentOwnerAdded): join(key, added.user)
        case (.review, let content as ContentErased): erased.append(content.entry)
        default: break
        }
    }

    private mutating func join(_ key: AgentKey, _ person: PersonID) {
        let pair = Pair(key: key, person: person)
        joined.insert(pair)
        last[pair] = .some(nil)
        for case .vote(let voted, let author, let voter) in votes.keys
        where voted == key && (author == person || voter == person) {
            votes[.vote(voted, author: author, voter: voter)] = .some(nil)
        }
    }

    private static func state(
        _ version: String, _ rating: Int64, _ event: ProjectedEvent, created: Int64?, begun: Int64
    ) throws -> Stated {
        Stated(
            version: version, rating: rating, words: try event.content(ReviewContent.self), entry: event.envelope.id,
            created: created, begun: begun, updated: event.envelope.time.milliseconds, position: event.position)
    }

    func apply(_ connection: PostgresConnection) throws {
        var counted: Set<Pair> = []
        if !joined.isEmpty { counted = try endVotes(connection) }
        if !votes.isEmpty { try changeVotes(connection) }
        if !last.isEmpty { try changeReviews(connection) }
        for case .vote(let key, let author, _) in votes.keys { counted.insert(Pair(key: key, person: author)) }
        if !counted.isEmpty { try count(counted, connection) }
        if !erased.isEmpty {
            try connection.execute(Statements.eraseReviews, [.texts(erased.map(\.description))])
        }
    }

    /// Ends votes from before the batch; returns the reviews that they were on.
    private func endVotes(_ connection: PostgresConnection) throws -> Set<Pair> {
        let rows = try connection.execute(
            Statements.endVotes, [.texts(joined.map(\.key.description)), .texts(joined.map(\.person.hex))])
        return Set(
            try rows.compactMap { row in
                guard let key = AgentKey(try row.text("key")), let author = PersonID(try row.text("author")) else {
                    return nil
                }
                return Pair(key: key, person: author)
            })
    }

    private var voteRows: [(key: String, author: String, voter: String, vote: String?)] {
        votes.compactMap { stream, vote in
            guard case .vote(let key, let author, let voter) = stream else { return nil }
            return (key.description, author.hex, voter.hex, vote.map { $0 ? "true" : "false" })
        }
    }

    private func changeVotes(_ connection: PostgresConnection) throws {
        let rows = voteRows
        try connection.execute(
            Statements.changeVotes,
            [.texts(rows.map(\.key)), .texts(rows.map(\.author)), .texts(rows.map(\.voter)), .texts(rows.map(\.vote))])
    }

    private func count(_ reviews: Set<Pair>, _ connection: PostgresConnection) throws {
        let rows = Array(reviews)
        try connection.execute(
            Statements.countVotes, [.texts(rows.map(\.key.description)), .texts(rows.map(\.person.hex))])
    }

    private func changeReviews(_ connection: PostgresConnection) throws {
        let pairs = last.map { $0 }
        var created: [Pair: Int64] = [:]
        let old = try connection.execute(
            Statements.withdrawReviews,
            [.texts(pairs.map(\.key.key.description)), .texts(pairs.map(\.key.person.hex))])
        for row in old {
            guard let key = AgentKey(try row.text("key")), let person = PersonID(try row.text("person")) else {
                continue
            }
            created[Pair(key: key, person: person)] = try row.milliseconds("created")
        }
        let stated = pairs.compactMap { pair, review in review.map { (pair: pair, review: $0) } }
        guard !stated.isEmpty else { return }
        try connection.execute(
            Statements.stateReviews,
            [
                .texts(stated.map(\.pair.key.description)), .texts(stated.map(\.pair.person.hex)),
                .texts(stated.map(\.review.version)), .int4s(stated.map { Int32($0.review.rating) }),
                .texts(stated.map { storable($0.review.words?.title) }),
                .texts(stated.map { storable($0.review.words?.text) }),
                .texts(stated.map(\.review.entry.description)),
                .int8s(stated.map { $0.review.created ?? created[$0.pair] ?? $0.review.begun }),
                .int8s(stated.map(\.review.updated)), .int8s(stated.map(\.review.position.value)),
            ])
    }
}
