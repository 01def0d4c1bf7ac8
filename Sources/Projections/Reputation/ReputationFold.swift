import Crypto
import Events
import Manifest

/// What the points of people follow from, evolved in log order.
struct ReputationFold {
    struct Agent: Equatable {
        var publisher: PersonID?
        var readers: Int64 = 0
        var openWASM: Int64 = 0
        /// True while moderators hold all its versions.
        var isHeld = false
        /// True where the version published last is listed.
        var isListed = false
        var ratings: Int64 = 0
        var ratingSum: Int64 = 0

        fileprivate func points(_ rule: ReputationRule) -> Int32 {
            guard isListed else { return 0 }
            return switch rule {
            case .downloads: Int32(clamping: readers / ReputationFormula.downloadsOfPoint)
            case .rating: ReputationFormula.rating(sum: ratingSum, of: ratings)
            case .wasm: openWASM > 0 && !isHeld ? ReputationFormula.wasm : 0
            default: 0
            }
        }
    }

    struct Version {
        let publisher: PersonID?
        /// Its WebAssembly module, unless that was removed.
        var module: SHA256Digest?
        var yanks: Set<Side> = []
        var isHeld = false

        fileprivate var isOpenWASM: Bool { module != nil && yanks.isEmpty && !isHeld }
    }

    /// A person's review of an agent.
    struct Review: Hashable {
        let key: AgentKey
        let author: PersonID
    }

    struct Vote: Hashable {
        let review: Review
        let voter: PersonID
    }

    /// An agent, a day and the key under which its readers were told apart.
    struct ReaderDay: Hashable {
        let key: AgentKey
        let day: Day
        let domain: ReaderDomain
    }

    var agents: [AgentKey: Agent] = [:]
    var roles: [AgentKey: RoleFold] = [:]
    var versions: [RecordFold.VersionKey: Version] = [:]
    /// 0 where there is none.
    var ratings: [Review: Int64] = [:]
    /// Votes that a review helps; false for one that was taken back.
    var votes: [Vote: Bool] = [:]
    /// How many votes say so of a review, of those that matter here.
    var helped: [Review: Int64] = [:]
    /// What counts against people, by agent.
    var violations: [AgentKey: Set<PointLedger.Item>] = [:]
    /// Readers that are counted, as far as the entries name them.
    var readers: [ReaderDay: Set<DayToken>] = [:]
    var removals: [SHA256Digest: ArtifactRemoved.Reason] = [:]
    private(set) var ledger = PointLedger()

    /// Applies an entry.
    mutating func evolve(_ event: ProjectedEvent) {
        switch (event.envelope.stream, event.event) {
        case (.artifact(let digest), let removed as ArtifactRemoved): removals[digest] = removed.reason
        case (.downloads, let seen as AgentReadersSeen): count(seen, event)
        case (.review(let key, let author), let review as ReviewSubmitted):
            rate(Review(key: key, author: author), review.rating, at: event.position)
        case (.review(let key, let author), let review as ReviewEdited):
            rate(Review(key: key, author: author), review.rating, at: event.position)
        case (.review(let key, let author), is ReviewWithdrawn):
            rate(Review(key: key, author: author), 0, at: event.position)
        case (.vote(let key, let author, let voter), let vote as ReviewVoted):
            self.vote(
                Vote(review: Review(key: key, author: author), voter: voter), vote.helpful, at: event.position)
        case (.vote(let key, let author, let voter), is ReviewVoteWithdrawn):
            vote(Vote(review: Review(key: key, author: author), voter: voter), false, at: event.position)
        case (.agent(let key), _): evolve(key, event)
        default: break
        }
    }

    // MARK: The agent's own stream

    private mutating func evolve(_ key: AgentKey, _ event: ProjectedEvent) {
        if event.event is AgentRegistered { agents[key] = Agent() }
        if roles[key, default: RoleFold()].evolve(event) {
            let publisher = roles[key]?.shownOwner
            // Getting a role on an agent ends review and votes of the person.
            if let added = event.event as? AgentOwnerAdded { join(key, added.user, publisher, at: event.position) }
            change(key, at: event.position) { $0.publisher = publisher }
        }
        switch event.event {
        case let published as VersionPublished:
            guard let version = SemVer(published.version) else { return }
            let named = RecordFold.VersionKey(key: key, precedence: version.precedenceKey)
            let module = published.artifacts.first { $0.role == .wasmModule }?.sha256
            versions[named] = Version(publisher: event.envelope.origin.actor, module: module)
            change(key, at: event.position) { agent in
                agent.isListed = published.listed
                if module != nil { agent.openWASM += 1 }
            }
        case let yanked as VersionYanked: change(event, key) { $0.yanks.insert(Side(yanked.authority)) }
        case let back as VersionUnyanked: change(event, key) { $0.yanks.remove(Side(back.authority)) }
        case let held as AgentQuarantined:
            guard held.version != nil else {
                change(key, at: event.position) { $0.isHeld = true }
                // Holding again what is held says nothing of who publishes it by now.
                let isHeld = (violations[key] ?? []).contains { $0.rule == .hold && $0.detail.isEmpty }
                return isHeld ? () : violate(agents[key]?.publisher, .hold, key, "", at: event.position)
            }
            change(event, key) { $0.isHeld = true }
            for named in RecordFold.named(event, of: key) {
                violate(versions[named]?.publisher, .hold, key, held.version ?? "", at: event.position)
            }
        case let lifted as QuarantineLifted:
            if lifted.version != nil { change(event, key) { $0.isHeld = false } }
            if lifted.version == nil { change(key, at: event.position) { $0.isHeld = false } }
            for item in violations[key] ?? [] where item.rule == .hold && item.detail == lifted.version ?? "" {
                violations[key]?.remove(item)
                ledger.change(item, from: ReputationFormula.violation, to: 0, at: event.position)
            }
        case let removed as AgentArtifactRemoved:
            change(event, key) { if $0.module == removed.sha256 { $0.module = nil } }
            guard removals[removed.sha256] != .owner else { return }
            for person in Set(RecordFold.named(event, of: key).map { versions[$0]?.publisher }) {
                violate(person, .removal, key, removed.sha256.hex, at: event.position)
            }
        default: break
        }
    }

