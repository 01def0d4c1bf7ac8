public import Events
import Manifest

/// The command to flag an agent, a version, a review or a person for the moderators. Each reporter flags a target once:
/// the flag's id stands for both.
///
/// It appends no event: it changes the vault alone, and `StateFlag` appends the flag to the log later. Refused where
/// the target does not exist.
public struct RaiseFlag: AuthenticatedCommand {
    public let principal: Principal
    public let now: Timestamp
    /// The target.
    public let target: FlagTarget
    /// The id from the vault for this reporter and target.
    public let flag: FlagID
    /// True where the flag already waits for the log.
    public let isPending: Bool

    /// Creates the command.
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
            guard SemVer(version).flatMap({ past[.agent(key)].version(named: $0) }) != nil else {
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

/// The command that appends a flag to the log. The server runs it without a principal, so the entry does not name the
/// reporter.
///
/// Appends `FlagRaised`, or nothing where the log has the flag already.
public struct StateFlag: Command {
    /// The id for the reporter and the target.
    public let flag: FlagID
    /// The target and the reason.
    public let about: Content
    /// A note that only moderators read; nil where there is none.
    public let words: Content?

    /// Creates the command.
    public init(flag: FlagID, about: Content, words: Content?) {
        self.flag = flag
        self.about = about
        self.words = words
    }

    public var actor: Principal? { nil }

    public func streams(_ past: Past) -> [AnyStream] { [TypedStream.flag(flag).any] }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        // Another program has appended it. Without an event the append still ends the wait in the vault.
        guard past[.flag(flag)].raised == nil else { return .append([]) }
        return .append([
            DecidedEvent(
                .flag(flag), FlagRaised(targetCommitment: about.commitment, wordsCommitment: words?.commitment),
                contents: [.target: about].merging(words.map { [.words: $0] } ?? [:]) { $1 })
        ])
    }
}

/// The command that erases the note of a flag after its reporter has left. The server runs it without a principal.
///
/// Appends `ContentErased`, or nothing where the flag has no note.
public struct EraseFlagWords: Command {
    /// The id of the flag.
    public let flag: FlagID

    /// Creates the command.
    public init(flag: FlagID) {
        self.flag = flag
    }

    public var actor: Principal? { nil }

    public func streams(_ past: Past) -> [AnyStream] { [TypedStream.flag(flag).any] }

    public func decide(_ past: Past) throws(Rejection) -> Decision {
        .append(past[.flag(flag)].words.map { [.erasing($0, in: .flag(flag))] } ?? [])
    }
}
