import Crypto
import Events
import Manifest
import Marketplace
import Testing

/// Given a past, when somebody yanks, reviews, stars, flags, registers or goes, then.
@Suite struct PeopleSpecificationTests {
    private let key: AgentKey
    private let id: AgentID

    init() throws {
        id = try #require(AgentID("acme.tool"))
        key = id.key
    }

    private func agent(of owner: PersonID, _ versions: String...) -> [(StreamName, Event)] {
        let registered: (StreamName, Event) = (.agent(key), AgentRegistered(id: id, owner: owner))
        return [registered]
            + versions.map { version in
                let published = VersionPublished(
                    version: version,
                    artifacts: [Artifact(role: .manifest, sha256: SHA256Digest(of: Array(version.utf8)), sizeBytes: 1)],
                    listed: true, listingCommitment: SHA256Digest(of: []))
                return (.agent(key), published)
            }
    }

    private func added(_ person: PersonID) -> AgentOwnerAdded {
        AgentOwnerAdded(inviter: Given.bob, inviterToken: Given.other, role: .owner, user: person)
    }

    private func yank(
        _ version: String, _ isYanked: Bool = true, reason: YankReason = .broken
    ) throws -> YankVersion {
        YankVersion(
            principal: Given.principal, now: Given.now, key: key, version: try #require(SemVer(version)),
            isYanked: isYanked, reason: reason, note: nil)
    }

    private var yanked: (StreamName, Event) {
        (.agent(key), VersionYanked(authority: .owner, reason: .broken, version: "1.0.0"))
    }

    // MARK: Yanking

    @Test func aVersionIsYankedOnceAndComesBackOnce() throws {
        let given = Given.alice(with: [.publish]) + agent(of: Given.alice, "1.0.0")
        #expect(then(try yank("1.0.0"), Given.past(given)) == ["agent/acme.tool: agent.version-yanked.v1"])
        #expect(then(try yank("1.0.0", false), Given.past(given)) == ["unchanged since ever"])
        let past = Given.past(given + [yanked])
        #expect(then(try yank("1.0.0"), past) == ["unchanged since 4"])
        #expect(then(try yank("1.0.0+build"), past) == [#"noVersion(acme.tool, "1.0.0+build")"#])
        #expect(then(try yank("1.0.0", reason: .security), past) == ["agent/acme.tool: agent.version-yanked.v1"])
        #expect(then(try yank("1.0.0", false), past) == ["agent/acme.tool: agent.version-unyanked.v1"])
        #expect(past[.agent(key)].latest?.version == "1.0.0")
    }

    /// An owner's yank and the administrator's are independent: each side takes back its own.
    @Test func eachSideTakesBackItsOwnYank() throws {
        let held: (StreamName, Event) = (
            .agent(key), VersionYanked(authority: .moderator, reason: .malware, version: "1.0.0")
        )
        let given = Given.alice(with: [.publish]) + agent(of: Given.alice, "1.0.0") + [held]
        #expect(then(try yank("1.0.0", false), Given.past(given)) == ["unchanged since 4"])
        #expect(then(try yank("1.0.0"), Given.past(given)) == ["agent/acme.tool: agent.version-yanked.v1"])
        let both = Given.past(given + [yanked])
        #expect(then(try yank("1.0.0", false), both) == ["agent/acme.tool: agent.version-unyanked.v1"])
        let back: (StreamName, Event) = (
            .agent(key), VersionUnyanked(authority: .owner, reason: .mistake, version: "1.0.0")
        )
        #expect(Given.past(given + [yanked, back])[.agent(key)].versions.values.first?.isYanked == true)
        let administrator = Given.past(Given.alice(with: [.admin]) + agent(of: Given.bob, "1.0.0") + [yanked])
        #expect(then(try yank("1.0.0", false), administrator) == ["unchanged since 4"])
    }

    @Test func whatIsNotThereIsNotYanked() throws {
        let alice = Given.alice(with: [.publish])
        #expect(then(try yank("1.0.0"), Given.past(alice)) == ["noAgent(acme.tool)"])
        let past = Given.past(alice + agent(of: Given.alice, "1.0.0"))
        #expect(then(try yank("2.0.0"), past) == [#"noVersion(acme.tool, "2.0.0")"#])
    }

