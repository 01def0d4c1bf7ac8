import Crypto
import Events
import Manifest
import Marketplace
import Testing

/// Given who has which role, when roles are offered, accepted and taken, or their holders judge, then.
@Suite struct RoleSpecificationTests {
    private let id: AgentID
    private let acme: Namespace
    private var key: AgentKey { id.key }

    init() throws {
        id = try #require(AgentID("acme.tool"))
        acme = try #require(Namespace("acme"))
    }

    private static let bobs = TokenID(random: [UInt8](repeating: 8, count: 16))

    /// Bob owns the agent and the namespace, by a token of these scopes.
    private func bob(_ scopes: [Scope] = [.account]) -> [(StreamName, Event)] {
        [
            (.user(Given.bob), UserRegistered(kind: .person)),
            (.token(Self.bobs), TokenIssued(expires: Given.later, scopes: scopes, user: Given.bob)),
            (.agent(key), AgentRegistered(id: id, owner: Given.bob)),
            (.namespace(acme), NamespaceClaimed(owner: Given.bob)),
        ]
    }

    private var both: [(StreamName, Event)] { Given.alice(with: [.account, .review]) + bob() }

    private func accept(_ role: Role = .owner, _ subject: RoleSubject? = nil) -> AcceptRole {
        AcceptRole(
            principal: Given.principal, now: Given.now, subject: subject ?? .agent(key), role: role,
            inviter: Given.bob, inviterToken: Self.bobs)
    }

    private func joined(_ role: Role = .owner) -> (StreamName, Event) {
        (.agent(key), AgentOwnerAdded(inviter: Given.bob, inviterToken: Self.bobs, role: role, user: Given.alice))
    }

    private var left: (StreamName, Event) { (.agent(key), AgentOwnerRemoved(authority: .owner, user: Given.alice)) }

    // MARK: Offering and accepting

    @Test func anOfferSaysNothingInTheLog() {
        func offer(_ person: PersonID, _ role: Role = .owner, username: UsernameID? = nil) -> OfferRole {
            OfferRole(
                principal: Principal(user: Given.bob, token: Self.bobs), now: Given.now, subject: .agent(key),
                person: person, username: username, role: role)
        }
        let past = Given.past(both)
        #expect(then(offer(Given.alice), past) == [])
        #expect(then(offer(Given.bob), past) == ["unchanged since ever"])
        #expect(then(offer(PersonID(random: Given.nonce.suffix(16))), past) == ["noUser"])
        // A name that is somebody else's by now finds nobody.
        #expect(then(offer(Given.alice, username: Given.name), past) == ["noUser"])
        let maintainer = Given.past(both + [(.agent(key), AgentOwnerRemoved(authority: .owner, user: Given.bob))])
        #expect(then(offer(Given.alice), maintainer).first?.hasPrefix("notPermitted") == true)
    }

    @Test func whoAcceptsIsTheActor() throws {
        let past = Given.past(both)
        #expect(then(accept(), past) == ["agent/acme.tool: agent.owner-added.v1"])
        #expect(then(accept(.maintainer, .namespace(acme)), past) == ["namespace/acme: namespace.member-added.v1"])
        #expect(accept().actor == Given.principal)
        #expect(then(accept(), Given.past(both + [joined()])) == [])
    }

    /// The right is that of the moment in which the role is accepted.
    @Test func anInviterWithoutTheRightGivesNothing() {
        let gone: (StreamName, Event) = (.agent(key), AgentOwnerRemoved(authority: .owner, user: Given.bob))
        #expect(then(accept(), Given.past(both + [gone])) == ["invitationVoid"])
        let ended: [(TokenRevoked, [String])] = [
            (TokenRevoked(reason: .leaked), ["invitationVoid"]),
            (TokenRevoked(reason: .owner, descendants: true), ["invitationVoid"]),
            (TokenRevoked(reason: .owner), ["agent/acme.tool: agent.owner-added.v1"]),
            (
                TokenRevoked(reason: .replaced, successor: Given.other), ["agent/acme.tool: agent.owner-added.v1"]
            ),
        ]
        for (revoked, result) in ended {
            #expect(then(accept(), Given.past(both + [(.token(Self.bobs), revoked)])) == result, "\(revoked)")
        }
    }

