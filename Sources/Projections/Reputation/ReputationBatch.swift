import Crypto
import Events
import Manifest
import Postgres

/// How the model of reputation takes a batch: it reads what the entries concern, evolves it in log order and writes it.
enum ReputationBatch {
    static func apply(_ events: [ProjectedEvent], _ connection: PostgresConnection) throws {
        guard !events.isEmpty else { return }
        let named = Named(events)
        var fold = try named.read(connection)
        let before = fold
        for event in events { fold.evolve(event) }
        try write(fold, before, named, connection)
        try write(fold.ledger, connection)
    }

    /// What the entries of a batch concern.
    private struct Named {
        private(set) var agents: Set<AgentKey> = []
        /// Agents whose roles change.
        private(set) var joined: Set<AgentKey> = []
        private var versions: Set<RecordFold.VersionKey> = []
        /// Reviews that are stated, voted on, or ended by a role.
        private var reviews: Set<ReputationFold.Review> = []
        private var votes: Set<ReputationFold.Vote> = []
        /// People who get a role on an agent, which ends their votes and those on their reviews.
        private var ended: Set<ReputationFold.Review> = []
        /// Readers that are told in time.
        private var seen: [AgentReadersSeen] = []
        /// The last day of recording of each agent with readers.
        private(set) var lastRecorded: [AgentKey: Day] = [:]
        private var files: Set<SHA256Digest> = []
        private var violated: Set<AgentKey> = []

        init(_ events: [ProjectedEvent]) {
            for event in events {
                switch event.envelope.stream {
                case .agent(let key):
                    agents.insert(key)
                    versions.formUnion(RecordFold.named(event, of: key))
                    add(key, event.event)
                case .downloads:
                    guard let seen = event.event as? AgentReadersSeen else { continue }
                    let recorded = event.envelope.recordedTime.day
                    guard DownloadBatch.isTimely(seen, recorded: recorded) else { continue }
                    agents.insert(seen.agent)
                    self.seen.append(seen)
                    lastRecorded[seen.agent] = max(lastRecorded[seen.agent] ?? recorded, recorded)
                case .review(let key, let author):
                    agents.insert(key)
                    reviews.insert(ReputationFold.Review(key: key, author: author))
                case .vote(let key, let author, let voter):
                    let review = ReputationFold.Review(key: key, author: author)
                    reviews.insert(review)
                    votes.insert(ReputationFold.Vote(review: review, voter: voter))
                default: break
                }
            }
        }

        private mutating func add(_ key: AgentKey, _ event: any EventPayload) {
            switch event {
            case is AgentRegistered, is AgentOwnerRemoved: joined.insert(key)
            case let added as AgentOwnerAdded:
                joined.insert(key)
                ended.insert(ReputationFold.Review(key: key, author: added.user))
            case is AgentQuarantined, is QuarantineLifted: violated.insert(key)
            case let removed as AgentArtifactRemoved:
                violated.insert(key)
                files.insert(removed.sha256)
            default: break
            }
        }

        func read(_ connection: PostgresConnection) throws -> ReputationFold {
            var fold = ReputationFold()
            for row in try connection.execute(
                Statements.reputationAgents, [.texts(agents.map(\.description))])
            {
                guard let key = AgentKey(try row.text("key")) else { continue }
                fold.agents[key] = ReputationFold.Agent(
                    publisher: try row.optionalText("publisher").flatMap { PersonID($0) },
                    readers: try row.integer("readers"), openWASM: try row.integer("open_wasm"),
                    isHeld: try row.bool("is_held"), isListed: try row.bool("is_listed"),
                    ratings: try row.integer("ratings"), ratingSum: try row.integer("rating_sum"))
            }
            try readReaders(&fold, connection)
            try readRoles(&fold, connection)
            try readVersions(&fold, connection)
            try readJudgments(&fold, connection)
            try readViolations(&fold, connection)
            return fold
        }

        private func readReaders(_ fold: inout ReputationFold, _ connection: PostgresConnection) throws {
            // Those of an agent without room for more are not looked at.
            let wanted = Set(
                seen.filter { seen in
                    fold.agents[seen.agent].map { $0.readers < ReputationFormula.countedReaders } ?? true
                }.map(\.readerDay))
            guard !wanted.isEmpty else { return }
            for row in try connection.execute(
                Statements.reputationReaders, ReputationBatch.parameters(Array(wanted)))
            {
                guard let key = AgentKey(try row.text("key")), let domain = ReaderDomain(try row.text("domain")) else {
                    continue
                }
                let day = ReputationFold.ReaderDay(
                    key: key, day: Day(number: try row.integer("day")), domain: domain)
                fold.readers[day] = Set(ReaderTokens.tokens(in: try row.bytes("tokens")))
            }
        }

