import Crypto
import Events
import Manifest
import Marketplace
import Testing

/// Given what somebody owns and said, when they go or say something else, then.
@Suite struct LeavingSpecificationTests {
    private let id: AgentID
    private var key: AgentKey { id.key }

    init() throws {
        id = try #require(AgentID("acme.tool"))
    }

    private func agent(of owner: PersonID, _ version: String) -> [(StreamName, Event)] {
        let published = VersionPublished(
            version: version,
            artifacts: [Artifact(role: .manifest, sha256: SHA256Digest(of: Array(version.utf8)), sizeBytes: 1)],
            listed: true, listingCommitment: SHA256Digest(of: []))
        return [(.agent(key), AgentRegistered(id: id, owner: owner)), (.agent(key), published)]
    }

    private func added(_ person: PersonID) -> AgentOwnerAdded {
        AgentOwnerAdded(inviter: Given.bob, inviterToken: Given.other, role: .owner, user: person)
    }

    private func leave(abandons: Bool = false, administrators: [TokenID] = []) -> EraseAccount {
        EraseAccount(
            principal: Given.principal, now: Given.now, username: nil, tokens: [Given.token],
            subjects: [.agent(key)], abandons: abandons, administrators: administrators)
    }

    private let revoked = "token/\(Given.token): token.revoked.v1"

    @Test func whoOwnsSomethingAloneLeavesItOnPurpose() {
        let alone = Given.alice(with: [.account]) + agent(of: Given.alice, "1.0.0")
        #expect(then(leave(), Given.past(alone)) == ["soleOwner([acme.tool])"])
        let removed = "agent/acme.tool: agent.owner-removed.v1"
        #expect(
            then(leave(abandons: true), Given.past(alone)) == [
                "agent/acme.tool: agent.deprecated.v1", removed, revoked,
            ])
        let two = alone + [(.agent(key), added(Given.bob))]
        #expect(then(leave(), Given.past(two)) == [removed, revoked])
        let left =
            alone + [
                (.agent(key), added(Given.bob)), (.agent(key), AgentOwnerRemoved(authority: .owner, user: Given.alice)),
            ]
        #expect(then(leave(), Given.past(left)) == [revoked])
    }

    @Test func theLastAdministratorStays() {
        let alone = Given.alice(with: [.account, .admin])
        #expect(then(leave(), Given.past(alone)) == ["lastAdministrator"])
        func another(_ scopes: [Scope], expires: Timestamp = Given.later) -> [(StreamName, Event)] {
            alone + [(.token(Given.other), TokenIssued(expires: expires, scopes: scopes, user: Given.bob))]
        }
        let others = [Given.other]
        #expect(then(leave(administrators: others), Given.past(another([.admin]))) == [revoked])
        #expect(then(leave(administrators: others), Given.past(another([.moderate]))) == ["lastAdministrator"])
        #expect(
            then(leave(administrators: others), Given.past(another([.admin], expires: Given.now))) == [
                "lastAdministrator"
            ])
        let over: (StreamName, Event) = (.token(Given.other), TokenRevoked(reason: .owner))
        #expect(then(leave(administrators: others), Given.past(another([.admin]) + [over])) == ["lastAdministrator"])
    }

    @Test func anAdministratorGoesByTheScopeAdminAlone() {
        let administrator: (StreamName, Event) = (
            .token(Given.other), TokenIssued(expires: Given.later, scopes: [.admin], user: Given.alice)
        )
        let command = EraseAccount(
            principal: Given.principal, now: Given.now, username: nil, tokens: [Given.token, Given.other])
        #expect(then(command, Given.past(Given.alice(with: [.account]) + [administrator])) == ["administrators"])
    }

    /// Words that take the place of others end those.
    @Test func aSupersededNoteIsErased() throws {
        let note = Content(NoteContent(text: "x"), nonce: Given.nonce)
        func yank(_ reason: YankReason, _ note: Content?) throws -> YankVersion {
            YankVersion(
                principal: Given.principal, now: Given.now, key: key, version: try #require(SemVer("1.0.0")),
                isYanked: true, reason: reason, note: note)
        }
        let given = Given.alice(with: [.publish]) + agent(of: Given.alice, "1.0.0")
        let first: (StreamName, Event) = (
            .agent(key),
            VersionYanked(authority: .owner, noteCommitment: note.commitment, reason: .broken, version: "1.0.0")
        )
        let yanked = "agent/acme.tool: agent.version-yanked.v1"
        let erased = "agent/acme.tool: content.erased.v1"
        #expect(then(try yank(.broken, note), Given.past(given)) == [yanked])
        #expect(then(try yank(.broken, note), Given.past(given + [first])) == [yanked, erased])
        #expect(then(try yank(.security, nil), Given.past(given + [first])) == [yanked, erased])
        let gone: (StreamName, Event) = (
            .agent(key),
            ContentErased(authority: .owner, entry: Given.entry(4), field: ContentKind.note.field, reason: .owner)
        )
        #expect(then(try yank(.security, nil), Given.past(given + [first, gone])) == [yanked])
        // So do words with which it is taken back; silence leaves what was said.
        func back(_ note: Content?) throws -> YankVersion {
            YankVersion(
                principal: Given.principal, now: Given.now, key: key, version: try #require(SemVer("1.0.0")),
                isYanked: false, reason: .mistake, note: note)
        }
        let unyanked = "agent/acme.tool: agent.version-unyanked.v1"
        #expect(then(try back(note), Given.past(given + [first])) == [unyanked, erased])
        #expect(then(try back(nil), Given.past(given + [first])) == [unyanked])
        // What the other side said stays.
        let theirs: (StreamName, Event) = (
            .agent(key),
            VersionYanked(authority: .moderator, noteCommitment: note.commitment, reason: .broken, version: "1.0.0")
        )
        #expect(then(try yank(.broken, note), Given.past(given + [theirs])) == [yanked])
    }
}
