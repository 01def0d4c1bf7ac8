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
    public let reason: FlagRaised.Reason
    /// A few words for the moderators alone, where there are any.
    public let details: Content?

    /// Puts the command together.
    public init(
        principal: Principal, now: Timestamp, target: FlagTarget, flag: FlagID, reason: FlagRaised.Reason,
        details: Content?
    ) {
        self.principal = principal
        self.now = now
        self.target = target
        self.flag = flag
        self.reason = reason
        self.details = details
    }

    private var stream: StreamName { .flag(target.subject, flag) }

    public var streams: [StreamName] {
        let concerned: StreamName =
            switch target {
            case .agent(let key), .version(let key, _): .agent(key)
            case .review(let key, let person): .review(key, person)
            case .user(let person): .user(person)
            }
        return identity + (identity.contains(concerned) ? [] : [concerned]) + [stream]
    }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        try authorize(.flag, on: .marketplace, past)
        var target = target
        switch target {
        case .agent(let key): guard past.agent(key).id != nil else { throw .noAgent(key) }
        case .version(let key, let version):
            guard past.agent(key).id != nil else { throw .noAgent(key) }
            guard let published = SemVer(version).flatMap({ past.agent(key).versions[$0.precedenceKey] }) else {
                throw .noVersion(key, version)
            }
            target = .version(key, published.version)
        case .review(let key, let person):
            guard past.review(key, person).standing != nil else { throw .noReview }
        case .user(let person): guard past.user(person).isRegistered else { throw .noUser }
        }
        if let raised = past.flag(target.subject, flag) { return .unchanged(since: raised) }
        let event = FlagRaised(target: target, reason: reason, detailsCommitment: details?.commitment)
        return .append([
            DecidedEvent(stream, .flagRaised(event), contents: details.map { ["details_commitment": $0] } ?? [:])
        ])
    }
}
