import Crypto
import Events
import TestSupport

/// Entries of every type: one fixed for the golden files, others at random.
enum EntryFixtures {
    static let person = PersonID("00000000000000000000000000000001")
    static let token = TokenID("00000000000000000000000000000002")
    static let username = UsernameID("00000000000000000000000000000003")
    static let log = LogID("ffffffffffffffffffffffffffffffff")
    static let zeros = SHA256Digest(hex: String(repeating: "0", count: 64))
    static let ones = SHA256Digest(hex: String(repeating: "1", count: 64))

    /// The entries of `make_golden.py`, which wrote their bytes.
    static func golden() throws -> [Envelope] {
        guard let person, let token, let username, let log, let zeros, let ones, let namespace = Namespace("acme"),
            let id = AgentID("Acme.My__Tool"), let base = AgentID("acme.base"), let peer = AgentID("acme.peer"),
            let expires = Timestamp("2027-02-22T07:19:43.000Z"), let tool = AgentKey("acme.tool"),
            let time = Timestamp("2026-11-24T07:19:43.000Z"), let recorded = Timestamp("2026-11-24T07:19:43.021Z"),
            let entry = UUIDv7("01932f3e-0000-7000-8000-000000000001"),
            let reader = DayToken("00000000000000000000000000000004"),
            let flag = FlagID("00000000000000000000000000000005"),
            let voter = PersonID("00000000000000000000000000000006")
        else { return [] }
        func envelope(_ stream: StreamName, _ event: Event, _ origin: Envelope.Origin = Envelope.Origin()) -> Envelope {
            Envelope(
                id: entry, log: log, stream: stream, time: time, recordedTime: recorded, origin: origin, event: event)
        }
        let request = UUIDv7("01932f3e-0000-7000-8000-000000000002")
        let who = Envelope.Origin(actor: person, token: token, correlation: request)
        let caused = Envelope.Origin(
            actor: person, token: token, correlation: request,
            causation: UUIDv7("01932f3e-0000-7000-8000-000000000003"))
        return [
            envelope(.log(log), .logCreated(LogCreated())),
            envelope(.user(person), .userRegistered(UserRegistered(kind: .person, profileCommitment: zeros))),
            envelope(.user(person), .profileChanged(ProfileChanged(profileCommitment: ones)), who),
            envelope(.username(username), .usernameClaimed(UsernameClaimed(user: person, nameCommitment: ones))),
            envelope(.username(username), .usernameReleased(UsernameReleased(user: person)), who),
            envelope(
                .token(token),
                .tokenIssued(
                    TokenIssued(
                        user: person, scopes: [.publish, .publishNamespace(namespace), .publishAgent(tool)],
                        expires: expires))),
            envelope(.token(token), .tokenRevoked(TokenRevoked(reason: .leaked)), who),
            envelope(.namespace(namespace), .namespaceClaimed(NamespaceClaimed(owner: person)), who),
            envelope(
                .namespace(namespace),
                .namespaceMemberAdded(NamespaceMemberAdded(user: person, role: .maintainer)), who),
            envelope(.namespace(namespace), .namespaceMemberRemoved(NamespaceMemberRemoved(user: person)), who),
            envelope(.agent(id.key), .agentRegistered(AgentRegistered(id: id, owner: person)), who),
            envelope(.agent(tool), .agentOwnerAdded(AgentOwnerAdded(user: person, role: .owner)), who),
            envelope(.agent(tool), .agentOwnerRemoved(AgentOwnerRemoved(user: person)), who),
            envelope(
                .agent(id.key),
                .versionPublished(
                    VersionPublished(
                        version: "1.2.3-rc.1+build.5",
                        artifacts: [
                            Artifact(role: .package, sha256: ones, sizeBytes: 104_857),
                            Artifact(role: .manifest, sha256: zeros, sizeBytes: 640),
                        ], listed: true, runtime: "python3.12", license: "MIT OR Apache-2.0",
                        capabilities: ["network:https:api.example.com", "action:count"],
                        dependencies: [
                            Dependency(id: base, range: "^1.0.0"), Dependency(id: peer, range: ">=2", isPeer: true),
                        ], minimumMentatVersion: "1.1.0", listingCommitment: ones)), caused),
            envelope(
                .agent(tool),
                .versionYanked(VersionYanked(version: "1.2.3", reason: .security, noteCommitment: zeros)), who),
            envelope(.agent(tool), .versionUnyanked(VersionUnyanked(version: "1.2.3", reason: .mistake)), who),
            envelope(.agent(tool), .agentDeprecated(AgentDeprecated(replacement: id, noteCommitment: ones)), who),
            envelope(.agent(tool), .agentUndeprecated(AgentUndeprecated()), who),
            envelope(
                .review(tool, person),
                .reviewSubmitted(ReviewSubmitted(version: "1.2.3", rating: 5, reviewCommitment: ones)), who),
            envelope(
                .review(tool, person),
                .reviewEdited(ReviewEdited(version: "1.2.3", rating: 1, reviewCommitment: zeros)), who),
            envelope(.review(tool, person), .reviewWithdrawn(ReviewWithdrawn()), who),
            envelope(
                .vote(tool, author: person, voter: voter), .reviewVoted(ReviewVoted(helpful: true)), who),
            envelope(
                .vote(tool, author: person, voter: voter), .reviewVoteWithdrawn(ReviewVoteWithdrawn()), who),
            envelope(.star(tool, person), .starAdded(StarAdded()), who),
            envelope(.star(tool, person), .starRemoved(StarRemoved()), who),
            envelope(
                .flag(tool, flag),
                .flagRaised(
                    FlagRaised(target: .review(tool, person), reason: .abusive, detailsCommitment: zeros))),
            envelope(
                .downloads(slice: 7),
                .agentDownloaded(
                    AgentDownloaded(
                        agent: tool, version: "1.2.3",
                        downloads: [
                            AgentDownloaded.Download(milliseconds: 0, source: .cli, reader: reader),
                            AgentDownloaded.Download(milliseconds: 998, source: .mirror, reader: reader),
                        ]))),
            envelope(
                .username(username),
                .contentErased(ContentErased(entry: entry, field: "name_commitment", reason: .owner)), who),
        ]
    }

