import Crypto
import EventLog
import Events
import Following
import Logging
import Projections
import System
import TestSupport
import Testing

/// The models of people and their judgments are functions of the log, however it is cut into batches.
@Suite struct PeopleModelTests {
    private static let tables = [
        "publishers", "agents", "agent_counters", "agent_versions", "agent_owners", "reviews", "review_votes", "stars",
        "flags", "download_readers", "version_downloads", "daily_downloads", "index_documents",
        "files", "file_holds", "removed_files", "withheld_files",
    ]

    /// Appends what the domain could have decided, at random, without asking it.
    struct Walk {
        let log: EventLog
        let url: String
        var random: SeededRandom
        var versions: [StreamName: Int64] = [:]
        var published: [AgentKey: [String]] = [:]
        var raw: [AgentKey: Int] = [:]
        var readers: [AgentKey: Set<String>] = [:]
        var reviewed: [StreamName: [UUIDv7]] = [:]
        var starred: Set<StreamName> = []
        var people: [PersonID] = []
        var names: [PersonID: (id: UsernameID, entry: UUIDv7)] = [:]
        var profiles: [PersonID: UUIDv7] = [:]
        /// Listings and notes that were not erased.
        var noted: [(stream: StreamName, entry: UUIDv7, kind: ContentKind)] = []
        let agents: [AgentID]

        init(_ log: EventLog, _ url: String, seed: UInt64) {
            self.log = log
            self.url = url
            random = SeededRandom(seed: seed)
            agents = (0..<4).compactMap { AgentID("acme.a\($0)") }
        }

