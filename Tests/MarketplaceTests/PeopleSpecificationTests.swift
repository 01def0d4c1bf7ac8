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
        let registered: (StreamName, Event) = (.agent(key), .agentRegistered(AgentRegistered(id: id, owner: owner)))
        return [registered]
            + versions.map { version in
                let published = VersionPublished(
                    version: version,
                    artifacts: [Artifact(role: .manifest, sha256: SHA256Digest(of: Array(version.utf8)), sizeBytes: 1)],
                    listed: true, listingCommitment: SHA256Digest(of: []))
                return (.agent(key), .versionPublished(published))
            }
    }

    private func yank(
        _ version: String, _ isYanked: Bool = true, reason: YankReason = .broken
    ) throws -> YankVersion {
        YankVersion(
            principal: Given.principal, now: Given.now, key: key, version: try #require(SemVer(version)),
            isYanked: isYanked, reason: reason, note: nil)
    }

    private var yanked: (StreamName, Event) {
        (.agent(key), .versionYanked(VersionYanked(version: "1.0.0", reason: .broken)))
    }

    // MARK: Yanking

    @Test func aVersionIsYankedOnceAndComesBackOnce() throws {
        let given = Given.alice(with: [.publish]) + agent(of: Given.alice, "1.0.0")
        #expect(then(try yank("1.0.0"), Given.past(given)) == ["agent/acme.tool: agent.version-yanked.v1"])
        #expect(then(try yank("1.0.0", false), Given.past(given)) == ["unchanged since ever"])
        let past = Given.past(given + [yanked])
        #expect(then(try yank("1.0.0+build"), past) == ["unchanged since 4"])
        #expect(then(try yank("1.0.0", reason: .security), past) == ["agent/acme.tool: agent.version-yanked.v1"])
        #expect(then(try yank("1.0.0", false), past) == ["agent/acme.tool: agent.version-unyanked.v1"])
        #expect(past.agent(key).latest?.version == "1.0.0")
    }

    @Test func whatIsNotThereIsNotYanked() throws {
        let alice = Given.alice(with: [.publish])
        #expect(then(try yank("1.0.0"), Given.past(alice)) == ["noAgent(acme.tool)"])
        let past = Given.past(alice + agent(of: Given.alice, "1.0.0"))
        #expect(then(try yank("2.0.0"), past) == [#"noVersion(acme.tool, "2.0.0")"#])
    }

    @Test func theLatestIsTheHighestThatIsLeft() {
        let versions = agent(of: Given.alice, "1.0.0", "2.0.0-rc.1", "1.10.0", "1.9.0")
        #expect(Given.past(versions).agent(key).latest?.version == "1.10.0")
        func without(_ gone: String...) -> String? {
            let yanks = gone.map { version -> (StreamName, Event) in
                (.agent(key), .versionYanked(VersionYanked(version: version, reason: .other)))
            }
            return Given.past(versions + yanks).agent(key).latest?.version
        }
        #expect(without("1.10.0") == "1.9.0")
        #expect(without("1.10.0", "1.9.0", "1.0.0") == "2.0.0-rc.1")
        #expect(without("1.10.0", "1.9.0", "1.0.0", "2.0.0-rc.1") == "2.0.0-rc.1")
    }

    // MARK: Tokens

    @Test func aRevokedTokenIsNone() throws {
        let given = Given.alice(with: [.publish]) + agent(of: Given.alice, "1.0.0")
        let revoked: (StreamName, Event) = (.token(Given.token), .tokenRevoked(TokenRevoked(reason: .owner)))
        #expect(then(try yank("1.0.0"), Given.past(given + [revoked])) == ["notAuthenticated"])
    }

    @Test func aTokenGivesNoMoreThanItHas() {
        func issue(_ scopes: Scope...) -> IssueToken {
            IssueToken(
                actor: Given.principal, now: Given.now, user: Given.alice, token: Given.other, scopes: scopes,
                expires: Given.later)
        }
        let past = Given.past(Given.alice(with: [.publish, .review]))
        let issued = ["token/\(Given.other): token.issued.v1"]
        #expect(then(issue(.publish), past) == issued)
        #expect(then(issue(.publishAgent(key), .review), past) == issued)
        #expect(then(issue(.admin), past) == ["scopeTooWide(admin)"])
        #expect(then(issue(.review, .moderate), past) == ["scopeTooWide(moderate)"])
        let narrow = Given.past(Given.alice(with: [.publish]))
        #expect(then(issue(.publish), narrow).first?.hasPrefix("outOfScope") == true)
    }

    @Test func aTokenThatTakesThePlaceOfOthersEndsThem() {
        let command = IssueToken(
            actor: nil, now: Given.now, user: Given.alice, token: Given.other, scopes: [.review], expires: Given.later,
            replacing: [Given.token])
        #expect(
            then(command, Given.past(Given.alice(with: [.publish]))) == [
                "token/\(Given.token): token.revoked.v1", "token/\(Given.other): token.issued.v1",
            ])
    }

    @Test func ofTwoThatTakeThePlaceOfOneTheLaterIsTooLate() {
        let command = IssueToken(
            actor: nil, now: Given.now, user: Given.alice, token: Given.other, scopes: [.review], expires: Given.later,
            replacing: [Given.token])
        let revoked: (StreamName, Event) = (.token(Given.token), .tokenRevoked(TokenRevoked(reason: .owner)))
        #expect(then(command, Given.past(Given.alice(with: [.publish]) + [revoked])) == ["superseded"])
    }

    // MARK: Reviews

    private func review(_ change: ReviewAgent.Change) -> ReviewAgent {
        ReviewAgent(principal: Given.principal, now: Given.now, key: key, change: change)
    }

    private func judgment(_ rating: Int64, _ text: String = "x", version: String? = nil) -> ReviewAgent.Judgment {
        ReviewAgent.Judgment(
            version: version.flatMap(SemVer.init), rating: rating, words: Given.words(.review, text))
    }

    private func reviewed(_ rating: Int64, _ text: String = "x") -> (StreamName, Event) {
        let commitment = Given.words(.review, text).commitment
        return (
            .review(key, Given.alice),
            .reviewSubmitted(ReviewSubmitted(version: "1.0.0", rating: rating, reviewCommitment: commitment))
        )
    }

    @Test func aReviewIsSubmittedOnceAndEditedFromThenOn() {
        let given = Given.alice(with: [.review]) + agent(of: Given.bob, "1.0.0")
        let stream = "review/acme.tool/\(Given.alice)"
        let (new, old) = (Given.past(given), Given.past(given + [reviewed(3)]))
        #expect(then(review(.submit(judgment(3))), new) == ["\(stream): review.submitted.v1"])
        #expect(then(review(.submit(judgment(3))), old) == ["alreadyReviewed(acme.tool)"])
        #expect(then(review(.put(judgment(3), known: nil)), new) == ["\(stream): review.submitted.v1"])
        let known = Given.words(.review, "x")
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
            .agent(key), .agentOwnerAdded(AgentOwnerAdded(user: Given.alice, role: .owner))
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
        let past = Given.past(given + [(star, .starAdded(StarAdded()))])
        #expect(then(command(true), past) == ["unchanged since 4"])
        #expect(then(command(false), past) == ["\(star): star.removed.v1"])
    }

    @Test func aFlagIsRaisedOnceAReporter() {
        let given = Given.alice(with: [.review]) + agent(of: Given.bob, "1.0.0")
        func command(_ target: FlagTarget) -> RaiseFlag {
            RaiseFlag(
                principal: Given.principal, now: Given.now, target: target, flag: Given.flag, reason: .spam,
                details: nil)
        }
        let stream = StreamName.flag(key, Given.flag)
        #expect(then(command(.agent(key)), Given.past(given)) == ["\(stream): flag.raised.v1"])
        let raised: (StreamName, Event) = (stream, .flagRaised(FlagRaised(target: .agent(key), reason: .spam)))
        #expect(then(command(.agent(key)), Given.past(given + [raised])) == ["unchanged since 4"])
        #expect(then(command(.review(key, Given.bob)), Given.past(given)) == ["noReview"])
        #expect(then(command(.user(Given.bob)), Given.past(given)) == ["noUser"])
        #expect(then(command(.version(key, "2.0.0")), Given.past(given)) == [#"noVersion(acme.tool, "2.0.0")"#])
    }

    // MARK: Names and accounts

    private func register(_ name: String) throws -> RegisterUser {
        RegisterUser(
            person: Given.bob, username: Given.name, name: try #require(Username(name)),
            nameContent: Given.words(.note, name), token: Given.other, expires: Given.later)
    }

    private var claimed: (StreamName, Event) {
        (
            .username(Given.name),
            .usernameClaimed(UsernameClaimed(user: Given.alice, nameCommitment: SHA256Digest(of: [])))
        )
    }

    @Test func aNameIsSomebodysUntilItIsReleased() throws {
        let registered = [
            "user/\(Given.bob): user.registered.v1", "username/\(Given.name): username.claimed.v1",
            "token/\(Given.other): token.issued.v1",
        ]
        #expect(then(try register("ada"), Past()) == registered)
        #expect(then(try register("ada"), Given.past([claimed])) == ["nameTaken"])
        let released: (StreamName, Event) = (
            .username(Given.name), .usernameReleased(UsernameReleased(user: Given.alice))
        )
        #expect(then(try register("ada"), Given.past([claimed, released])) == registered)
        #expect(then(try register("Well_Known"), Past()) == [#"reserved("Well_Known")"#])
    }

    @Test func whoeverGoesIsForgottenAndLoggedOut() {
        let given = Given.alice(with: [.publish, .review]) + [claimed]
        let command = EraseAccount(
            principal: Given.principal, now: Given.now, username: Given.name, tokens: [Given.token])
        #expect(
            then(command, Given.past(given)) == [
                "username/\(Given.name): username.released.v1", "username/\(Given.name): content.erased.v1",
                "token/\(Given.token): token.revoked.v1",
            ])
    }

    // MARK: Owners

    @Test func theLastOwnerStays() {
        func command(_ person: PersonID, _ role: Role?) -> ChangeRoles {
            ChangeRoles(
                principal: Given.principal, now: Given.now, place: .agent(key), person: person, username: Given.name,
                role: role)
        }
        let given = Given.alice(with: [.publish, .review]) + agent(of: Given.alice) + [claimed]
        let past = Given.past(given)
        #expect(then(command(Given.alice, nil), past).first?.hasPrefix("lastOwner") == true)
        #expect(then(command(Given.alice, .maintainer), past).first?.hasPrefix("lastOwner") == true)
        #expect(then(command(Given.alice, .owner), past) == ["unchanged since ever"])
        let both = Given.past(
            given + [(.agent(key), .agentOwnerAdded(AgentOwnerAdded(user: Given.bob, role: .owner)))])
        #expect(then(command(Given.alice, nil), both) == ["agent/acme.tool: agent.owner-removed.v1"])
        // A name that is somebody else's by now finds nobody.
        #expect(then(command(Given.bob, .maintainer), both) == ["noUser"])
    }
}