    @Test func anAdministratorHandsOnWhatNobodyOwns() {
        let administrator = Given.alice(with: [.account]) + bob([.admin])
        let abandoned = administrator + [(.agent(key), AgentOwnerRemoved(authority: .owner, user: Given.bob))]
        #expect(then(accept(), Given.past(abandoned)) == ["agent/acme.tool: agent.owner-added.v1"])
        let revoked = abandoned + [(.token(Self.bobs), TokenRevoked(reason: .owner))]
        #expect(then(accept(), Given.past(revoked)) == ["invitationVoid"])
        // The right is that of the credential that took its place.
        func renewed(_ scopes: [Scope], expires: Timestamp = Given.later) -> [(StreamName, Event)] {
            abandoned + successor(scopes, expires: expires)
        }
        #expect(then(accept(), Given.past(renewed([.admin]))) == ["agent/acme.tool: agent.owner-added.v1"])
        #expect(then(accept(), Given.past(renewed([.account]))) == ["invitationVoid"])
        #expect(then(accept(), Given.past(renewed([.admin], expires: Given.now))) == ["invitationVoid"])
    }

    private static let next = TokenID(random: [UInt8](repeating: 10, count: 16))

    /// What took the place of Bob's token.
    private func successor(_ scopes: [Scope], expires: Timestamp = Given.later) -> [(StreamName, Event)] {
        [
            (.token(Self.bobs), TokenRevoked(reason: .replaced, successor: Self.next)),
            (
                .token(Self.next),
                TokenIssued(expires: expires, replaces: Self.bobs, scopes: scopes, user: Given.bob)
            ),
        ]
    }

    /// Who had the token could renew it: a successor that leaked ends what was offered before.
    @Test func aSuccessorThatLeakedEndsTheOffer() {
        let renewed = both + successor([.account])
        #expect(then(accept(), Given.past(renewed)) == ["agent/acme.tool: agent.owner-added.v1"])
        let leaked = renewed + [(.token(Self.next), TokenRevoked(reason: .leaked))]
        #expect(then(accept(), Given.past(leaked)) == ["invitationVoid"])
        #expect(accept().streams(Given.past(renewed)).contains { $0.name == .token(Self.next) })
    }

    @Test func theLastOwnerStays() {
        let mine: [(StreamName, Event)] = [(.agent(key), AgentRegistered(id: id, owner: Given.alice))]
        func remove(_ person: PersonID) -> RemoveRole {
            RemoveRole(
                principal: Given.principal, now: Given.now, subject: .agent(key), person: person, username: nil)
        }
        let past = Given.past(Given.alice(with: [.account]) + mine)
        #expect(then(remove(Given.alice), past).first?.hasPrefix("lastOwner") == true)
        let two = Given.past(both + [joined()])
        #expect(then(remove(Given.alice), two) == ["agent/acme.tool: agent.owner-removed.v1"])
        #expect(then(remove(Given.bob), two) == ["agent/acme.tool: agent.owner-removed.v1"])
        // Accepting less than one has is leaving as an owner.
        let owner = Given.past(
            Given.alice(with: [.account]) + bob([.admin]) + [
                joined(),
                (
                    .agent(key), AgentOwnerRemoved(authority: .owner, user: Given.bob)
                ),
            ])
        #expect(then(accept(.maintainer), owner).first?.hasPrefix("lastOwner") == true)
    }

    @Test func aClaimedNamespaceStaysClaimedWithoutMembers() throws {
        let empty =
            Given.alice(with: [.publish]) + bob() + [
                (.namespace(acme), NamespaceMemberRemoved(authority: .owner, user: Given.bob))
            ]
        let publish = PublishVersion(
            principal: Given.principal, id: try #require(AgentID("acme.new")), likenesses: ClaimAgent.Likenesses(),
            version: try #require(SemVer("1.0.0")),
            published: VersionPublished(
                version: "1.0.0",
                artifacts: [Artifact(role: .manifest, sha256: SHA256Digest(of: [1]), sizeBytes: 1)], listed: true,
                listingCommitment: SHA256Digest(of: [])), contents: [:], now: Given.now)
        #expect(then(publish, Given.past(empty)).first?.hasPrefix("notPermitted") == true)
    }

    // MARK: Judging

