public import Events
import Manifest

/// The command to ask the moderators to look. Once a reporter and target: the flag's id stands for both.
public struct RaiseFlag: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// What it is about.
    public let target: FlagTarget
    /// The id that the vault made for reporter and target.
    public let flag: FlagID
    /// Why.
    public let reason: FlagReason
    /// 32 random bytes, for what it is about.
    public let nonce: [UInt8]
    /// A few words for the moderators alone, where there are any.
    public let words: Content?

    /// Puts the command together.
    public init(
        principal: Principal, now: Timestamp, target: FlagTarget, flag: FlagID, reason: FlagReason, nonce: [UInt8],
        words: Content?
    ) {
        self.principal = principal
        self.now = now
        self.target = target
        self.flag = flag
        self.reason = reason
        self.nonce = nonce
        self.words = words
    }

    public func streams(_ past: Past) -> [AnyStream] {
        let concerned: [AnyStream] =
            switch target {
            case .agent(let key), .version(let key, _): [TypedStream.agent(key).any]
            case .review(let key, let person): [TypedStream.agent(key).any, TypedStream.review(key, person).any]
            case .user(let person): [TypedStream.user(person).any]
            }
        return concerned + [TypedStream.flag(flag).any]
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try authorize(.flag, on: .marketplace, past)
        var target = target
        switch target {
        case .agent(let key): guard past[.agent(key)].id != nil else { throw .noAgent(key) }
        case .version(let key, let version):
            guard past[.agent(key)].id != nil else { throw .noAgent(key) }
            guard let published = SemVer(version).flatMap({ past[.agent(key)].versions[$0.precedenceKey] }) else {
                throw .noVersion(key, version)
            }
            target = .version(key, published.version)
        case .review(let key, let person):
            guard past.review(of: key, by: person) != nil else { throw .noReview }
        case .user(let person): guard past[.user(person)].isRegistered else { throw .noUser }
        }
        if let raised = past[.flag(flag)].raised { return .unchanged(since: raised) }
        let about = Content(TargetContent(reason: reason, target: target), nonce: nonce)
        return .append([
            DecidedEvent(
                .flag(flag), FlagRaised(targetCommitment: about.commitment, wordsCommitment: words?.commitment),
                contents: [.target: about].merging(words.map { [.words: $0] } ?? [:]) { $1 })
        ])
    }
}
