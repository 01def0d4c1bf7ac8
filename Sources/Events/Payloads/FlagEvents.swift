public import Crypto

extension EventCatalogue {
    static let flags: [any EventPayload.Type] = [FlagRaised.self]
}

/// `flag.raised.v1`: somebody asks the moderators to look. Who, and about what, stands in no entry.
public struct FlagRaised: EventPayload {
    /// Commits to the private content `target`, which is kept.
    public let targetCommitment: SHA256Digest
    /// Commits to the private content `words`, which is erased with the reporter.
    public let wordsCommitment: SHA256Digest?

    /// States it.
    public init(targetCommitment: SHA256Digest, wordsCommitment: SHA256Digest? = nil) {
        self.targetCommitment = targetCommitment
        self.wordsCommitment = wordsCommitment
    }

    public static let declaration = EventDeclaration(
        "flag.raised.v1", on: .flag, Self.init(targetCommitment:wordsCommitment:),
        .commitment(to: .target, \.targetCommitment), .optionalCommitment(to: .words, \.wordsCommitment))
}
