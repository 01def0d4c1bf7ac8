public import Crypto

extension EventCatalogue {
    static let flags: [any EventPayload.Type] = [FlagRaised.self]
}

/// `flag.raised.v1`: a person asks the moderators to look at something; no entry says who asked or about what.
public struct FlagRaised: EventPayload {
    /// Commits to the private content `target`, which stays when the reporter is erased.
    public let targetCommitment: SHA256Digest
    /// Commits to the private content `words`, which is erased together with the reporter.
    public let wordsCommitment: SHA256Digest?

    /// Creates the event.
    public init(targetCommitment: SHA256Digest, wordsCommitment: SHA256Digest? = nil) {
        self.targetCommitment = targetCommitment
        self.wordsCommitment = wordsCommitment
    }

    public static let declaration = EventDeclaration(
        "flag.raised.v1", on: .flag, Self.init(targetCommitment:wordsCommitment:),
        .commitment(to: .target, \.targetCommitment), .optionalCommitment(to: .words, \.wordsCommitment))
}
