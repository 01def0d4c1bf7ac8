import Crypto
import Events
import Manifest
import Marketplace
import Testing

/// Given a past, when a version is published, then.
@Suite struct PublishVersionTests {
    private let alice = Given.alice
    private let bob = Given.bob
    private let token = Given.token
    private let now = Given.now

    // MARK: The words of the specification

    private func given(
        scopes: [Scope] = [.publish], expires: Int64 = 2_000_000, registered: Bool = true, tokenOf: PersonID? = nil,
        within: WithinContent? = nil,
        _ events: [(StreamName, Event)] = []
    ) -> Past {
        var all: [(StreamName, Event)] = [
            (
                .token(token),
                TokenIssued(
                    expires: Timestamp(milliseconds: expires), scopes: scopes, user: tokenOf ?? alice,
                    withinCommitment: within.map { Content($0, nonce: Given.nonce).commitment })
            )
        ]
        if registered { all.append((.user(alice), UserRegistered(kind: .person))) }
        all += events
        return Given.past(all, within: within)
    }

    private func when(publishing id: String, _ version: String = "1.0.0", content: UInt8 = 7) throws -> PublishVersion {
        let listing = Content(ListingContent(), nonce: Given.nonce)
        return PublishVersion(
            principal: Principal(user: alice, token: token), id: try #require(AgentID(id)),
            likenesses: ClaimAgent.Likenesses(), version: try #require(SemVer(version)),
            published: published(version, content, listing.commitment), contents: [.listing: listing], now: now)
    }

    private func published(_ version: String, _ content: UInt8, _ commitment: SHA256Digest) -> VersionPublished {
        VersionPublished(
            version: version,
            artifacts: [Artifact(role: .manifest, sha256: SHA256Digest(of: [content]), sizeBytes: 1)], listed: true,
            listingCommitment: commitment)
    }

    private func then(_ decision: Decision) -> [String] {
        guard case .append(let events) = decision else { return ["unchanged"] }
        return events.map { "\($0.stream): \($0.event.typeName)" }
    }

    private func registered(_ id: String, by owner: PersonID) throws -> (StreamName, Event) {
        let id = try #require(AgentID(id))
        return (.agent(id.key), AgentRegistered(id: id, owner: owner))
    }

