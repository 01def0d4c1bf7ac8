import Crypto
import Events
import Manifest
import Marketplace
import Testing

/// Given credentials that issued and replaced each other, when one of them ends or is used, then.
@Suite struct TokenSpecificationTests {
    private static func id(_ number: UInt8) -> TokenID { TokenID(random: [UInt8](repeating: number, count: 16)) }

    /// Alice's credential `number`, issued by another one or in the place of another one.
    private func issued(
        _ number: UInt8, by issuer: UInt8? = nil, replacing: UInt8? = nil, scopes: [Scope] = [.account, .review]
    ) -> (StreamName, Event) {
        (
            .token(Self.id(number)),
            TokenIssued(
                expires: Given.later, issuer: issuer.map(Self.id), replaces: replacing.map(Self.id), scopes: scopes,
                user: Given.alice)
        )
    }

    private func renewed(_ old: UInt8, as new: UInt8, issuer: UInt8? = nil) -> [(StreamName, Event)] {
        [
            (.token(Self.id(old)), TokenRevoked(reason: .replaced, successor: Self.id(new))),
            issued(new, by: issuer, replacing: old),
        ]
    }

    private func revoked(_ number: UInt8, _ reason: TokenRevoked.Reason = .owner, all: Bool = false)
        -> (StreamName, Event)
    {
        (.token(Self.id(number)), TokenRevoked(reason: reason, descendants: all))
    }

    private func past(_ events: [(StreamName, Event)]) -> Past {
        Given.past([(.user(Given.alice), UserRegistered(kind: .person))] + events)
    }

    private func isGood(_ number: UInt8, _ events: [(StreamName, Event)]) -> Bool {
        let principal = Principal(user: Given.alice, token: Self.id(number))
        return (try? past(events).credential(of: principal, at: Given.now)) != nil
    }

    @Test func whatATokenIssuedEndsWithItWhereThatIsSaid() {
        let chain = [issued(1), issued(2, by: 1), issued(3, by: 2)]
        #expect(isGood(3, chain))
        #expect(isGood(3, chain + [revoked(1)]))
        #expect(!isGood(1, chain + [revoked(1)]))
        #expect(!isGood(3, chain + [revoked(1, all: true)]))
        #expect(!isGood(2, chain + [revoked(1, .leaked)]))
        #expect(isGood(1, chain + [revoked(2, .leaked)]))
    }

    @Test func childrenStandAndFallWithTheSuccessorsOfTheirIssuer() {
        let renewals = [issued(1), issued(9, by: 1)] + renewed(1, as: 2) + renewed(2, as: 3)
        #expect(isGood(9, renewals) && isGood(3, renewals) && !isGood(1, renewals))
        for leaked in [UInt8(1), 2, 3] {
            #expect(!isGood(9, renewals + [revoked(leaked, .leaked)]), "\(leaked)")
        }
        // Who stole one that was replaced could have renewed it.
        #expect(!isGood(3, renewals + [revoked(1, .leaked)]))
    }

    @Test func theNinthIssuerIsOneTooMany() {
        var chain = [issued(1)]
        for number in UInt8(2)...9 { chain.append(issued(number, by: number - 1)) }
        #expect(isGood(9, chain))
        #expect(isGood(9, chain) && past(chain).lineage(of: Self.id(9)).issuers == 8)
        func issue(by number: UInt8) -> [String] {
            let command = IssueToken(
                actor: Principal(user: Given.alice, token: Self.id(number)), now: Given.now, user: Given.alice,
                token: Given.credential([.scope(.review)]))
            return then(command, past(chain))
        }
        #expect(issue(by: 8) == ["token/\(Given.other): token.issued.v1"])
        #expect(issue(by: 9) == ["issuedTooDeep"])
        #expect(!isGood(10, chain + [issued(10, by: 9)]))
    }