        private func readRoles(_ fold: inout ReputationFold, _ connection: PostgresConnection) throws {
            guard !joined.isEmpty else { return }
            for row in try connection.execute(Statements.reputationRoles, [.texts(joined.map(\.description))]) {
                guard let key = AgentKey(try row.text("key")), let person = PersonID(try row.text("person")),
                    let role = Role(rawValue: try row.text("role"))
                else { continue }
                fold.roles[key, default: RoleFold()].add(
                    person,
                    RoleFold.Holding(
                        role: role, position: Position(try row.integer("position")),
                        isRegistrar: try row.bool("is_registrar")))
            }
        }

        private func readVersions(_ fold: inout ReputationFold, _ connection: PostgresConnection) throws {
            guard !versions.isEmpty else { return }
            let list = Array(versions)
            let rows = try connection.execute(
                Statements.reputationVersions, [.texts(list.map(\.key.description)), .byteas(list.map(\.precedence))])
            for row in rows {
                guard let key = AgentKey(try row.text("key")) else { continue }
                var version = ReputationFold.Version(
                    publisher: try row.optionalText("publisher").flatMap { PersonID($0) },
                    module: try row.optionalText("module").flatMap { SHA256Digest(hex: $0) })
                version.isHeld = try row.bool("is_held")
                if try row.bool("is_yanked_by_owner") { version.yanks.insert(.owner) }
                if try row.bool("is_yanked_otherwise") { version.yanks.insert(.moderation) }
                fold.versions[RecordFold.VersionKey(key: key, precedence: try row.bytes("precedence"))] = version
            }
        }

        private func readJudgments(_ fold: inout ReputationFold, _ connection: PostgresConnection) throws {
            let (votes, ended) = (Array(votes), Array(ended))
            var reviews = reviews.union(ended)
            if !votes.isEmpty || !ended.isEmpty {
                let rows = try connection.execute(
                    Statements.reputationVotes,
                    [
                        .texts(votes.map(\.review.key.description)), .texts(votes.map(\.review.author.hex)),
                        .texts(votes.map(\.voter.hex)), .texts(ended.map(\.key.description)),
                        .texts(ended.map(\.author.hex)),
                    ])
                for row in rows {
                    guard let key = AgentKey(try row.text("key")), let author = PersonID(try row.text("author")),
                        let voter = PersonID(try row.text("voter"))
                    else { continue }
                    let review = ReputationFold.Review(key: key, author: author)
                    fold.votes[ReputationFold.Vote(review: review, voter: voter)] = true
                    reviews.insert(review)
                }
            }
            guard !reviews.isEmpty else { return }
            let list = Array(reviews)
            for row in try connection.execute(
                Statements.reputationReviews, [.texts(list.map(\.key.description)), .texts(list.map(\.author.hex))])
            {
                guard let review = try Self.review(row) else { continue }
                fold.ratings[review] = try row.integer("rating")
                fold.helped[review] = try row.integer("helped")
            }
        }

        private static func review(_ row: PostgresRow) throws -> ReputationFold.Review? {
            guard let key = AgentKey(try row.text("key")), let person = PersonID(try row.text("person")) else {
                return nil
            }
            return ReputationFold.Review(key: key, author: person)
        }

        private func readViolations(_ fold: inout ReputationFold, _ connection: PostgresConnection) throws {
            if !violated.isEmpty {
                for row in try connection.execute(
                    Statements.reputationViolations, [.texts(violated.map(\.description))])
                {
                    guard let person = PersonID(try row.text("person")), let key = AgentKey(try row.text("key")),
                        let rule = ReputationRule(rawValue: try row.text("rule"))
                    else { continue }
                    fold.violations[key, default: []].insert(
                        PointLedger.Item(person: person, rule: rule, key: key, detail: try row.text("detail")))
                }
            }
            guard !files.isEmpty else { return }
            for row in try connection.execute(Statements.reputationRemovals, [.texts(files.map(\.hex))]) {
                guard let digest = SHA256Digest(hex: try row.text("sha256")) else { continue }
                fold.removals[digest] = ArtifactRemoved.Reason(rawValue: try row.text("reason"))
            }
        }
    }

    // MARK: Writing