    private func exists(_ id: String, _ version: String, content: UInt8 = 7) throws -> (StreamName, Event) {
        (.agent(try #require(AgentID(id)).key), published(version, content, SHA256Digest(of: [0])))
    }

    private func claimed(_ namespace: String, by owner: PersonID) throws -> (StreamName, Event) {
        (.namespace(try #require(Namespace(namespace))), NamespaceClaimed(owner: owner))
    }

    // MARK: What happens

    @Test func theFirstAgentOfANamespaceClaimsIt() throws {
        let decision = try when(publishing: "Acme.Tool").decide(given())
        #expect(
            then(decision) == [
                "namespace/acme: namespace.claimed.v1", "agent/acme.tool: agent.registered.v1",
                "agent/acme.tool: agent.version-published.v1",
            ])
    }

    @Test func anotherAgentOfOnesNamespaceClaimsNothing() throws {
        let decision = try when(publishing: "acme.other").decide(given([claimed("acme", by: alice)]))
        #expect(
            then(decision) == ["agent/acme.other: agent.registered.v1", "agent/acme.other: agent.version-published.v1"])
    }

    @Test func anAgentWithoutADotHasNoNamespace() throws {
        let decision = try when(publishing: "plain").decide(given())
        #expect(then(decision) == ["agent/plain: agent.registered.v1", "agent/plain: agent.version-published.v1"])
    }

    @Test func aSecondVersionIsPublishedAlone() throws {
        let past = try given([
            claimed("acme", by: alice), registered("acme.tool", by: alice), exists("acme.tool", "1.0.0"),
        ])
        #expect(
            then(try when(publishing: "acme.tool", "1.0.1").decide(past)) == [
                "agent/acme.tool: agent.version-published.v1"
            ])
    }

    @Test func theSameReleaseChangesNothing() throws {
        let past = try given([registered("plain", by: alice), exists("plain", "1.0.0")])
        #expect(then(try when(publishing: "plain", "1.0.0").decide(past)) == ["unchanged"])
        #expect(then(try when(publishing: "plain", "1.0.0+build").decide(past)) == ["unchanged"])
    }

    // MARK: What is refused

    private func refused(_ command: PublishVersion, _ past: Past) -> Rejection? {
        do {
            _ = try command.decide(past)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["1.0.0", "1.0.0+other"])
    func aVersionNeverChanges(_ version: String) throws {
        let past = try given([registered("plain", by: alice), exists("plain", "1.0.0")])
        guard case .versionExists(let existing)? = refused(try when(publishing: "plain", version, content: 8), past)
        else {
            Issue.record("not refused")
            return
        }
        #expect(existing.version == "1.0.0")
        #expect(existing.position == Position(3))
    }

    @Test func anotherOnesAgentIsNotTouched() throws {
        let past = try given([registered("plain", by: bob), exists("plain", "1.0.0")])
        #expect(
            refused(try when(publishing: "plain", "2.0.0"), past)
                == .notPermitted(.publishVersion, .agent(try #require(AgentKey("plain")))))
        // Nobody learns from a stranger's agent how it is spelt.
        #expect(
            refused(try when(publishing: "PLAIN", "2.0.0"), past)
                == .notPermitted(.publishVersion, .agent(try #require(AgentKey("plain")))))
    }

    @Test func theOwnerIsToldTheRegisteredSpelling() throws {
        let past = try given([registered("My-Agent", by: alice)])
        #expect(refused(try when(publishing: "my_agent"), past) == .otherSpelling(try #require(AgentID("My-Agent"))))
    }

    @Test func anotherOnesNamespaceIsNotEntered() throws {
        let past = try given([claimed("acme", by: bob)])
        #expect(
            refused(try when(publishing: "acme.tool"), past)
                == .notPermitted(.registerAgent, .namespace(try #require(Namespace("acme")))))
    }

    @Test(arguments: ["npm.left-pad", "mentatlab.x", "search", "Agents.x", "pypi.a", "go.a", "maven.a", "other.a"])
    func reservedNamesAreTheAdministrators(_ id: String) throws {
        let command = try when(publishing: id)
        guard case .reserved? = refused(command, given()) else {
            Issue.record("\(id) is not refused")
            return
        }
        #expect(refused(command, given(scopes: [.publish, .admin])) == nil)
    }

    @Test func aTokenPermitsWhatItsScopesSay() throws {
        let key = try #require(AgentKey("acme.tool"))
        let acme = try #require(Namespace("acme"))
        let other = try #require(AgentKey("acme.tools"))
        let command = try when(publishing: "acme.tool")
        for words: [PermissionWord] in [
            [.scope(.publish)], [.publishAgent(key)], [.publishNamespace(acme)], [.scope(.review), .scope(.publish)],
        ] {
            let permissions = Permissions(words)
            #expect(refused(command, given(scopes: Array(permissions.scopes), within: permissions.within)) == nil)
        }
        for words: [PermissionWord] in [
            [.scope(.review)], [.scope(.admin)], [.scope(.moderate)], [.publishAgent(other)],
        ] {
            let permissions = Permissions(words)
            #expect(
                refused(command, given(scopes: Array(permissions.scopes), within: permissions.within))
                    == .outOfScope(.registerAgent, .agent(key)))
        }
        let narrow = WithinContent(agents: [], namespaces: [acme])
        #expect(refused(try when(publishing: "plain"), given(within: narrow)) != nil)
    }

    /// Whose the namespace is is asked for new agents alone.
    @Test func aNamespaceIsReadOnceAnAgentIsKnownToBeNew() throws {
        let command = try when(publishing: "acme.tool")
        let namespace = StreamName.namespace(try #require(Namespace("acme")))
        #expect(!command.streams(Past()).map(\.name).contains(namespace))
        var new = Past()
        new.add(.agent(try #require(AgentKey("acme.tool"))), .none, AgentState())
        #expect(command.streams(new).map(\.name).contains(namespace))
        let known = try given([registered("acme.tool", by: alice)])
        #expect(!command.streams(known).map(\.name).contains(namespace))
    }

    @Test func aTokenThatIsExpiredOrSomebodyElsesIsNone() throws {
        let command = try when(publishing: "plain")
        #expect(refused(command, given(expires: 1_000_000)) == .notAuthenticated)
        #expect(refused(command, given(tokenOf: bob)) == .notAuthenticated)
        #expect(refused(command, given(registered: false)) == .notAuthenticated)
        #expect(refused(command, Past()) == .notAuthenticated)
    }
}
