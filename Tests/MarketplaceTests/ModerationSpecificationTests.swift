import Crypto
import Events
import Manifest
import Marketplace
import Testing

/// Given an agent of Bob's, when Alice moderates it or its files are removed, then.
@Suite struct ModerationSpecificationTests {
    private let id: AgentID
    private let acme: Namespace
    private var key: AgentKey { id.key }

    init() throws {
        id = try #require(AgentID("acme.tool"))
        acme = try #require(Namespace("acme"))
    }

    private static let package = SHA256Digest(of: [1])
    private static let readme = SHA256Digest(of: [2])

    private func published(_ version: String, package: SHA256Digest = package) -> (StreamName, Event) {
        (
            .agent(key),
            VersionPublished(
                version: version,
                artifacts: [
                    Artifact(role: .manifest, sha256: SHA256Digest(of: Array(version.utf8)), sizeBytes: 1),
                    Artifact(role: .package, sha256: package, sizeBytes: 1),
                    Artifact(role: .readme, sha256: Self.readme, sizeBytes: 1),
                ], listed: true, listingCommitment: SHA256Digest(of: []))
        )
    }

    private func given(_ scopes: [Scope], owner: PersonID = Given.bob) -> [(StreamName, Event)] {
        Given.alice(with: scopes) + [
            (.agent(key), AgentRegistered(id: id, owner: owner)), (.namespace(acme), NamespaceClaimed(owner: owner)),
            published("1.0.0"), published("2.0.0", package: SHA256Digest(of: [3])),
        ]
    }

    private func hold(_ version: String? = nil, _ reason: QuarantineReason? = .malware) -> HoldAgent {
        HoldAgent(
            principal: Given.principal, now: Given.now, key: key, version: version.flatMap { SemVer($0) },
            change: reason.map { .hold($0) } ?? .lift, note: nil, matter: nil)
    }

    private func held(_ version: String? = nil, _ reason: QuarantineReason = .malware) -> (StreamName, Event) {
        (.agent(key), AgentQuarantined(authority: .moderator, reason: reason, version: version))
    }

    private let quarantined = ["agent/acme.tool: agent.quarantined.v1"]
    private let lifted = ["agent/acme.tool: agent.quarantine-lifted.v1"]

    @Test func holdsAreIndependent() {
        let past = Given.past(given([.moderate]))
        #expect(then(hold(), past) == quarantined)
        #expect(then(hold("1.0.0"), past) == quarantined)
        #expect(then(hold("9.0.0"), past) == [#"noVersion(acme.tool, "9.0.0")"#])
        #expect(then(hold(nil, nil), past) == ["unchanged since ever"])
        let all = Given.past(given([.moderate]) + [held()])
        #expect(then(hold(), all) == ["unchanged since 6"])
        #expect(then(hold(nil, .spam), all) == quarantined)
        #expect(then(hold("1.0.0"), all) == quarantined)
        #expect(then(hold("1.0.0", nil), all) == ["unchanged since ever"])
        #expect(then(hold(nil, nil), all) == lifted)
        let one = Given.past(given([.moderate]) + [held("1.0.0")])
        #expect(then(hold(nil, nil), one) == ["unchanged since ever"])
        #expect(then(hold("1.0.0", nil), one) == lifted)
        #expect(then(hold("1.0.0+build", nil), one) == [#"noVersion(acme.tool, "1.0.0+build")"#])
        #expect(one[.agent(key)].latest?.version == "2.0.0")
        #expect(Given.past(given([.moderate]) + [held("2.0.0")])[.agent(key)].latest?.version == "1.0.0")
    }

    @Test func onlyModeratorsHoldAndNobodyWhatIsTheirs() throws {
        for scopes in [[Scope.publish], [.review, .account], [.report]] {
            #expect(then(hold(), Given.past(given(scopes))).first?.hasPrefix("outOfScope") == true)
        }
        #expect(then(hold(), Given.past(given([.admin]))) == quarantined)
        let owner = given([.moderate, .admin], owner: Given.alice)
        #expect(then(hold(), Given.past(owner)) == ["ownAgent(acme.tool)"])
        #expect(then(hold(nil, nil), Given.past(owner + [held()])) == ["ownAgent(acme.tool)"])
        let left: (StreamName, Event) = (.agent(key), AgentOwnerRemoved(authority: .owner, user: Given.alice))
        #expect(then(hold(), Given.past(given([.moderate]) + [left])) == ["ownAgent(acme.tool)"])
        // An owner who lays hands on their own agent as a moderator is refused; as an owner they yank it.
        let version = try #require(SemVer("1.0.0"))
        let yank = YankVersion(
            principal: Given.principal, now: Given.now, key: key, version: version, isYanked: true, reason: .broken,
            note: nil, authority: .administrator)
        #expect(then(yank, Given.past(given([.publish, .admin], owner: Given.alice))) == ["ownAgent(acme.tool)"])
    }