    private static func write(
        _ fold: ReputationFold, _ before: ReputationFold, _ named: Named, _ connection: PostgresConnection
    ) throws {
        func execute(_ statement: PostgresStatement, _ count: Int, _ values: [PostgresValue]) throws {
            if count > 0 { try connection.execute(statement, values) }
        }
        let agents = fold.agents.filter { before.agents[$0.key] != $0.value }.map { $0 }
        try execute(
            Statements.writeReputationAgents, agents.count,
            [
                .texts(agents.map(\.key.description)), .texts(agents.map { $0.value.publisher?.hex }),
                .int8s(agents.map(\.value.readers)), .int8s(agents.map(\.value.openWASM)),
                .bools(agents.map(\.value.isHeld)), .bools(agents.map(\.value.isListed)),
                .int8s(agents.map(\.value.ratings)), .int8s(agents.map(\.value.ratingSum)),
            ])
        let roles = named.joined.flatMap { key in (fold.roles[key]?.holdings ?? [:]).map { (key, $0.key, $0.value) } }
        try execute(
            Statements.writeReputationRoles, named.joined.count,
            [
                .texts(named.joined.map(\.description)), .texts(roles.map(\.0.description)), .texts(roles.map(\.1.hex)),
                .texts(roles.map(\.2.role.rawValue)), .int8s(roles.map(\.2.position.value)),
                .bools(roles.map(\.2.isRegistrar)),
            ])
        let versions = fold.versions.map { $0 }
        try execute(
            Statements.writeReputationVersions, versions.count,
            [
                .texts(versions.map(\.key.key.description)), .byteas(versions.map(\.key.precedence)),
                .texts(versions.map { $0.value.publisher?.hex }), .texts(versions.map { $0.value.module?.hex }),
                .bools(versions.map { $0.value.yanks.contains(.owner) }),
                .bools(versions.map { $0.value.yanks.contains(.moderation) }), .bools(versions.map(\.value.isHeld)),
            ])
        let reviews = Set(fold.ratings.keys).union(fold.helped.keys).filter { review in
            before.ratings[review] != fold.ratings[review] || before.helped[review] != fold.helped[review]
        }
        try execute(
            Statements.writeReputationReviews, reviews.count,
            [
                .texts(reviews.map(\.key.description)), .texts(reviews.map(\.author.hex)),
                .int4s(reviews.map { Int32(clamping: fold.ratings[$0, default: 0]) }),
                .int8s(reviews.map { fold.helped[$0, default: 0] }),
            ])
        let votes = fold.votes.filter { before.votes[$0.key] != $0.value }.map { $0 }
        try execute(
            Statements.writeReputationVotes, votes.count,
            [
                .texts(votes.map(\.key.review.key.description)), .texts(votes.map(\.key.review.author.hex)),
                .texts(votes.map(\.key.voter.hex)), .bools(votes.map(\.value)),
            ])
        let readers = fold.readers.filter { before.readers[$0.key]?.count != $0.value.count }.map { $0 }
        try execute(
            Statements.keepReputationReaders, readers.count,
            parameters(readers.map(\.key)) + [.byteas(readers.map { ReaderTokens.bytes(of: $0.value.sorted()) })])
        let forgotten = named.lastRecorded.map { key, day in
            let isFull = fold.agents[key].map { $0.readers >= ReputationFormula.countedReaders } ?? true
            return (key, isFull ? Int32.max : Int32(clamping: day.adding(days: -DownloadBatch.keptDays).number))
        }
        try execute(
            Statements.pruneReputationReaders, forgotten.count,
            [.texts(forgotten.map(\.0.description)), .int4s(forgotten.map(\.1))])
        let removals = fold.removals.filter { before.removals[$0.key] != $0.value }.map { $0 }
        try execute(
            Statements.noteReputationRemovals, removals.count,
            [.texts(removals.map(\.key.hex)), .texts(removals.map(\.value.rawValue))])
    }

    private static func write(_ ledger: PointLedger, _ connection: PostgresConnection) throws {
        let ended = ledger.ended.map { $0 }
        if !ended.isEmpty {
            try connection.execute(
                Statements.endPoints, parameters(ended.map(\.key)) + [.int8s(ended.map(\.value.value))])
        }
        let rows = ledger.rows
        guard !rows.isEmpty else { return }
        try connection.execute(
            Statements.givePoints,
            parameters(rows.map(\.item)) + [
                .int8s(rows.map(\.since.value)), .int8s(rows.map(\.until?.value)), .int4s(rows.map(\.points)),
            ])
    }

    private static func parameters(_ days: [ReputationFold.ReaderDay]) -> [PostgresValue] {
        [
            .texts(days.map(\.key.description)), .int4s(days.map { Int32(clamping: $0.day.number) }),
            .texts(days.map(\.domain.hex)),
        ]
    }

    private static func parameters(_ items: [PointLedger.Item]) -> [PostgresValue] {
        [
            .texts(items.map(\.person.hex)), .texts(items.map(\.rule.rawValue)), .texts(items.map(\.key.description)),
            .texts(items.map(\.detail)),
        ]
    }
}
