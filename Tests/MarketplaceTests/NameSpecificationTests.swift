import Crypto
import Events
import Marketplace
import Testing

/// Names that can be mistaken for each other.
@Suite struct NameSpecificationTests {
    /// A namespace of another registry proves what an agent is only as long as nobody but administrators may use it.
    @Test func namespacesOfRegistriesAreReserved() throws {
        #expect(Set(ServerName.namespaces).isSubset(of: ReservedNames.all))
        #expect(ServerName.isImported(try #require(AgentID("NPM.stripe.agent-toolkit")).key))
        #expect(!ServerName.isImported(try #require(AgentID("eve.stripe-agent-toolkit")).key))
        #expect(!ServerName.isImported(try #require(AgentID("npm")).key))
    }

    @Test(arguments: [
        ("admin", "Adm1n"), ("admin", "ad-min"), ("admin", "a.d_m.i-n"), ("modern", "modem"), ("modem", "moderm"),
        ("wallet", "vva11et"), ("tool", "t00i"), ("lil", "1I1"), ("co.rn", "com"), ("ada.tool", "adatool"),
        ("my-v-v", "myw"), ("vw-tools", "vvv-tools"), ("wv", "vw"),
    ])
    func namesThatLookAlikeHaveOneSkeleton(_ one: String, _ other: String) {
        // The last letter of `moderm` is an `m` and no `rn`.
        let isAlike = other != "moderm"
        #expect((NameSkeleton(one) == NameSkeleton(other)) == isAlike)
    }

    @Test(arguments: [("ada", "adaa"), ("tool", "tooi2"), ("name", "nome"), ("v", "w"), ("rm", "rn"), ("five", "5ive")])
    func namesThatDifferHaveTwo(_ one: String, _ other: String) {
        #expect(NameSkeleton(one) != NameSkeleton(other))
    }

    @Test func aNameOfTheFormOfAnIdIsNone() {
        #expect(Username(String(repeating: "0a", count: 16)) == nil)
        #expect(Username(String(repeating: "0A", count: 16)) == nil)
        #expect(Username(String(repeating: "0a", count: 15)) != nil)
        #expect(Username(String(repeating: "0g", count: 16)) != nil)
    }

    // MARK: Given, when, then

    private func when(_ id: String, like id2: Likeness? = nil, _ namespace: Likeness? = nil) throws -> ClaimAgent {
        ClaimAgent(
            principal: Given.principal, id: try #require(AgentID(id)),
            likenesses: ClaimAgent.Likenesses(id: id2, namespace: namespace), now: Given.now)
    }

    private func agent(_ id: String, of owner: PersonID) throws -> (StreamName, Event) {
        let id = try #require(AgentID(id))
        return (.agent(id.key), AgentRegistered(id: id, owner: owner))
    }