    private func renew(_ number: UInt8, unused: [UInt8] = [], scopes: [Scope] = [.account]) -> RenewToken {
        RenewToken(
            principal: Principal(user: Given.alice, token: Self.id(number)), now: Given.now,
            token: Given.credential(scopes.map(PermissionWord.scope)), unused: unused.map(Self.id))
    }

    @Test func aRenewalKeepsTheIssuerAndEndsTheOldOne() throws {
        let given = past([issued(1), issued(2, by: 1)])
        guard case .append(let events) = try renew(2).decide(given) else {
            Issue.record("nothing happens")
            return
        }
        #expect((events[0].event as? TokenRevoked)?.successor == Given.other)
        let new = try #require(events[1].event as? TokenIssued)
        #expect(new.issuer == Self.id(1) && new.replaces == Self.id(2) && new.scopes == [.account])
        #expect(then(renew(2, scopes: [.account, .admin]), given) == ["scopeTooWide(admin)"])
        let narrow = past([issued(1, scopes: [.review])])
        #expect(then(renew(1, scopes: [.review]), narrow).first?.hasPrefix("outOfScope") == true)
    }

    @Test func theOldTokenAsksAgainOnlyWhereASuccessorTookItsPlace() {
        let once = [issued(1)] + renewed(1, as: 2)
        let again = ["token/\(Self.id(2)): token.revoked.v1", "token/\(Given.other): token.issued.v1"]
        #expect(then(renew(1, unused: [2]), past(once)) == again)
        #expect(then(renew(1), past(once)) == ["notAuthenticated"])
        #expect(then(renew(1, unused: [2]), past(once + [revoked(1)])) == ["notAuthenticated"])
        #expect(then(renew(1, unused: [2]), past(once + [revoked(2)])) == ["superseded"])
        #expect(then(renew(1, unused: [2]), past(once + [revoked(2, .leaked)])) == ["superseded"])
        // What another token's renewal issued under the same key is not this one's.
        let twice = once + [issued(5), issued(6, replacing: 5)] + renewed(2, as: 3)
        #expect(then(renew(1, unused: [6]), past(twice)) == ["superseded"])
        #expect(then(renew(1, unused: [2, 3]), past(twice)).first == "token/\(Self.id(3)): token.revoked.v1")
    }

    @Test func aTokenIsNotRenewedForEver() {
        var chain = [issued(0)]
        for number in UInt8(1)...64 { chain += renewed(number - 1, as: number) }
        #expect(then(renew(64), past(chain)) == ["renewedTooOften"])
        #expect(then(renew(63), past(Array(chain.dropLast(2)))).count == 2)
        // A repeat lengthens the row as well.
        #expect(then(renew(0, unused: [64]), past(chain)) == ["renewedTooOften"])
        #expect(then(renew(0, unused: [63]), past(Array(chain.dropLast(2)))).count == 2)
    }

    private func revoke(
        _ target: RevokeToken.Target, _ extent: RevokeToken.Extent = .alone, by number: UInt8 = 1, known: [UInt8] = []
    ) -> RevokeToken {
        RevokeToken(
            principal: Principal(user: Given.alice, token: Self.id(number)), now: Given.now, target: target,
            extent: extent, known: known.map(Self.id))
    }

    @Test func theSuccessorsOfALeakedTokenLeakedAsWell() {
        var chain = [issued(1), issued(2)]
        for number in UInt8(3)...12 { chain += renewed(number - 1, as: number) }
        let all = (UInt8(2)...12).map { "token/\(Self.id($0)): token.revoked.v1" }
        // The chain is followed through the log, whatever the vault knows.
        let leak = revoke(.one(Self.id(2)), .leaked)
        #expect(then(leak, past(chain)) == all)
        #expect(leak.streams(past(chain)).count == 11)
        #expect(then(revoke(.one(Self.id(12)), .descendants), past(chain)) == [all[10]])
        let done = chain + (UInt8(2)...12).map { revoked($0, .leaked) }
        #expect(then(leak, past(done)).first?.hasPrefix("unchanged") == true)
        // Offers of all that were renewed into each other are withdrawn.
        #expect(revoke(.one(Self.id(5)), .leaked).withdrawn(past(chain)).count == 11)
        #expect(revoke(.one(Self.id(5)), .descendants).withdrawn(past(chain)).isEmpty)
    }

