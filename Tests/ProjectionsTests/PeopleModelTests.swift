import Crypto
import EventLog
import Events
import Logging
import Projections
import System
import TestSupport
import Testing

/// The models of people and their judgments are functions of the log, however it is cut into batches.
@Suite struct PeopleModelTests {
    private static let tables = [
        "publishers", "agents", "agent_versions", "agent_owners", "reviews", "review_votes", "review_helpfulness",
        "agent_ratings", "stars", "agent_stars", "flags", "download_readers", "version_downloads", "daily_downloads",
        "agent_downloads", "index_documents",
    ]

    /// Appends what the domain could have decided, at random, without asking it.
    private struct Walk {
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
        let agents: [AgentID]

        init(_ log: EventLog, _ url: String, seed: UInt64) {
            self.log = log
            self.url = url
            random = SeededRandom(seed: seed)
            agents = (0..<4).compactMap { AgentID("acme.a\($0)") }
        }

        @discardableResult
        mutating func append(
            _ stream: StreamName, _ event: Event, _ field: String? = nil, _ content: Content? = nil
        ) async throws -> UUIDv7 {
            let version = versions[stream] ?? 0
            versions[stream] = version + 1
            let now = Timestamp(milliseconds: Host.wallClockMilliseconds())
            let id = UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10))
            let contents = content.map { [Append.NewContent(field: field ?? "", content: $0, isPublic: true)] } ?? []
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

        private mutating func written(_ kind: WrittenContent.Kind, _ texts: [String: String]) -> Content {
            Content(document: WrittenContent(kind, texts).document, nonce: SecureRandom.bytes(32))
        }

        /// Erases what an entry commits to: the row, and the event that says so.
        private mutating func erase(_ entry: UUIDv7, _ field: String, in stream: StreamName) async throws {
            let place =
                "(SELECT position FROM log.events WHERE convert_from(entry, 'UTF8') LIKE '%\"id\":\"\(entry)\"%')"
            try await TestDatabase.script(url, "DELETE FROM log.contents WHERE position = \(place)")
            try await append(stream, .contentErased(ContentErased(entry: entry, field: field, reason: .owner)))
        }

        mutating func begin() async throws {
            for index in 0..<4 {
                let person = PersonID(random: random.bytes(16))
                people.append(person)
                try await append(.user(person), .userRegistered(UserRegistered(kind: .person)))
                try await claim(person, "Person_\(index)")
            }
            for id in agents {
                try await append(
                    .agent(id.key), .agentRegistered(AgentRegistered(id: id, owner: random.pick(people))))
                try await publish(id.key)
            }
        }

        private mutating func claim(_ person: PersonID, _ name: String) async throws {
            let username = UsernameID(random: random.bytes(16))
            let content = written(.name, ["name": name])
            let entry = try await append(
                .username(username),
                .usernameClaimed(UsernameClaimed(user: person, nameCommitment: content.commitment)), "name_commitment",
                content)
            names[person] = (username, entry)
        }

        private mutating func publish(_ key: AgentKey) async throws {
            let count = published[key]?.count ?? 0
            let version = random.once(in: 3) ? "1.\(count).0-rc.1" : "1.\(count).0"
            var listing = ListingContent()
            listing.title = "\(key) \(version)"
            let content = Content(document: listing.document, nonce: SecureRandom.bytes(32))
            published[key, default: []].append(version)
            try await append(
                .agent(key),
                .versionPublished(
                    VersionPublished(
                        version: version,
                        artifacts: [
                            Artifact(role: .manifest, sha256: SHA256Digest(of: Array(version.utf8)), sizeBytes: 1)
                        ], listed: random.once(in: 2), listingCommitment: content.commitment)), "listing_commitment",
                content)
        }

        mutating func step() async throws {
            let key = random.pick(agents).key
            let person = random.pick(people)
            switch Int.random(in: 0..<15, using: &random) {
            case 0: try await publish(key)
            case 1, 2:
                let version = random.pick(published[key] ?? [])
                let event: Event =
                    random.once(in: 2)
                    ? .versionYanked(VersionYanked(version: version, reason: .broken))
                    : .versionUnyanked(VersionUnyanked(version: version, reason: .mistake))
                try await append(.agent(key), event)
            case 3:
                let event: Event =
                    random.once(in: 2)
                    ? .agentDeprecated(AgentDeprecated(replacement: random.pick(agents)))
                    : .agentUndeprecated(AgentUndeprecated())
                try await append(.agent(key), event)
            case 4:
                let event: Event =
                    random.once(in: 2)
                    ? .agentOwnerAdded(AgentOwnerAdded(user: person, role: random.pick(Role.allCases)))
                    : .agentOwnerRemoved(AgentOwnerRemoved(user: person))
                try await append(.agent(key), event)
            case 5, 6, 7: try await review(key, person)
            case 8, 9:
                let stream = StreamName.star(key, person)
                if starred.remove(stream) != nil {
                    try await append(stream, .starRemoved(StarRemoved()))
                } else {
                    starred.insert(stream)
                    try await append(stream, .starAdded(StarAdded()))
                }
            case 13, 14: try await download(key)
            case 12:
                let stream = StreamName.vote(key, author: person, voter: random.pick(people))
                let event: Event =
                    random.once(in: 3)
                    ? .reviewVoteWithdrawn(ReviewVoteWithdrawn())
                    : .reviewVoted(ReviewVoted(helpful: random.once(in: 2)))
                try await append(stream, event)
            case 10:
                let raised = FlagRaised(target: .agent(key), reason: random.pick(FlagRaised.Reason.allCases))
                try await append(.flag(key, FlagID(random: random.bytes(16))), .flagRaised(raised))
            default: try await changePerson(person)
            }
        }