    /// An entry of any type with any values.
    static func any(_ random: inout SeededRandom) -> Envelope {
        let person = PersonID(random: random.bytes(16))
        let id = agentID(&random)
        let time = Timestamp(milliseconds: Int64.random(in: 0...4_102_444_800_000, using: &random))
        let log = LogID(random: random.bytes(16))
        let (stream, event): (StreamName, Event)
        switch Int.random(in: 0..<20, using: &random) {
        case 0: (stream, event) = (.log(log), .logCreated(LogCreated()))
        case 1:
            let kind = random.pick(UserRegistered.Kind.allCases)
            let profile = random.once(in: 2) ? digest(&random) : nil
            (stream, event) = (.user(person), .userRegistered(UserRegistered(kind: kind, profileCommitment: profile)))
        case 2:
            let claimed = UsernameClaimed(user: person, nameCommitment: digest(&random))
            (stream, event) = (.username(UsernameID(random: random.bytes(16))), .usernameClaimed(claimed))
        case 3:
            let scopes: [Scope] = [.admin, .moderate, .review, .publish, .publishAgent(id.key)]
            let issued = TokenIssued(
                user: person,
                scopes: Array(scopes.shuffled(using: &random).prefix(Int.random(in: 1...5, using: &random))),
                expires: time)
            (stream, event) = (.token(TokenID(random: random.bytes(16))), .tokenIssued(issued))
        case 4:
            let namespace = id.key.namespace ?? Namespace("plain").known
            (stream, event) = (.namespace(namespace), .namespaceClaimed(NamespaceClaimed(owner: person)))
        case 5: (stream, event) = (.agent(id.key), .agentRegistered(AgentRegistered(id: id, owner: person)))
        case 6: (stream, event) = (.agent(id.key), .versionPublished(published(&random)))
        case 7: (stream, event) = (.star(id.key, person), .starAdded(StarAdded()))
        case 8: (stream, event) = (.star(id.key, person), .starRemoved(StarRemoved()))
        case 9:
            (stream, event) = (
                .token(TokenID(random: random.bytes(16))),
                .tokenRevoked(
                    TokenRevoked(reason: random.pick(TokenRevoked.Reason.allCases)))
            )
        case 10:
            let namespace = id.key.namespace ?? Namespace("plain").known
            let added = NamespaceMemberAdded(user: person, role: random.pick(Role.allCases))
            (stream, event) = (.namespace(namespace), .namespaceMemberAdded(added))
        case 11:
            (stream, event) = (.agent(id.key), .agentOwnerRemoved(AgentOwnerRemoved(user: person)))
        case 12:
            let yanked = VersionYanked(
                version: "1.0.0", reason: random.pick(YankReason.allCases),
                noteCommitment: random.once(in: 2) ? digest(&random) : nil)
            (stream, event) = (.agent(id.key), .versionYanked(yanked))
        case 13:
            let deprecated = AgentDeprecated(
                replacement: random.once(in: 2) ? agentID(&random) : nil,
                noteCommitment: random.once(in: 2) ? digest(&random) : nil)
            (stream, event) = (.agent(id.key), .agentDeprecated(deprecated))
        case 14:
            let edited = ReviewEdited(
                version: "1.0.0-a+b", rating: Int64.random(in: 1...5, using: &random), reviewCommitment: digest(&random)
            )
            (stream, event) = (.review(id.key, person), .reviewEdited(edited))
        case 15: (stream, event) = (.review(id.key, person), .reviewWithdrawn(ReviewWithdrawn()))
        case 16:
            let target = random.pick([
                FlagTarget.agent(id.key), .version(id.key, "1.0.0"), .review(id.key, person), .user(person),
            ])
            let raised = FlagRaised(
                target: target, reason: random.pick(FlagRaised.Reason.allCases),
                detailsCommitment: random.once(in: 2) ? digest(&random) : nil)
            (stream, event) = (.flag(target.subject, FlagID(random: random.bytes(16))), .flagRaised(raised))
        case 18:
            let vote = StreamName.vote(id.key, author: person, voter: PersonID(random: random.bytes(16)))
            (stream, event) = (vote, .reviewVoted(ReviewVoted(helpful: random.once(in: 2))))
        case 17:
            let entry = UUIDv7(milliseconds: time.milliseconds, random: random.bytes(10))
            let erased = ContentErased(
                entry: entry, field: "review_commitment", reason: random.pick(ContentErased.Reason.allCases))
            (stream, event) = (.review(id.key, person), .contentErased(erased))
        default:
            let downloads = (0..<Int.random(in: 1...20, using: &random)).map { _ in
                AgentDownloaded.Download(
                    milliseconds: Int64.random(in: 0...1_000, using: &random),
                    source: random.pick(AgentDownloaded.Download.Source.allCases),
                    reader: DayToken(random: random.bytes(16)))
            }
            stream = .downloads(slice: StreamName.agent(id.key).slice)
            event = .agentDownloaded(AgentDownloaded(agent: id.key, version: "1.0.0", downloads: downloads))
        }
        let origin = Envelope.Origin(
            actor: random.once(in: 2) ? person : nil,
            token: random.once(in: 2) ? TokenID(random: random.bytes(16)) : nil,
            correlation: random.once(in: 2) ? UUIDv7(milliseconds: time.milliseconds, random: random.bytes(10)) : nil,
            causation: random.once(in: 2) ? UUIDv7(milliseconds: time.milliseconds, random: random.bytes(10)) : nil)
        return Envelope(
            id: UUIDv7(milliseconds: time.milliseconds, random: random.bytes(10)), log: log, stream: stream, time: time,
            recordedTime: Timestamp(milliseconds: time.milliseconds + 5), origin: origin, event: event)
    }