    private var judgments: [any Command] {
        let judgment = ReviewAgent.Judgment(version: nil, rating: 5, words: Given.review("x"))
        return [
            ReviewAgent(principal: Given.principal, now: Given.now, key: key, change: .submit(judgment)),
            ReviewAgent(principal: Given.principal, now: Given.now, key: key, change: .put(judgment, known: nil)),
            StarAgent(principal: Given.principal, now: Given.now, key: key, isGiven: true),
            VoteOnReview(
                principal: Given.principal, now: Given.now, key: key, author: Given.bob, isHelpful: true),
        ]
    }

    /// What a review of Bob's is to be voted on; he has no role in this past.
    private var strangers: [(StreamName, Event)] {
        let somebody = PersonID(random: [UInt8](repeating: 9, count: 16))
        return Given.alice(with: [.review]) + [
            (.agent(key), AgentRegistered(id: id, owner: somebody)),
            (.namespace(acme), NamespaceClaimed(owner: somebody)),
            (
                .review(key, Given.bob),
                ReviewSubmitted(rating: 1, reviewCommitment: Given.review("y").commitment, version: "")
            ),
        ]
    }

    @Test func whoHasOrHadARoleJudgesNothing() {
        let member: (StreamName, Event) = (
            .namespace(acme),
            NamespaceMemberAdded(inviter: Given.bob, inviterToken: Self.bobs, role: .maintainer, user: Given.alice)
        )
        let out: (StreamName, Event) = (.namespace(acme), NamespaceMemberRemoved(authority: .owner, user: Given.alice))
        let year = Timestamp(milliseconds: Given.now.milliseconds - 365 * Timestamp.dayMilliseconds)
        let nearly = Timestamp(milliseconds: year.milliseconds + 1)
        for command in judgments {
            #expect(then(command, Given.past(strangers)).count == 1)
            #expect(then(command, Given.past(strangers)).first?.hasSuffix(".v1") == true)
            for role in [joined(), joined(.maintainer), member] {
                #expect(then(command, Given.past(strangers + [role])) == ["ownAgent(acme.tool)"])
            }
            let count = strangers.count
            for roles in [[joined(), left], [member, out]] {
                let within = Given.past(strangers + roles, times: [count + 1: nearly])
                #expect(then(command, within) == ["ownAgent(acme.tool)"])
                let after = Given.past(strangers + roles, times: [count: year, count + 1: year])
                #expect(then(command, after).first?.hasSuffix(".v1") == true)
            }
        }
    }

    /// A role on the agent ends for good what its holder said of it before; one in the namespace does not.
    @Test func whatWasSaidBeforeEndsWithTheRole() {
        let said: [(StreamName, Event)] = [
            (
                .review(key, Given.alice),
                ReviewSubmitted(rating: 5, reviewCommitment: Given.review("x").commitment, version: "")
            ),
            (.star(key, Given.alice), StarAdded()),
            (.vote(key, author: Given.bob, voter: Given.alice), ReviewVoted(helpful: true)),
        ]
        let before = Given.past(strangers + said)
        #expect(before.review(of: key, by: Given.alice)?.rating == 5)
        #expect(then(judgments[0], before) == ["alreadyReviewed(acme.tool)"])
        #expect(then(judgments[2], before).first?.hasPrefix("unchanged") == true)
        let long = Timestamp(milliseconds: Given.now.milliseconds - 400 * Timestamp.dayMilliseconds)
        let count = strangers.count + said.count
        let after = Given.past(strangers + said + [joined(), left], times: [count: long, count + 1: long])
        #expect(after.review(of: key, by: Given.alice) == nil)
        // The words of the first review go with the second.
        #expect(
            then(judgments[0], after) == [
                "review/acme.tool/\(Given.alice): review.submitted.v1",
                "review/acme.tool/\(Given.alice): content.erased.v1",
            ])
        #expect(then(judgments[2], after).first?.hasSuffix("star.added.v1") == true)
        #expect(then(judgments[3], after).first?.hasSuffix("review.voted.v1") == true)
        // What was said can always be taken back.
        let withdraw = ReviewAgent(principal: Given.principal, now: Given.now, key: key, change: .withdraw)
        #expect(then(withdraw, Given.past(strangers + said + [joined()])).count == 2)
    }
}