        /// Some downloads, some of them of days before, by few readers; some too late to tell readers apart.
        private mutating func download(_ key: AgentKey) async throws {
            let now = Timestamp(milliseconds: Host.wallClockMilliseconds())
            let time = now.adding(milliseconds: -Int64.random(in: 0...5, using: &random) * 86_400_000)
            let downloads = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                AgentDownloaded.Download(
                    milliseconds: Int64.random(in: 0...1_000, using: &random), source: .cli,
                    reader: DayToken(random: [UInt8](repeating: UInt8.random(in: 0...3, using: &random), count: 16)))
            }
            let event = AgentDownloaded(
                agent: key, version: random.pick(published[key] ?? []), downloads: downloads)
            let stream = StreamName.downloads(slice: StreamName.agent(key).slice)
            let outcome = try await log.append(
                Append(
                    expected: [:],
                    events: [
                        Append.NewEvent(
                            envelope: Envelope(
                                id: UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10)), log: log.id,
                                stream: stream, time: time, recordedTime: now, origin: Envelope.Origin(),
                                event: .agentDownloaded(event)),
                            version: nil)
                    ]))
            guard case .appended = outcome else {
                Issue.record("not appended: \(outcome)")
                return
            }
            for download in downloads {
                let day = time.adding(milliseconds: download.milliseconds).milliseconds / 86_400_000
                raw[key, default: 0] += 1
                if day >= now.milliseconds / 86_400_000 - 2 {
                    readers[key, default: []].insert("\(day) \(download.reader)")
                }
            }
        }

        private mutating func review(_ key: AgentKey, _ person: PersonID) async throws {
            let stream = StreamName.review(key, person)
            if let entries = reviewed[stream], random.once(in: 3) {
                reviewed[stream] = nil
                try await append(stream, .reviewWithdrawn(ReviewWithdrawn()))
                for entry in entries { try await erase(entry, "review_commitment", in: stream) }
                return
            }
            let words = written(.review, ["text": random.text(upTo: 20)])
            let rating = Int64.random(in: 1...5, using: &random)
            let event: Event =
                reviewed[stream] == nil
                ? .reviewSubmitted(
                    ReviewSubmitted(version: "1.0.0", rating: rating, reviewCommitment: words.commitment))
                : .reviewEdited(ReviewEdited(version: "1.0.0", rating: rating, reviewCommitment: words.commitment))
            reviewed[stream, default: []].append(try await append(stream, event, "review_commitment", words))
        }

        private mutating func changePerson(_ person: PersonID) async throws {
            if random.once(in: 2) {
                let words = written(.profile, ["bio": random.text(upTo: 20)])
                let before = profiles[person]
                profiles[person] = try await append(
                    .user(person), .profileChanged(ProfileChanged(profileCommitment: words.commitment)),
                    "profile_commitment", words)
                if let before { try await erase(before, "profile_commitment", in: .user(person)) }
            } else if let name = names.removeValue(forKey: person) {
                try await append(.username(name.id), .usernameReleased(UsernameReleased(user: person)))
                try await erase(name.entry, "name_commitment", in: .username(name.id))
            } else {
                try await claim(person, "Again_\(Int.random(in: 0..<1_000, using: &random))")
            }
        }
    }

    private func rows(_ url: String) async throws -> [String] {
        var rows: [String] = []
        for table in Self.tables {
            rows += try await TestDatabase.query(url, "SELECT '\(table) ' || t::text FROM models.\(table) t ORDER BY 1")
        }
        return rows
    }

    @Test(arguments: [1, 2, 3])
    func howTheLogIsCutChangesNothing(_ seed: UInt64) async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            let head = Projector.followHead(url: url)
            let projectors = Projections.all.map {
                Projector($0, url: url, head: head, log: Log("test", threshold: .error))
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
            try await TestDatabase.script(
                url, "TRUNCATE models.cursors, \(Self.tables.map { "models.\($0)" }.joined(separator: ", "))")
            for projector in projectors { try await projector.applyBatch() }
            let anew = try await rows(url)
            #expect(anew == before, "seed \(seed): \(zip(anew, before).first { $0.0 != $0.1 }.map { "\($0)" } ?? "")")

            // And the counts are what there is to count.
            let counts = try await TestDatabase.query(
                url,
                """
                SELECT a.key || ' ' || s.stars || ' ' || r.ones + r.twos + r.threes + r.fours + r.fives || ' ' || r.fives
                FROM models.agents a JOIN models.agent_stars s USING (key) JOIN models.agent_ratings r USING (key)
                ORDER BY a.key
                """)
            let counted = try await TestDatabase.query(
                url,
                """
                SELECT a.key || ' ' || (SELECT count(*) FROM models.stars s WHERE s.key = a.key) || ' '
                    || (SELECT count(*) FROM models.reviews r WHERE r.key = a.key) || ' '
                    || (SELECT count(*) FROM models.reviews r WHERE r.key = a.key AND r.rating = 5)
                FROM models.agents a ORDER BY a.key
                """)
            #expect(counts == counted)
            let downloads = try await TestDatabase.query(
                url, "SELECT key || ' ' || downloads || ' ' || readers FROM models.agent_downloads ORDER BY key")
            #expect(
                downloads
                    == walk.raw.map { "\($0.key) \($0.value) \(walk.readers[$0.key]?.count ?? 0)" }.sorted())
            #expect(counts.count == 4)
            await log.close()
        }
    }
}
