public import Events

/// The credentials that a credential depends on: itself, those it replaced, and those that issued it, with their
/// successors and those they replaced.
///
/// Where one of them was revoked with `descendants`, the credential is not good. A renewal keeps the issuer. So what a
/// credential issued stays good after its renewal; it ends when the successor is revoked with `descendants`.
public struct Lineage: Sendable, Equatable {
    /// The most issuers above a credential.
    public static let maximumIssuers = 8
    /// The number of replaced credentials that are looked at for each credential.
    public static let maximumReplaced = 8
    /// The most renewals in a row.
    public static let maximumRenewals = 64

    /// All of them, the credential itself first. The walk ends at a credential whose stream was not read yet.
    public fileprivate(set) var tokens: [TokenID] = []
    /// The number of issuers above it.
    public fileprivate(set) var issuers = 0
    /// False where the lineage exceeds the bounds; the credential does not count as good then.
    public fileprivate(set) var isWhole = true
}

extension Past {
    /// The lineage of a credential, as far as this past has it. Each round of reading extends it until it is complete.
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

    /// True where a credential that this one depends on was revoked with all that it issued, or the lineage exceeds its
    /// bounds.
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