    static func digest(_ random: inout SeededRandom) -> SHA256Digest { SHA256Digest(of: random.bytes(8)) }

    static func agentID(_ random: inout SeededRandom) -> AgentID {
        while true {
            let letters = Array("abzAZ09._-")
            let text = String((0..<Int.random(in: 1...20, using: &random)).map { _ in random.pick(letters) })
            if let id = AgentID(text) { return id }
        }
    }

    private static func published(_ random: inout SeededRandom) -> VersionPublished {
        let roles = Set([.manifest] + Artifact.Role.allCases.shuffled(using: &random).prefix(2))
        let artifacts = roles.map {
            Artifact(role: $0, sha256: digest(&random), sizeBytes: Int64.random(in: 0...(1 << 40), using: &random))
        }
        let printable = Array("!#$%&'\"\\:/.aZ09~")
        let capabilities = Set(
            (0..<Int.random(in: 0..<5, using: &random)).map { _ in
                String((0..<Int.random(in: 1...200, using: &random)).map { _ in random.pick(printable) })
            })
        let dependencies = (0..<Int.random(in: 0..<4, using: &random)).map { _ in
            Dependency(
                id: agentID(&random), range: random.pick(["*", "^1.0.0", ">=1 <2", ""]), isPeer: random.once(in: 2))
        }
        return VersionPublished(
            version: random.pick(["0.0.0", "1.2.3-a.1", "10.20.30+b.0", "1.0.0--.-+-"]), artifacts: artifacts,
            listed: random.once(in: 2), runtime: random.once(in: 2) ? "python3.12" : nil,
            license: random.once(in: 2) ? "MIT" : nil, capabilities: random.once(in: 2) ? Array(capabilities) : nil,
            dependencies: random.once(in: 2) ? dependencies : nil,
            minimumMentatVersion: random.once(in: 2) ? "1.1.0-rc.1" : nil, listingCommitment: digest(&random))
    }

    static func written(_ kind: WrittenContent.Kind, _ random: inout SeededRandom) throws -> WrittenContent {
        var texts: [String: String] = [:]
        for member in kind.members where member.isRequired || random.once(in: 2) {
            texts[member.name] = random.text(upTo: min(40, member.maximumCharacters))
        }
        return WrittenContent(kind, texts)
    }

    static func listing(_ random: inout SeededRandom) -> ListingContent {
        var listing = ListingContent()
        func maybe(_ count: Int) -> String? { random.once(in: 2) ? random.text(upTo: count) : nil }
        listing.title = maybe(30)
        listing.summary = maybe(100)
        listing.description = maybe(300)
        listing.category = maybe(20)
        listing.author = maybe(20)
        listing.image = maybe(40)
        listing.sourceURL = maybe(40)
        listing.icon = maybe(4)
        listing.tags = random.once(in: 2) ? ["a", "\(random.text(upTo: 5))b"] : nil
        listing.inputs = (0..<Int.random(in: 0..<4, using: &random)).map { _ in
            ListingContent.Pin(name: "n\(random.text(upTo: 5))", type: "json", description: maybe(20))
        }
        return listing
    }
}

extension Optional {
    /// The value of a constant that is known to parse.
    fileprivate var known: Wrapped {
        guard let self else { preconditionFailure("a constant of the fixtures does not parse") }
        return self
    }
}
