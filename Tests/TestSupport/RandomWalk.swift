import Crypto
public import EventLog
public import Events
import System

/// Appends what the domain could have decided, at random, without asking it.
public struct RandomWalk {
    private let log: EventLog
    private let url: String
    public var random: SeededRandom
    private var versions: [StreamName: Int64] = [:]
    private var published: [AgentKey: [String]] = [:]
    /// The WebAssembly module of each version that has one.
    private var modules: [String: SHA256Digest] = [:]
    /// The downloads of each agent, and its readers as far as they are told in time.
    public private(set) var raw: [AgentKey: Int] = [:]
    public private(set) var readers: [AgentKey: Set<String>] = [:]
    private var reviewed: [StreamName: [Appended]] = [:]
    private var starred: Set<StreamName> = []
    private var people: [PersonID] = []
    /// Credentials of each person.
    private var tokens: [PersonID: [TokenID]] = [:]
    private var names: [PersonID: (id: UsernameID, entry: Appended)] = [:]
    private var profiles: [PersonID: Appended] = [:]
    /// Listings and notes that were not erased.
    private var noted: [(stream: StreamName, entry: Appended, kind: ContentKind)] = []
    public let agents: [AgentID]
    /// How many events are appended at once, at most.
    private let gathered: Int
    private var waiting: [Append.NewEvent] = []
    /// The versions of the streams before what waits.
    private var expected: [StreamName: StreamVersion] = [:]
    /// The position of each event.
    private var positions: [Position] = []

    /// A walk over a log in a database.
    ///
    /// - Parameter gathering: so many events are appended at once; what waits at the end needs `flush`.
    public init(
        _ log: EventLog, _ url: String, seed: UInt64, agents count: Int = 4, gathering gathered: Int = 1
    ) {
        self.gathered = gathered
        self.log = log
        self.url = url
        random = SeededRandom(seed: seed)
        // One of them is a package of another registry, of which models say more.
        agents = (0..<count).compactMap { AgentID($0 == 1 ? "npm.a\($0)" : "acme.a\($0)") }
    }

    /// An entry that may be erased later.
    private struct Appended {
        let id: UUIDv7
        /// Which of all events it is.
        let number: Int
    }