    @Test func allOthersEndAndTheOneThatAsksStays() {
        let given = [issued(1), issued(2), issued(3), revoked(3)]
        #expect(
            then(revoke(.others, known: [1, 2, 3]), past(given)) == ["token/\(Self.id(2)): token.revoked.v1"])
    }

    @Test func administratorsCredentialsTakeTheScopeAdmin() {
        let given = [issued(1), issued(2, scopes: [.account, .admin]), issued(3, scopes: [.admin])]
        func revoke(_ target: RevokeToken.Target, by number: UInt8 = 1, known: [UInt8] = []) -> RevokeToken {
            RevokeToken(
                principal: Principal(user: Given.alice, token: Self.id(number)), now: Given.now, target: target,
                known: known.map(Self.id), administrators: [Self.id(2), Self.id(3)])
        }
        #expect(then(revoke(.one(Self.id(2))), past(given)) == ["administrators"])
        #expect(then(revoke(.others, known: [1, 2]), past(given)) == ["administrators"])
        #expect(then(revoke(.one(Self.id(3)), by: 2), past(given)) == ["token/\(Self.id(3)): token.revoked.v1"])
        #expect(then(revoke(.one(Self.id(3)), by: 3), past(given)) == ["token/\(Self.id(3)): token.revoked.v1"])
        // Nor do they end with one that they depend on.
        let below = [issued(1), issued(2), issued(3, by: 2, scopes: [.admin])]
        let above = RevokeToken(
            principal: Principal(user: Given.alice, token: Self.id(1)), now: Given.now, target: .one(Self.id(2)),
            extent: .descendants, known: [1, 2, 3].map(Self.id))
        #expect(then(above, past(below)) == ["administrators"])
    }

    @Test func theLastCredentialOfAnAdministratorEndsOnlyWhereItLeaked() {
        let given = [issued(1), issued(2, scopes: [.account, .admin])]
        func end(_ extent: RevokeToken.Extent, administrators: [UInt8] = [2]) -> RevokeToken {
            RevokeToken(
                principal: Principal(user: Given.alice, token: Self.id(2)), now: Given.now, target: .one(Self.id(2)),
                extent: extent, administrators: administrators.map(Self.id))
        }
        #expect(then(end(.alone), past(given)) == ["lastAdministrator"])
        #expect(then(end(.descendants), past(given)) == ["lastAdministrator"])
        #expect(then(end(.leaked), past(given)) == ["token/\(Self.id(2)): token.revoked.v1"])
        // One that descends from it ends with it and so can't take its place.
        let child = past(given + [issued(3, by: 2, scopes: [.admin])])
        #expect(then(end(.descendants, administrators: [2, 3]), child) == ["lastAdministrator"])
        #expect(then(end(.alone, administrators: [2, 3]), child) == ["token/\(Self.id(2)): token.revoked.v1"])
        // Nor does it end with one that was revoked alone before.
        let orphan = past(
            given + [issued(3, by: 2, scopes: [.account, .admin]), (.token(Self.id(2)), TokenRevoked(reason: .owner))])
        let later = RevokeToken(
            principal: Principal(user: Given.alice, token: Self.id(3)), now: Given.now, target: .one(Self.id(2)),
            extent: .descendants, administrators: [Self.id(3)])
        #expect(then(later, orphan) == ["lastAdministrator"])
        let two = past(given + [issued(3, scopes: [.admin])])
        #expect(then(end(.alone, administrators: [2, 3]), two) == ["token/\(Self.id(2)): token.revoked.v1"])
    }
}