    @Test func theLatestIsTheHighestThatIsLeft() {
        let versions = agent(of: Given.alice, "1.0.0", "2.0.0-rc.1", "1.10.0", "1.9.0")
        #expect(Given.past(versions)[.agent(key)].latest?.version == "1.10.0")
        func without(_ gone: String...) -> String? {
            let yanks = gone.map { version -> (StreamName, Event) in
                (.agent(key), VersionYanked(authority: .owner, reason: .other, version: version))
            }
            return Given.past(versions + yanks)[.agent(key)].latest?.version
        }
        #expect(without("1.10.0") == "1.9.0")
        #expect(without("1.10.0", "1.9.0", "1.0.0") == "2.0.0-rc.1")
        #expect(without("1.10.0", "1.9.0", "1.0.0", "2.0.0-rc.1") == "2.0.0-rc.1")
    }

    // MARK: Tokens

    @Test func aRevokedTokenIsNone() throws {
        let given = Given.alice(with: [.publish]) + agent(of: Given.alice, "1.0.0")
        let revoked: (StreamName, Event) = (.token(Given.token), TokenRevoked(reason: .owner))
        #expect(then(try yank("1.0.0"), Given.past(given + [revoked])) == ["notAuthenticated"])
    }

    @Test func aTokenGivesNoMoreThanItHas() {
        func issue(_ words: PermissionWord...) -> IssueToken {
            IssueToken(
                actor: Given.principal, now: Given.now, user: Given.alice, token: Given.credential(words))
        }
        let past = Given.past(Given.alice(with: [.account, .publish, .review]))
        let issued = ["token/\(Given.other): token.issued.v1"]
        #expect(then(issue(.scope(.publish)), past) == issued)
        #expect(then(issue(.publishAgent(key), .scope(.review)), past) == issued)
        #expect(then(issue(.scope(.admin)), past) == ["scopeTooWide(admin)"])
        #expect(then(issue(.scope(.review), .scope(.moderate)), past) == ["scopeTooWide(moderate)"])
        let narrow = Given.past(Given.alice(with: [.publish, .review]))
        #expect(then(issue(.scope(.publish)), narrow).first?.hasPrefix("outOfScope") == true)
    }

    /// A token that is narrowed says to what in a private content alone, and permits nothing once that is gone.
    @Test func aNarrowedTokenPermitsWhatItsContentSays() throws {
        let acme = try #require(Namespace("acme"))
        let other = try #require(AgentKey("other.tool"))
        let words: [PermissionWord] = [.publishAgent(other), .publishNamespace(acme)]
        let command = IssueToken(
            actor: nil, now: Given.now, user: Given.alice, token: Given.credential(words))
        guard case .append(let events) = try command.decide(Given.past(Given.alice(with: []))),
            let issued = events.first?.event as? TokenIssued, let content = events.first?.contents[.within]
        else {
            Issue.record("nothing is issued")
            return
        }
        #expect(issued.scopes == [.publish] && issued.withinCommitment == content.commitment)
        let within = try WithinContent(document: content.document)
        #expect(Permissions(words).words == [.publishNamespace(acme), .publishAgent(other)])
        let given: [(StreamName, Event)] =
            [(.token(Given.token), issued), (.user(Given.alice), UserRegistered(kind: .person))]
            + agent(of: Given.alice, "1.0.0")
        #expect(then(try yank("1.0.0"), Given.past(given, within: within)).first?.contains("yanked") == true)
        #expect(then(try yank("1.0.0"), Given.past(given)).first?.hasPrefix("outOfScope") == true)
    }