    @discardableResult
    private mutating func append(
        _ stream: StreamName, _ event: any EventPayload, _ kind: ContentKind? = nil, _ content: Content? = nil
    ) async throws -> Appended {
        let version = versions[stream] ?? 0
        versions[stream] = version + 1
        let now = Timestamp(milliseconds: Host.wallClockMilliseconds())
        let id = UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10))
        let origin =
            stream.kind.isAnonymous
            ? Envelope.Origin() : origin()
        let contents =
            content.map { [Append.NewContent(field: kind?.field ?? "", content: $0, isPublic: true)] } ?? []
        let envelope = Envelope(
            id: id, log: log.id, stream: stream, time: now, recordedTime: now, origin: origin, event: event)
        if expected[stream] == nil { expected[stream] = StreamVersion(version) }
        let number = try await add(
            Append.NewEvent(envelope: envelope, version: StreamVersion(version + 1), contents: contents))
        return Appended(id: id, number: number)
    }

    /// Somebody with a credential of theirs, if they have one.
    private mutating func origin() -> Envelope.Origin {
        let actor = people.randomElement(using: &random)
        let token = actor.flatMap { tokens[$0]?.randomElement(using: &random) }
        return Envelope.Origin(actor: actor, token: token)
    }

    /// Gathers an event; gives which of all it is.
    @discardableResult
    private mutating func add(_ event: Append.NewEvent) async throws -> Int {
        waiting.append(event)
        let number = positions.count + waiting.count - 1
        if waiting.count >= gathered { try await flush() }
        return number
    }

    /// Appends what was gathered.
    public mutating func flush() async throws {
        guard !waiting.isEmpty else { return }
        let outcome = try await log.append(Append(expected: expected, events: waiting))
        guard case .appended(let last?) = outcome else { throw EventLogError.corrupt("not appended: \(outcome)") }
        positions += (0..<waiting.count).map { Position(last.value - Int64(waiting.count - 1 - $0)) }
        (waiting, expected) = ([], [:])
    }

    private func written(_ content: some ContentDocument) -> Content {
        Content(content, nonce: SecureRandom.bytes(32))
    }

    /// Erases what an entry commits to: the row, and the event that says so.
    private mutating func erase(_ entry: Appended, _ kind: ContentKind, in stream: StreamName) async throws {
        try await flush()
        try await TestDatabase.script(
            url, "DELETE FROM log.contents WHERE position = \(positions[entry.number]) AND field = '\(kind.field)'")
        try await append(
            stream, ContentErased(authority: .owner, entry: entry.id, field: kind.field, reason: .owner))
    }

    /// Registers people and agents.
    public mutating func begin() async throws {
        for index in 0..<10 {
            let person = PersonID(random: random.bytes(16))
            people.append(person)
            try await append(.user(person), UserRegistered(kind: .person))
            try await claim(person, "Person_\(index)")
            try await issue(to: person)
        }
        if let stream = Self.namespace { try await append(stream, NamespaceClaimed(owner: people[0])) }
        for id in agents {
            try await append(
                .agent(id.key), AgentRegistered(id: id, owner: random.pick(people)))
            try await publish(id.key)
        }
    }

    private static let namespace = Namespace("acme").map(StreamName.namespace)

    /// Issues a token: the first one of a person, or one by another one of theirs or in its place.
    private mutating func issue(to person: PersonID) async throws {
        let token = TokenID(random: random.bytes(16))
        let other = tokens[person]?.randomElement(using: &random)
        let isReplacing = random.once(in: 2)
        let expires = Timestamp(milliseconds: Host.wallClockMilliseconds()).adding(milliseconds: 86_400_000)
        try await append(
            .token(token),
            TokenIssued(
                expires: expires, issuer: isReplacing ? nil : other, replaces: isReplacing ? other : nil,
                scopes: [.account, .publish], user: person))
        tokens[person, default: []].append(token)
    }

    private mutating func changeTokens(_ person: PersonID) async throws {
        guard let owned = tokens[person], random.once(in: 2) else { return try await issue(to: person) }
        try await append(.token(random.pick(owned)), TokenRevoked(reason: .owner, descendants: random.once(in: 2)))
    }

    private mutating func changeMembers(_ person: PersonID) async throws {
        let event: any EventPayload =
            random.once(in: 2)
            ? NamespaceMemberAdded(
                inviter: person, inviterToken: random.pick(tokens[person] ?? []), role: random.pick(Role.allCases),
                user: random.pick(people))
            : NamespaceMemberRemoved(authority: .owner, user: person)
        if let stream = Self.namespace { try await append(stream, event) }
    }

    private mutating func claim(_ person: PersonID, _ name: String) async throws {
        let username = UsernameID(random: random.bytes(16))
        let content = written(NameContent(name: name))
        let entry = try await append(
            .username(username),
            UsernameClaimed(nameCommitment: content.commitment, user: person), .name, content)
        names[person] = (username, entry)
    }

    private mutating func publish(_ key: AgentKey) async throws {
        let count = published[key]?.count ?? 0
        let version = random.once(in: 3) ? "1.\(count).0-rc.1" : "1.\(count).0"
        var listing = ListingContent()
        listing.title = "\(key) \(version)"
        listing.category = random.pick(["Tools", "tools", "Data Science", nil])
        let content = written(listing)
        published[key, default: []].append(version)
        let entry = try await append(
            .agent(key),
            VersionPublished(
                version: version,
                artifacts: files(of: key, version),
                listed: random.once(in: 2), runtime: random.once(in: 2) ? "python" : nil,
                license: random.once(in: 2) ? "MIT" : nil, dependencies: dependencies(),
                listingCommitment: content.commitment),
            .listing, content)
        noted.append((.agent(key), entry, .listing))
    }

    private mutating func files(of key: AgentKey, _ version: String) -> [Artifact] {
        let manifest = Artifact(role: .manifest, sha256: SHA256Digest(of: Array(version.utf8)), sizeBytes: 1)
        guard random.once(in: 3) else { return [manifest] }
        let module = Artifact(role: .wasmModule, sha256: SHA256Digest(of: Array("\(key) wasm".utf8)), sizeBytes: 2)
        modules["\(key) \(version)"] = module.sha256
        return [manifest, module]
    }

    /// A file of a version: its manifest, or its module where it has one.
    private mutating func file(of key: AgentKey, _ version: String) -> SHA256Digest {
        let module = random.once(in: 2) ? modules["\(key) \(version)"] : nil
        return module ?? SHA256Digest(of: Array(version.utf8))
    }

    private mutating func dependencies() -> [Dependency]? {
        guard random.once(in: 2) else { return nil }
        let ranges = ["^1", "~1.1", ">=1.2.0 <1.9.0", "*", "^7", "1.0.0"]
        let needed = agents.shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random))
        return needed.map { Dependency(id: $0, range: random.pick(ranges), isPeer: random.once(in: 3)) }
    }

    /// Appends one thing, or a few that belong together.
    public mutating func step() async throws {
        let key = random.pick(agents).key
        let person = random.pick(people)
        switch Int.random(in: 0..<20, using: &random) {
        case 0: try await publish(key)
        case 1, 2: try await yank(key)
        case 3: try await deprecate(key)
        case 4:
            let event: any EventPayload =
                random.once(in: 2)
                ? AgentOwnerAdded(
                    inviter: person, inviterToken: random.pick(tokens[person] ?? []),
                    role: random.pick(Role.allCases), user: random.pick(people))
                : AgentOwnerRemoved(authority: .owner, user: person)
            try await append(.agent(key), event)
        case 15: try await moderate(key)
        case 16: try await sayAnew(key)
        case 18: try await changeTokens(person)
        case 19: try await changeMembers(person)
        case 17:
            guard let index = noted.indices.randomElement(using: &random) else { break }
            let (stream, entry, kind) = noted.remove(at: index)
            try await erase(entry, kind, in: stream)
        case 5, 6, 7: try await review(key, person)
        case 8, 9:
            let stream = StreamName.star(key, person)
            if starred.remove(stream) != nil {
                try await append(stream, StarRemoved())
            } else {
                starred.insert(stream)
                try await append(stream, StarAdded())
            }
        case 13, 14: try await download(key)
        case 12:
            // Of few authors, so that some reviews help many.
            let stream = StreamName.vote(key, author: random.pick(Array(people.prefix(2))), voter: person)
            let event: any EventPayload =
                random.once(in: 4) ? ReviewVoteWithdrawn() : ReviewVoted(helpful: !random.once(in: 4))
            try await append(stream, event)
        case 10:
            let about = written(TargetContent(reason: random.pick(FlagReason.allCases), target: .agent(key)))
            try await append(
                .flag(FlagID(random: random.bytes(16))), FlagRaised(targetCommitment: about.commitment), .target,
                about)
        default: try await changePerson(person)
        }
    }

    /// One side yanks a version or takes that back, with a note now and then.
    private mutating func yank(_ key: AgentKey) async throws {
        let version = random.pick(published[key] ?? [])
        let authority = random.pick(Authority.allCases)
        if random.once(in: 2) {
            try await append(
                .agent(key), VersionUnyanked(authority: authority, reason: .mistake, version: version))
            return
        }
        let note = written(NoteContent(text: random.text(upTo: 20)))
        let yanked = VersionYanked(
            authority: authority, noteCommitment: note.commitment, reason: random.pick(YankReason.allCases),
            version: version)
        noted.append((.agent(key), try await append(.agent(key), yanked, .note, note), .note))
    }

    private mutating func deprecate(_ key: AgentKey) async throws {
        let authority = random.pick(Authority.allCases)
        if random.once(in: 2) {
            try await append(.agent(key), AgentUndeprecated(authority: authority))
            return
        }
        let note = written(NoteContent(text: random.text(upTo: 20)))
        let deprecated = AgentDeprecated(
            authority: authority, noteCommitment: note.commitment, replacement: random.pick(agents))
        noted.append((.agent(key), try await append(.agent(key), deprecated, .note, note), .note))
    }

    /// Moderators hold an agent or a version, lift that, or a file of a version is removed.
    private mutating func moderate(_ key: AgentKey) async throws {
        let version = random.pick(published[key] ?? [])
        let held = random.once(in: 2) ? version : nil
        switch Int.random(in: 0..<4, using: &random) {
        case 3:
            let digest = file(of: key, version)
            try await append(
                .artifact(digest),
                ArtifactRemoved(authority: .administrator, reason: random.pick(ArtifactRemoved.Reason.allCases)))
        case 0: try await append(.agent(key), QuarantineLifted(authority: .moderator, reason: .spam, version: held))
        case 1:
            let removed = file(of: key, version)
            try await append(.agent(key), AgentArtifactRemoved(sha256: removed, versions: [version]))
        default:
            let note = written(NoteContent(text: random.text(upTo: 20)))
            let quarantined = AgentQuarantined(
                authority: .moderator, noteCommitment: note.commitment,
                reason: random.pick(QuarantineReason.allCases), version: held)
            noted.append((.agent(key), try await append(.agent(key), quarantined, .note, note), .note))
        }
    }

    private mutating func sayAnew(_ key: AgentKey) async throws {
        var listing = ListingContent()
        listing.title = random.text(upTo: 20)
        let content = written(listing)
        let changed = ListingChanged(
            listingCommitment: content.commitment, version: random.pick(published[key] ?? []))
        noted.append((.agent(key), try await append(.agent(key), changed, .listing, content), .listing))
    }

    /// Some downloads within a minute, and some readers of days before, told again now and then; some too late to count.
    private mutating func download(_ key: AgentKey) async throws {
        let now = Timestamp(milliseconds: Host.wallClockMilliseconds())
        let time = now.adding(milliseconds: -Int64.random(in: 0...5, using: &random) * 86_400_000)
        let version = random.pick(published[key] ?? [])
        let count = Int64.random(in: 1...5, using: &random)
        let tokens = Set(
            (0..<count).map { _ in
                DayToken(random: [UInt8](repeating: UInt8.random(in: 0...63, using: &random), count: 16))
            })
        let domain = ReaderDomain(random: [UInt8](repeating: UInt8.random(in: 0...1, using: &random), count: 16))
        let events: [any EventPayload] = [
            AgentDownloaded(agent: key, sources: [.cli: count], version: version),
            AgentReadersSeen(
                agent: key, day: time.day, domain: domain, readers: tokens.sorted(), version: version),
        ]
        for event in events {
            let envelope = Envelope(
                id: UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10)), log: log.id,
                stream: .downloads(slice: StreamName.agent(key).slice), time: time, recordedTime: now,
                origin: Envelope.Origin(), event: event)
            try await add(Append.NewEvent(envelope: envelope, version: nil))
        }
        raw[key, default: 0] += Int(count)
        guard time.day >= now.day.adding(days: -3) else { return }
        for token in tokens { readers[key, default: []].insert("\(time.day) \(domain) \(token)") }
    }

    private mutating func review(_ key: AgentKey, _ person: PersonID) async throws {
        let stream = StreamName.review(key, person)
        if let entries = reviewed[stream], random.once(in: 3) {
            reviewed[stream] = nil
            try await append(stream, ReviewWithdrawn())
            for entry in entries { try await erase(entry, .review, in: stream) }
            return
        }
        let words = written(ReviewContent(text: random.text(upTo: 20), title: nil))
        let rating = Int64.random(in: 1...5, using: &random)
        let event: any EventPayload =
            reviewed[stream] == nil
            ? ReviewSubmitted(rating: rating, reviewCommitment: words.commitment, version: "1.0.0")
            : ReviewEdited(rating: rating, reviewCommitment: words.commitment, version: "1.0.0")
        reviewed[stream, default: []].append(try await append(stream, event, .review, words))
    }

    private mutating func changePerson(_ person: PersonID) async throws {
        if random.once(in: 2) {
            let words = written(ProfileContent(bio: random.text(upTo: 20)))
            let before = profiles[person]
            profiles[person] = try await append(
                .user(person), ProfileChanged(profileCommitment: words.commitment), .profile, words)
            if let before { try await erase(before, .profile, in: .user(person)) }
        } else if let name = names.removeValue(forKey: person) {
            try await append(.username(name.id), UsernameReleased(user: person))
            try await erase(name.entry, .name, in: .username(name.id))
        } else {
            try await claim(person, "Again_\(Int.random(in: 0..<1_000, using: &random))")
        }
    }
}