    private func namespace(_ name: String, of owner: PersonID) throws -> (StreamName, Event) {
        (.namespace(try #require(Namespace(name))), NamespaceClaimed(owner: owner))
    }

    private func likeness(_ stream: StreamName?, _ name: String?) -> Likeness { Likeness(name: name, holder: stream) }

    private let registered = ["agent/acme.too1: agent.registered.v1"]
    private let claimed = ["namespace/acme: namespace.claimed.v1", "agent/acme.too1: agent.registered.v1"]

    @Test func whoComesSecondUnderAnotherOwnerIsRefused() throws {
        let key = try #require(AgentKey("acme.tool"))
        let like = likeness(.agent(key), "acme.tool")
        let others = try Given.alice(with: [.publish]) + [namespace("acme", of: Given.alice)]
        let theirs = try others + [agent("acme.tool", of: Given.bob)]
        #expect(then(try when("acme.too1"), Given.past(theirs)) == registered)
        // Both are in a namespace of hers.
        #expect(then(try when("acme.too1", like: like), Given.past(theirs)) == registered)
        // Another's agent without a namespace, and one's own.
        let bare = likeness(.agent(try #require(AgentKey("acmetool"))), "acmetool")
        let stranger = try others + [agent("acmetool", of: Given.bob)]
        #expect(then(try when("acme.too1", like: bare), Given.past(stranger)) == ["\(Rejection.resembles(bare))"])
        let own = try others + [agent("acmetool", of: Given.alice)]
        #expect(then(try when("acme.too1", like: bare), Given.past(own)) == registered)
        // Whose the other one is, is read before the decision.
        var unread = Given.past(others)
        unread.add(.agent(try #require(AgentKey("acme.too1"))), .none, AgentState())
        #expect(try when("acme.too1", like: like).streams(unread).map(\.name).contains(.agent(key)))
    }

    @Test func aNamespaceIsClaimedByWhoBearsTheName() throws {
        let alice = Given.alice(with: [.publish])
        let hers = likeness(.user(Given.alice), "acme")
        #expect(then(try when("acme.too1", hers), Given.past(alice)) == claimed)
        let his = likeness(.user(Given.bob), "acme")
        #expect(
            then(try when("acme.too1", his), Given.past(alice)) == [
                "\(Rejection.notPermitted(.registerAgent, .namespace(try #require(Namespace("acme")))))"
            ])
        let similar = likeness(.user(Given.bob), "a-cme")
        #expect(then(try when("acme.too1", similar), Given.past(alice)) == ["\(Rejection.resembles(similar))"])
        let gone = likeness(nil, nil)
        #expect(then(try when("acme.too1", gone), Given.past(alice)) == ["\(Rejection.resembles(gone))"])
        // Another namespace that looks alike: where it is hers, it misleads nobody.
        let other = likeness(.namespace(try #require(Namespace("a-cme"))), "a-cme")
        let theirs = try alice + [namespace("a-cme", of: Given.bob)]
        #expect(then(try when("acme.too1", other), Given.past(theirs)) == ["\(Rejection.resembles(other))"])
        let own = try alice + [namespace("a-cme", of: Given.alice)]
        #expect(then(try when("acme.too1", other), Given.past(own)) == claimed)
        // A namespace of the bearer's name, which the bearer gave away, or was given.
        let named = try #require(Namespace("a-cme"))
        let given = Likeness(name: "a-cme", holder: .user(Given.alice), namespace: named)
        #expect(then(try when("acme.too1", given), Given.past(theirs)) == ["\(Rejection.resembles(given))"])
        let got = Likeness(name: "a-cme", holder: .user(Given.bob), namespace: named)
        #expect(then(try when("acme.too1", got), Given.past(own)) == claimed)
    }

    @Test func anAdministratorLetsNamesPass() throws {
        let admin = Given.alice(with: [.publish, .admin])
        let his = likeness(.user(Given.bob), "a-cme")
        let like = likeness(.agent(try #require(AgentKey("acmetool"))), "acmetool")
        let past = try Given.past(admin + [agent("acmetool", of: Given.bob)])
        guard case .append(let events) = try when("acme.too1", like: like, his).decide(past) else {
            Issue.record("nothing is appended")
            return
        }
        #expect((events.first?.event as? NamespaceClaimed)?.authority == .administrator)
        #expect((events.last?.event as? AgentRegistered)?.authority == .administrator)
        // What resembles nothing says nothing.
        guard case .append(let plain) = try when("acme.too1").decide(past) else { return }
        #expect((plain.first?.event as? NamespaceClaimed)?.authority == nil)
        #expect((plain.last?.event as? AgentRegistered)?.authority == nil)
    }

    @Test(arguments: ["adm1n", "s-upport", "mcp", "g0", "MentatIab.x", "0fficial"])
    func whatLooksReservedIsReserved(_ id: String) throws {
        let outcome = then(try when(id), Given.past(Given.alice(with: [.publish])))
        #expect(outcome.first?.hasPrefix("reserved(") == true, "\(outcome)")
        let admin = Given.past(Given.alice(with: [.publish, .admin]))
        #expect(then(try when(id), admin).last?.hasSuffix("agent.registered.v1") == true)
    }
}

extension NameSpecificationTests {
    private func when(_ id: String, _ namespace: Likeness) throws -> ClaimAgent {
        try when(id, like: nil, namespace)
    }
}