        @discardableResult
        mutating func append(
            _ stream: StreamName, _ event: any EventPayload, _ kind: ContentKind? = nil, _ content: Content? = nil
        ) async throws -> UUIDv7 {
            let version = versions[stream] ?? 0
            versions[stream] = version + 1
            let now = Timestamp(milliseconds: Host.wallClockMilliseconds())
            let id = UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10))
            let contents =
                content.map { [Append.NewContent(field: kind?.field ?? "", content: $0, isPublic: true)] } ?? []
            let outcome = try await log.append(
                Append(
                    expected: [stream: StreamVersion(version)],
                    events: [
                        Append.NewEvent(
                            envelope: Envelope(
                                id: id, log: log.id, stream: stream, time: now, recordedTime: now,
                                origin: Envelope.Origin(), event: event),
                            version: StreamVersion(version + 1), contents: contents)
                    ]))
            guard case .appended = outcome else {
                Issue.record("not appended: \(outcome)")
                return id
            }
            return id
        }

        private func written(_ content: some ContentDocument) -> Content {
            Content(content, nonce: SecureRandom.bytes(32))
        }

        /// Erases what an entry commits to: the row, and the event that says so.
        private mutating func erase(_ entry: UUIDv7, _ kind: ContentKind, in stream: StreamName) async throws {
            let place =
                "(SELECT position FROM log.events WHERE convert_from(entry, 'UTF8') LIKE '%\"id\":\"\(entry)\"%')"
            try await TestDatabase.script(
                url, "DELETE FROM log.contents WHERE position = \(place) AND field = '\(kind.field)'")
            try await append(
                stream, ContentErased(authority: .owner, entry: entry, field: kind.field, reason: .owner))
        }

        mutating func begin() async throws {
            for index in 0..<4 {
                let person = PersonID(random: random.bytes(16))
                people.append(person)
                try await append(.user(person), UserRegistered(kind: .person))
                try await claim(person, "Person_\(index)")
            }
            for id in agents {
                try await append(
                    .agent(id.key), AgentRegistered(id: id, owner: random.pick(people)))
                try await publish(id.key)
            }
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
            let content = written(listing)
            published[key, default: []].append(version)
            let entry = try await append(
                .agent(key),
                VersionPublished(
                    version: version,
                    artifacts: [Artifact(role: .manifest, sha256: SHA256Digest(of: Array(version.utf8)), sizeBytes: 1)],
                    listed: random.once(in: 2), listingCommitment: content.commitment), .listing, content)
            noted.append((.agent(key), entry, .listing))
        }

        mutating func step() async throws {
            let key = random.pick(agents).key
            let person = random.pick(people)
            switch Int.random(in: 0..<18, using: &random) {
            case 0: try await publish(key)
            case 1, 2: try await yank(key)
            case 3: try await deprecate(key)
            case 4:
                let event: any EventPayload =
                    random.once(in: 2)
                    ? AgentOwnerAdded(
                        inviter: person, inviterToken: TokenID(random: random.bytes(16)),
                        role: random.pick(Role.allCases), user: random.pick(people))
                    : AgentOwnerRemoved(authority: .owner, user: person)
                try await append(.agent(key), event)
            case 15: try await moderate(key)
            case 16: try await sayAnew(key)
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
                let stream = StreamName.vote(key, author: person, voter: random.pick(people))
                let event: any EventPayload =
                    random.once(in: 3) ? ReviewVoteWithdrawn() : ReviewVoted(helpful: random.once(in: 2))
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
                let digest = SHA256Digest(of: Array(version.utf8))
                try await append(.artifact(digest), ArtifactRemoved(authority: .administrator, reason: .legal))
            case 0: try await append(.agent(key), QuarantineLifted(authority: .moderator, reason: .spam, version: held))
            case 1:
                let removed = SHA256Digest(of: Array(version.utf8))
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
                    DayToken(random: [UInt8](repeating: UInt8.random(in: 0...3, using: &random), count: 16))
                })
            let domain = ReaderDomain(random: [UInt8](repeating: UInt8.random(in: 0...1, using: &random), count: 16))
            let events: [any EventPayload] = [
                AgentDownloaded(agent: key, sources: [.cli: count], version: version),
                AgentReadersSeen(
                    agent: key, day: time.day, domain: domain, readers: tokens.sorted(), version: version),
            ]
            let outcome = try await log.append(
                Append(
                    expected: [:],
                    events: events.map { event in
                        Append.NewEvent(
                            envelope: Envelope(
                                id: UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10)), log: log.id,
                                stream: .downloads(slice: StreamName.agent(key).slice), time: time, recordedTime: now,
                                origin: Envelope.Origin(), event: event), version: nil)
                    }))
            guard case .appended = outcome else {
                Issue.record("not appended: \(outcome)")
                return
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

    private func rows(_ url: String) async throws -> [String] {
        var rows: [String] = []
        for table in Self.tables {
            rows += try await TestDatabase.queryModels(url, "SELECT '\(table) ' || t::text FROM \(table) t ORDER BY 1")
        }
        return rows
    }

    /// Readers that come too late to count do not decide whether older ones are still stored.
    @Test func readersThatComeTooLateForgetNobody() async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            let head = HeadFeed(Position(0)) { try await log.entries.head() }
            let projector = Projector(
                .agents, DatabaseAccess(url: url), head: head, log: Log("test", threshold: .error))
            let key = try #require(AgentKey("acme.a"))
            func append(_ number: UInt8) async throws {
                let now = Timestamp(milliseconds: Host.wallClockMilliseconds())
                let seen = AgentReadersSeen(
                    agent: key, day: now.day, domain: ReaderDomain(random: [UInt8](repeating: 1, count: 16)),
                    readers: [DayToken(random: [UInt8](repeating: number, count: 16))], version: "1.0.0")
                let event = Append.NewEvent(
                    envelope: Envelope(
                        id: UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10)), log: log.id,
                        stream: .downloads(slice: StreamName.agent(key).slice), time: now.day.start, recordedTime: now,
                        origin: Envelope.Origin(), event: seen), version: nil)
                guard case .appended = try await log.append(Append(expected: [:], events: [event])) else {
                    throw EventLogError.corrupt("not appended")
                }
            }
            try await append(1)
            try await projector.applyBatch()
            try await append(2)
            // As if it had been recorded ten days later, which no log takes from a writer of today.
            try await TestDatabase.script(
                url,
                """
                UPDATE log.events SET entry = convert_to(regexp_replace(convert_from(entry, 'UTF8'),
                    '"recordedtime":"[0-9-]{10}', '"recordedtime":"' || (now() AT TIME ZONE 'UTC')::date + 10), 'UTF8')
                WHERE position = 1
                """)
            try await projector.applyBatch()
            let stored = "SELECT reader::text FROM download_readers"
            let before = try await TestDatabase.queryModels(url, stored)
            #expect(before.count == 1)
            try await TestDatabase.emptyModels(url)
            try await projector.applyBatch()
            #expect(try await TestDatabase.queryModels(url, stored) == before)
            await log.close()
        }
    }

    @Test(arguments: [1, 2, 3])
    func howTheLogIsCutChangesNothing(_ seed: UInt64) async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            let head = HeadFeed(Position(0)) { try await log.entries.head() }
            let projectors = ProjectionCatalogue.all.map {
                Projector($0, DatabaseAccess(url: url), head: head, log: Log("test", threshold: .error))
            }
            var walk = Walk(log, url, seed: seed)
            try await walk.begin()
            for _ in 0..<150 {
                try await walk.step()
                if walk.random.once(in: 4) {
                    for projector in projectors { try await projector.applyBatch() }
                }
            }
            for projector in projectors { try await projector.applyBatch() }
            let before = try await rows(url)
            #expect(before.count > 60)
            try await TestDatabase.emptyModels(url)
            for projector in projectors { try await projector.applyBatch() }
            let anew = try await rows(url)
            #expect(anew == before, "seed \(seed): \(zip(anew, before).first { $0.0 != $0.1 }.map { "\($0)" } ?? "")")

            // And the counts are what there is to count.
            let counts = try await TestDatabase.queryModels(
                url,
                """
                SELECT c.key || ' ' || c.stars || ' ' || c.ones + c.twos + c.threes + c.fours + c.fives || ' ' || c.fives
                FROM agent_counters c ORDER BY c.key
                """)
            let counted = try await TestDatabase.queryModels(
                url,
                """
                SELECT a.key || ' ' || (SELECT count(*) FROM stars s WHERE s.key = a.key) || ' '
                    || (SELECT count(*) FROM reviews r WHERE r.key = a.key) || ' '
                    || (SELECT count(*) FROM reviews r WHERE r.key = a.key AND r.rating = 5)
                FROM agents a ORDER BY a.key
                """)
            #expect(counts == counted)
            let downloads = try await TestDatabase.queryModels(
                url, "SELECT key || ' ' || downloads || ' ' || readers FROM agent_counters ORDER BY key")
            #expect(
                downloads
                    == walk.agents.map { id in
                        "\(id.key) \(walk.raw[id.key] ?? 0) \(walk.readers[id.key]?.count ?? 0)"
                    }.sorted())
            #expect(counts.count == 4)
            await log.close()
        }
    }
}