    /// A moderator's yank is no owner's to lift, and an owner can't say that they are a moderator.
    @Test func aYankIsThatOfASide() throws {
        let version = try #require(SemVer("1.0.0"))
        func yank(_ isYanked: Bool, as authority: Authority? = nil) -> YankVersion {
            YankVersion(
                principal: Given.principal, now: Given.now, key: key, version: version, isYanked: isYanked,
                reason: .malware, note: nil, authority: authority)
        }
        func authority(_ command: YankVersion, _ past: Past) throws -> Authority? {
            guard case .append(let events) = try command.decide(past) else { return nil }
            return (events.first?.event as? VersionYanked)?.authority
        }
        #expect(try authority(yank(true), Given.past(given([.moderate]))) == .moderator)
        #expect(try authority(yank(true), Given.past(given([.admin]))) == .administrator)
        #expect(try authority(yank(true), Given.past(given([.moderate, .admin]))) == .moderator)
        #expect(
            try authority(yank(true, as: .administrator), Given.past(given([.moderate, .admin]))) == .administrator)
        let owner = given([.publish], owner: Given.alice)
        #expect(try authority(yank(true), Given.past(owner)) == .owner)
        #expect(then(yank(true, as: .moderator), Given.past(owner)).first?.hasPrefix("outOfScope") == true)
        let theirs: (StreamName, Event) = (
            .agent(key), VersionYanked(authority: .moderator, reason: .malware, version: "1.0.0")
        )
        #expect(then(yank(false), Given.past(owner + [theirs])) == ["unchanged since 6"])
    }

    private func publish(_ version: String, package: SHA256Digest = SHA256Digest(of: [9])) throws -> PublishVersion {
        let published = try #require(published(version, package: package).1 as? VersionPublished)
        return PublishVersion(
            principal: Given.principal, id: id, likenesses: ClaimAgent.Likenesses(),
            version: try #require(SemVer(version)), published: published,
            contents: [:], now: Given.now)
    }

    @Test func nothingIsPublishedWhereAllIsHeld() throws {
        let owner = given([.publish], owner: Given.alice)
        #expect(then(try publish("3.0.0"), Given.past(owner + [held("1.0.0")])).count == 1)
        #expect(then(try publish("3.0.0"), Given.past(owner + [held()])).first?.hasPrefix("held(acme.tool") == true)
        let back: (StreamName, Event) = (
            .agent(key), QuarantineLifted(authority: .moderator, reason: .malware)
        )
        #expect(then(try publish("3.0.0"), Given.past(owner + [held(), back])).first?.hasSuffix(".v1") == true)
    }

    @Test func aHoldAsMalwareNamesThePrograms() {
        let past = Given.past(given([.moderate]))
        #expect(hold("1.0.0").malware(past) == [Self.package])
        #expect(Set(hold().malware(past)) == [Self.package, SHA256Digest(of: [3])])
        #expect(hold(nil, .spam).malware(past).isEmpty && hold(nil, nil).malware(past).isEmpty)
    }

    // MARK: Removing

    private var removed: (StreamName, Event) {
        (.artifact(Self.package), ArtifactRemoved(authority: .administrator, reason: .legal))
    }

    @Test func aFileIsRemovedOnceAndNotPublishedAgain() throws {
        let remove = RemoveArtifact(
            principal: Given.principal, now: Given.now, digest: Self.package, reason: .legal, matter: nil)
        #expect(then(remove, Given.past(given([.admin]))) == ["artifact/\(Self.package): artifact.removed.v1"])
        #expect(then(remove, Given.past(given([.admin]) + [removed])) == ["unchanged since 6"])
        #expect(then(remove, Given.past(given([.moderate]))).first?.hasPrefix("outOfScope") == true)
        let owner = given([.publish], owner: Given.alice) + [removed]
        #expect(
            then(try publish("3.0.0", package: Self.package), Given.past(owner)) == ["fileRemoved(\(Self.package))"])
        #expect(then(try publish("3.0.0"), Given.past(owner)).count == 1)
        // What was published before stays what it is.
        #expect(
            then(try publish("1.0.0", package: Self.package), Given.past(owner)).first?.hasPrefix("unchanged") != nil)
    }

    @Test func nobodyRemovesWhatIsTheirsButAsItsOwner() {
        func remove(_ reason: ArtifactRemoved.Reason) -> RemoveArtifact {
            RemoveArtifact(
                principal: Given.principal, now: Given.now, digest: Self.package, reason: reason, matter: nil,
                agents: [key])
        }
        let own = Given.past(given([.admin], owner: Given.alice))
        #expect(then(remove(.malware), own) == ["ownAgent(acme.tool)"])
        #expect(then(remove(.owner), own).count == 1 && then(remove(.owner), own) != ["ownAgent(acme.tool)"])
        #expect(
            then(remove(.malware), Given.past(given([.admin]))) == ["artifact/\(Self.package): artifact.removed.v1"])
    }

    @Test func eachAgentSaysOnceThatAFileIsGone() {
        let note = NoteRemovedArtifact(key: key, digest: Self.package)
        #expect(then(note, Given.past(given([]))) == ["unchanged since ever"])
        let gone = given([]) + [removed]
        #expect(then(note, Given.past(gone)) == ["agent/acme.tool: agent.artifact-removed.v1"])
        let said: (StreamName, Event) = (.agent(key), AgentArtifactRemoved(sha256: Self.package, versions: ["1.0.0"]))
        #expect(then(note, Given.past(gone + [said])) == ["unchanged since ever"])
        let many = (0..<600).map { published("3.\($0).0", package: Self.package) }
        #expect(then(note, Given.past(gone + many)).count == 3)
    }
}