    /// Changes the versions that an event names.
    private mutating func change(_ event: ProjectedEvent, _ key: AgentKey, _ change: (inout Version) -> Void) {
        for named in RecordFold.named(event, of: key) {
            guard var version = versions[named] else { continue }
            let before = version.isOpenWASM
            change(&version)
            versions[named] = version
            let more: Int64 = (version.isOpenWASM ? 1 : 0) - (before ? 1 : 0)
            if more != 0 { self.change(key, at: event.position) { $0.openWASM += more } }
        }
    }

    private mutating func violate(
        _ person: PersonID?, _ rule: ReputationRule, _ key: AgentKey, _ detail: String, at position: Position
    ) {
        guard let person else { return }
        let item = PointLedger.Item(person: person, rule: rule, key: key, detail: detail)
        guard violations[key, default: []].insert(item).inserted else { return }
        ledger.change(item, from: 0, to: ReputationFormula.violation, at: position)
    }

    // MARK: Points of the publisher

    private mutating func count(_ seen: AgentReadersSeen, _ event: ProjectedEvent) {
        guard DownloadBatch.isTimely(seen, recorded: event.envelope.recordedTime.day), let agent = agents[seen.agent],
            agent.readers < ReputationFormula.countedReaders
        else { return }
        let before = readers[seen.readerDay]?.count ?? 0
        readers[seen.readerDay, default: []].formUnion(seen.readers)
        let more = Int64((readers[seen.readerDay]?.count ?? 0) - before)
        change(seen.agent, at: event.position) { agent in
            agent.readers = min(ReputationFormula.countedReaders, agent.readers + more)
        }
    }

    private mutating func change(_ key: AgentKey, at position: Position, _ change: (inout Agent) -> Void) {
        guard let before = agents[key] else { return }
        var after = before
        change(&after)
        agents[key] = after
        for rule in [ReputationRule.downloads, .rating, .wasm] {
            let (was, now) = (before.points(rule), after.points(rule))
            if before.publisher == after.publisher {
                if let person = after.publisher { note(person, rule, key, was, now, position) }
            } else {
                if let person = before.publisher { note(person, rule, key, was, 0, position) }
                if let person = after.publisher { note(person, rule, key, 0, now, position) }
            }
        }
    }

    private mutating func note(
        _ person: PersonID, _ rule: ReputationRule, _ key: AgentKey, _ before: Int32, _ after: Int32,
        _ position: Position
    ) {
        ledger.change(
            PointLedger.Item(person: person, rule: rule, key: key), from: before, to: after, at: position)
    }

    // MARK: Reviews and votes

    private func points(_ review: Review) -> Int32 {
        ratings[review, default: 0] > 0 && helped[review, default: 0] > ReputationFormula.votes
            ? ReputationFormula.review : 0
    }

    private mutating func judge(_ review: Review, at position: Position, _ change: (inout Self) -> Void) {
        let before = points(review)
        change(&self)
        note(review.author, .review, review.key, before, points(review), position)
    }

    private mutating func rate(_ review: Review, _ rating: Int64, at position: Position) {
        let before = ratings[review, default: 0]
        change(review.key, at: position) { $0.rate(from: before, to: rating) }
        judge(review, at: position) { $0.ratings[review] = rating }
    }

    private mutating func vote(_ vote: Vote, _ isHelpful: Bool, at position: Position) {
        let more: Int64 = (isHelpful ? 1 : 0) - (votes[vote] == true ? 1 : 0)
        judge(vote.review, at: position) { fold in
            fold.votes[vote] = isHelpful
            fold.helped[vote.review, default: 0] += more
        }
    }

    /// Ends review and votes of a person who becomes one of the agent's owners.
    private mutating func join(_ key: AgentKey, _ person: PersonID, _ publisher: PersonID?, at position: Position) {
        let review = Review(key: key, author: person)
        // In one step with the publisher, since an entry changes an item once.
        let rating = ratings[review, default: 0]
        change(key, at: position) { agent in
            agent.publisher = publisher
            agent.rate(from: rating, to: 0)
        }
        let ended = votes.filter { vote, isHelpful in
            isHelpful && vote.review.key == key && (vote.review.author == person || vote.voter == person)
        }.keys
        let concerned = Set(ended.map(\.review) + [review])
        for one in concerned {
            judge(one, at: position) { fold in
                if one == review { fold.ratings[review] = 0 }
                for vote in ended where vote.review == one {
                    fold.votes[vote] = false
                    fold.helped[one, default: 0] -= 1
                }
            }
        }
    }
}

extension ReputationFold.Agent {
    fileprivate mutating func rate(from before: Int64, to after: Int64) {
        ratings += (after > 0 ? 1 : 0) - (before > 0 ? 1 : 0)
        ratingSum += after - before
    }
}

extension AgentReadersSeen {
    /// Of what its readers are told apart.
    var readerDay: ReputationFold.ReaderDay { ReputationFold.ReaderDay(key: agent, day: day, domain: domain) }
}
