public import Events
import Manifest

/// The command to ask the moderators to look. Once a reporter and target: the flag's id stands for both.
///
/// It changes the vault alone. The log gets the flag later, by `StateFlag`.
public struct RaiseFlag: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// What it is about.
    public let target: FlagTarget
    /// The id that the vault made for reporter and target.
    public let flag: FlagID
    /// True where it waits for the log already.
    public let isPending: Bool

    /// Puts the command together.
    public init(principal: Principal, now: Timestamp, target: FlagTarget, flag: FlagID, isPending: Bool) {
        self.principal = principal
        self.now = now
        self.target = target
        self.flag = flag
        self.isPending = isPending
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
        switch target {
        case .agent(let key): guard past[.agent(key)].id != nil else { throw .noAgent(key) }
        case .version(let key, let version):
            guard past[.agent(key)].id != nil else { throw .noAgent(key) }
            guard SemVer(version).flatMap({ past[.agent(key)].versions[$0.precedenceKey] }) != nil else {
                throw .noVersion(key, version)
            }
        case .review(let key, let person):
            guard past.review(of: key, by: person) != nil else { throw .noReview }
        case .user(let person): guard past[.user(person)].isRegistered else { throw .noUser }
        }
        guard past[.flag(flag)].raised == nil, !isPending else { return .unchanged(since: nil) }
        return .append([])
    }
}

/// The command that puts a flag into the log. Nobody asks for it, so the entry says nothing of who flagged.
public struct StateFlag: Command {
    /// The id that stands for reporter and target.
    public let flag: FlagID
    /// What it is about, and why.
    public let about: Content
    /// A few words for the moderators alone, where there are any.
    public let words: Content?

    /// Puts the command together.
    public init(flag: FlagID, about: Content, words: Content?) {
        self.flag = flag
        self.about = about
        self.words = words
    }

    public var actor: Principal? { nil }

    public func streams(_ past: Past) -> [AnyStream] { [TypedStream.flag(flag).any] }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        // Another program was faster: it waits no more.
        guard past[.flag(flag)].raised == nil else { return .append([]) }
        return .append([
            DecidedEvent(
                .flag(flag), FlagRaised(targetCommitment: about.commitment, wordsCommitment: words?.commitment),
                contents: [.target: about].merging(words.map { [.words: $0] } ?? [:]) { $1 })
        ])
    }
}

/// The command that erases the words of a flag, after who raised it is gone. Nobody asks for it.
public struct EraseFlagWords: Command {
    /// The id of the flag.
    public let flag: FlagID

    /// Puts the command together.
    public init(flag: FlagID) {
        self.flag = flag
    }

    public var actor: Principal? { nil }

    public func streams(_ past: Past) -> [AnyStream] { [TypedStream.flag(flag).any] }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        .append(past[.flag(flag)].words.map { [.erasing($0, in: .flag(flag))] } ?? [])
    }
}