    @Test func aTokenThatTakesThePlaceOfOthersEndsThem() {
        let command = IssueToken(
            actor: nil, now: Given.now, user: Given.alice, token: Given.credential([.scope(.review)]),
            replacing: [Given.token])
        #expect(
            then(command, Given.past(Given.alice(with: [.publish]))) == [
                "token/\(Given.token): token.revoked.v1", "token/\(Given.other): token.issued.v1",
            ])
    }

    @Test func ofTwoThatTakeThePlaceOfOneTheLaterIsTooLate() {
        let command = IssueToken(
            actor: nil, now: Given.now, user: Given.alice, token: Given.credential([.scope(.review)]),
            replacing: [Given.token])
        let revoked: (StreamName, Event) = (.token(Given.token), TokenRevoked(reason: .owner))
        #expect(then(command, Given.past(Given.alice(with: [.publish]) + [revoked])) == ["superseded"])
    }

    // MARK: Reviews

    private func review(_ change: ReviewAgent.Change) -> ReviewAgent {
        ReviewAgent(principal: Given.principal, now: Given.now, key: key, change: change)
    }

    private func judgment(_ rating: Int64, _ text: String = "x", version: String? = nil) -> ReviewAgent.Judgment {
        ReviewAgent.Judgment(
            version: version.flatMap(SemVer.init), rating: rating, words: Given.review(text))
    }

    private func reviewed(_ rating: Int64, _ text: String = "x") -> (StreamName, Event) {
        let commitment = Given.review(text).commitment
        return (
            .review(key, Given.alice),
            ReviewSubmitted(rating: rating, reviewCommitment: commitment, version: "1.0.0")
        )
    }

    @Test func aReviewIsSubmittedOnceAndEditedFromThenOn() {
        let given = Given.alice(with: [.review]) + agent(of: Given.bob, "1.0.0")
        let stream = "review/acme.tool/\(Given.alice)"
        let (new, old) = (Given.past(given), Given.past(given + [reviewed(3)]))
        #expect(then(review(.submit(judgment(3))), new) == ["\(stream): review.submitted.v1"])
        #expect(then(review(.submit(judgment(3))), old) == ["alreadyReviewed(acme.tool)"])
        #expect(then(review(.put(judgment(3), known: nil)), new) == ["\(stream): review.submitted.v1"])
        let known = Given.review("x")
        // What is said anew takes the words before it away.
        let edited = ["\(stream): review.edited.v1", "\(stream): content.erased.v1"]
        #expect(then(review(.put(judgment(3), known: known)), old) == ["unchanged since 4"])
        #expect(then(review(.put(judgment(4), known: known)), old) == edited)
        #expect(then(review(.put(judgment(3, "y"), known: known)), old) == edited)
        #expect(
            then(review(.put(judgment(3, version: "9.0.0"), known: known)), old) == [#"noVersion(acme.tool, "9.0.0")"#])
    }

    @Test func aReviewThatIsTakenBackTakesItsWordsAlong() throws {
        let given = Given.alice(with: [.review]) + agent(of: Given.bob, "1.0.0")
        let stream = "review/acme.tool/\(Given.alice)"
        #expect(then(review(.withdraw), Given.past(given)) == ["unchanged since ever"])
        let past = Given.past(given + [reviewed(3)])
        #expect(then(review(.withdraw), past) == ["\(stream): review.withdrawn.v1", "\(stream): content.erased.v1"])
        guard case .append(let events) = try review(.withdraw).decide(past) else { return }
        #expect(events.last?.erases?.position == Position(4))
        #expect(events.last?.erases?.entry == Given.entry(4))
        // Whoever gets the agent later may still take back what was said of it.
        let owner: (StreamName, Event) = (
            .agent(key), added(Given.alice)
        )
        #expect(then(review(.withdraw), Given.past(given + [reviewed(3), owner])).count == 2)
    }

    @Test func nobodyReviewsWhatIsTheirs() {
        let past = Given.past(Given.alice(with: [.review]) + agent(of: Given.alice, "1.0.0"))
        #expect(then(review(.submit(judgment(5))), past) == ["ownAgent(acme.tool)"])
    }

    // MARK: Stars and flags

    @Test func aStarIsGivenOnce() {
        let given = Given.alice(with: [.review]) + agent(of: Given.bob, "1.0.0")
        let star = StreamName.star(key, Given.alice)
        func command(_ isGiven: Bool) -> StarAgent {
            StarAgent(principal: Given.principal, now: Given.now, key: key, isGiven: isGiven)
        }
        #expect(then(command(true), Given.past(given)) == ["\(star): star.added.v1"])
        #expect(then(command(false), Given.past(given)) == ["unchanged since ever"])
        let past = Given.past(given + [(star, StarAdded())])
        #expect(then(command(true), past) == ["unchanged since 4"])
        #expect(then(command(false), past) == ["\(star): star.removed.v1"])
    }

    @Test func aFlagIsRaisedOnceAReporter() {
        let given = Given.alice(with: [.review]) + agent(of: Given.bob, "1.0.0")
        func command(_ target: FlagTarget, isPending: Bool = false) -> RaiseFlag {
            RaiseFlag(
                principal: Given.principal, now: Given.now, target: target, flag: Given.flag, isPending: isPending)
        }
        // The log learns of it later.
        #expect(then(command(.agent(key)), Given.past(given)) == [])
        #expect(then(command(.agent(key), isPending: true), Given.past(given)) == ["unchanged since ever"])
        let stream = StreamName.flag(Given.flag)
        let about = Content(TargetContent(reason: .spam, target: .agent(key)), nonce: Given.nonce)
        let words = Content(WordsContent(text: "x"), nonce: Given.nonce)
        let raised: (StreamName, Event) = (
            stream, FlagRaised(targetCommitment: about.commitment, wordsCommitment: words.commitment)
        )
        let state = StateFlag(flag: Given.flag, about: about, words: words)
        #expect(state.actor == nil)
        #expect(then(state, Given.past(given)) == ["\(stream): flag.raised.v1"])
        #expect(then(state, Given.past(given + [raised])) == [])
        #expect(then(EraseFlagWords(flag: Given.flag), Given.past([raised])) == ["\(stream): content.erased.v1"])
        let gone: (StreamName, Event) = (
            stream,
            ContentErased(authority: .owner, entry: Given.entry(0), field: ContentKind.words.field, reason: .owner)
        )
        #expect(then(EraseFlagWords(flag: Given.flag), Given.past([raised, gone])) == [])
        #expect(then(command(.agent(key)), Given.past(given + [raised])) == ["unchanged since ever"])
        #expect(then(command(.review(key, Given.bob)), Given.past(given)) == ["noReview"])
        #expect(then(command(.user(Given.bob)), Given.past(given)) == ["noUser"])
        #expect(then(command(.version(key, "2.0.0")), Given.past(given)) == [#"noVersion(acme.tool, "2.0.0")"#])
    }

    // MARK: Names and accounts

    private func register(
        _ name: String, like likeness: Likeness? = nil, by administrator: Principal? = nil
    ) throws -> RegisterUser {
        RegisterUser(
            administrator: administrator, person: Given.bob, username: Given.name, name: try #require(Username(name)),
            likeness: likeness, nameContent: Content(NameContent(name: name), nonce: Given.nonce),
            token: Given.credential([.scope(.account)]), now: Given.now)
    }

    private var claimed: (StreamName, Event) {
        (
            .username(Given.name),
            UsernameClaimed(nameCommitment: SHA256Digest(of: []), user: Given.alice)
        )
    }

    @Test func aNameIsSomebodysUntilItIsReleased() throws {
        let registered = [
            "user/\(Given.bob): user.registered.v1", "username/\(Given.name): username.claimed.v1",
            "token/\(Given.other): token.issued.v1",
        ]
        #expect(then(try register("ada"), Past()) == registered)
        #expect(then(try register("ada"), Given.past([claimed])) == ["nameTaken"])
        let taken = Likeness(name: "ada", holder: .namespace(try #require(Namespace("ada"))))
        #expect(then(try register("ada", like: taken), Past()) == ["nameTaken"])
        let similar = Likeness(name: "a-da", holder: .user(Given.alice))
        #expect(then(try register("ada", like: similar), Past()) == ["\(Rejection.resembles(similar))"])
        #expect(then(try register("adm1n"), Past()) == [#"reserved("admin")"#])
        let admin = Given.past(Given.alice(with: [.admin]))
        guard case .append(let passed) = try register("ada", like: similar, by: Given.principal).decide(admin) else {
            Issue.record("an administrator lets nothing pass")
            return
        }
        #expect(passed.compactMap { ($0.event as? UsernameClaimed)?.authority } == [.administrator])
        let nobody = Given.past(Given.alice(with: [.account]))
        #expect(
            then(try register("ada", like: similar, by: Given.principal), nobody).first?.hasPrefix("outOfScope") == true
        )
        let released: (StreamName, Event) = (
            .username(Given.name), UsernameReleased(user: Given.alice)
        )
        #expect(then(try register("ada"), Given.past([claimed, released])) == registered)
        #expect(then(try register("Well_Known"), Past()) == [#"reserved("well-known")"#])
    }

    @Test func whoeverGoesIsForgottenAndLoggedOut() {
        let given = Given.alice(with: [.account, .publish, .review]) + [claimed]
        let command = EraseAccount(
            principal: Given.principal, now: Given.now, username: Given.name, tokens: [Given.token])
        #expect(
            then(command, Given.past(given)) == [
                "username/\(Given.name): username.released.v1", "username/\(Given.name): content.erased.v1",
                "token/\(Given.token): token.revoked.v1",
            ])
    }
}
