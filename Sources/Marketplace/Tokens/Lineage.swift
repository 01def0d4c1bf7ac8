public import Events

/// The credentials that one stands or falls with: itself, those it replaced, and those that issued it with their
/// successors and those they replaced.
///
/// Where one of them was revoked with `descendants`, none below it is good. A renewal keeps the issuer, so what a
/// credential issued stays good under its successor, and ends with the successor.
public struct Lineage: Sendable, Equatable {
    /// The most issuers above a credential.
    public static let maximumIssuers = 8
    /// How many of those that a credential replaced are looked at.
    public static let maximumReplaced = 8
    /// How often in a row a credential can be renewed.
    public static let maximumRenewals = 64

    /// All of them, the credential itself first; those that were not read yet end the walk there.
    public fileprivate(set) var tokens: [TokenID] = []
    /// How many issuers stand above it.
    public fileprivate(set) var issuers = 0
    /// False where there are more than the bounds allow, so that nobody knows whether it is good.
    public fileprivate(set) var isWhole = true
}

extension Past {
    /// The lineage of a credential, as far as it was read. Each round of reading makes it longer until it is whole.
    public func lineage(of token: TokenID) -> Lineage {
        var lineage = Lineage()
        var known: Set<TokenID> = []
        func add(_ token: TokenID) -> Bool {
            guard known.insert(token).inserted else { return false }
            lineage.tokens.append(token)
            return true
        }
        var next: TokenID? = token
        while let current = next {
            if !add(current) { break }
            var replaced = self[.token(current)].replaces
            for _ in 0..<Lineage.maximumReplaced {
                guard let before = replaced, add(before) else { break }
                replaced = self[.token(before)].replaces
            }
            if current != token {
                var successor = self[.token(current)].successor
                var left = Lineage.maximumRenewals
                while let after = successor, add(after) {
                    left -= 1
                    if left < 0 { lineage.isWhole = false }
                    guard lineage.isWhole else { break }
                    successor = self[.token(after)].successor
                }
            }
            next = self[.token(current)].issuer
            if next != nil { lineage.issuers += 1 }
            if lineage.issuers > Lineage.maximumIssuers {
                lineage.isWhole = false
                break
            }
        }
        return lineage
    }

    /// True where something that a credential stands or falls with was revoked with all that it issued.
    public func isEndedFromAbove(_ token: TokenID) -> Bool {
        let lineage = lineage(of: token)
        return !lineage.isWhole || lineage.tokens.contains { self[.token($0)].endsDescendants }
    }

    /// The credentials that took the place of one, in order, as far as they were read.
    func successors(of token: TokenID) -> [TokenID] {
        var (all, next): ([TokenID], TokenID?) = ([], self[.token(token)].successor)
        while let after = next, after != token, !all.contains(after) {
            all.append(after)
            next = self[.token(after)].successor
        }
        return all
    }

    /// Those that a credential replaced, the last one first, as far as they were read and up to the bound of renewals.
    func replaced(by token: TokenID) -> [TokenID] {
        var (all, next): ([TokenID], TokenID?) = ([], self[.token(token)].replaces)
        while let before = next, all.count <= Lineage.maximumRenewals {
            all.append(before)
            next = self[.token(before)].replaces
        }
        return all
    }

    /// How often in a row a credential was renewed, counted up to the bound.
    func renewals(of token: TokenID) -> Int { replaced(by: token).count }

    /// Streams of all that a credential replaced, up to the bound of renewals.
    func replacedStreams(of token: TokenID) -> [AnyStream] { replaced(by: token).map { TypedStream.token($0).any } }

    /// True for a credential that permits something now, whatever it was asked for.
    func isGood(_ token: TokenID, at now: Timestamp) -> Bool {
        let state = self[.token(token)]
        return state.user != nil && !state.isRevoked && now < state.expires && !isEndedFromAbove(token)
    }
}
