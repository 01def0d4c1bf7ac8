import Events

/// An event in words.
struct EventWords {
    let words: String
    /// How grave it is: a class of the style, empty for what is usual.
    let gravity: String

    private init(_ words: String, _ gravity: String = "") {
        self.words = words
        self.gravity = gravity
    }

    private static let listed = 6

    /// Some of the names of a list, which can have thousands, and how many more there are.
    static func list(_ names: [String]) -> String {
        let more = names.count - listed
        return names.prefix(listed).joined(separator: ", ") + (more > 0 ? " and \(Int64(more).grouped) more" : "")
    }

    /// - Parameters:
    ///   - event: nil for one of a type that this program does not know.
    ///   - type: the name of the type.
    init(_ event: (any EventPayload)?, type: String) {
        self =
            event.flatMap { Self(ofAgent: $0) ?? Self(ofJudgment: $0) ?? Self(ofPeople: $0) ?? Self(ofLog: $0) }
            ?? Self(type)
    }

    private init?(ofAgent event: any EventPayload) {
        switch event {
        case is AgentRegistered: self.init("Registered")
        case let published as VersionPublished: self.init("\(published.version) published")
        case let changed as ListingChanged: self.init("What is said of \(changed.version) changed")
        case let yanked as VersionYanked: self.init("\(yanked.version) yanked: \(yanked.reason.rawValue)", "warn")
        case let back as VersionUnyanked: self.init("The yank of \(back.version) taken back")
        case let deprecated as AgentDeprecated:
            self.init("Deprecated\(deprecated.replacement.map { ", use \($0) in its place" } ?? "")", "warn")
        case is AgentUndeprecated: self.init("The deprecation taken back")
        case let held as AgentQuarantined:
            self.init("\(held.version ?? "All versions") quarantined by moderators: \(held.reason.rawValue)", "bad")
        case let lifted as QuarantineLifted:
            self.init("The quarantine of \(lifted.version ?? "all versions") lifted")
        case let added as AgentOwnerAdded: self.init("Somebody became \(added.role.rawValue)")
        case is AgentOwnerRemoved: self.init("Somebody's role ended")
        case let removed as AgentArtifactRemoved:
            self.init("A file of \(Self.list(removed.versions)) removed for good", "bad")
        case let removed as ArtifactRemoved: self.init("A file removed for good: \(removed.reason.rawValue)", "bad")
        default: return nil
        }
    }

    private init?(ofJudgment event: any EventPayload) {
        switch event {
        case let review as ReviewSubmitted: self.init("\(review.version) reviewed: \(review.rating) of 5")
        case let review as ReviewEdited:
            self.init("A review changed: \(review.rating) of 5 for \(review.version)")
        case is ReviewWithdrawn: self.init("A review withdrawn")
        case let vote as ReviewVoted: self.init("A review found \(vote.helpful ? "helpful" : "not helpful")")
        case is ReviewVoteWithdrawn: self.init("A vote on a review withdrawn")
        case is StarAdded: self.init("A star given")
        case is StarRemoved: self.init("A star taken back")
        case is FlagRaised: self.init("Somebody flagged something for the moderators")
        case let downloaded as AgentDownloaded:
            self.init("\(downloaded.version) downloaded \(downloaded.downloads.counted("time", "times"))")
        case let seen as AgentReadersSeen:
            self.init(
                "\(seen.version) had \(Int64(seen.readers.count).counted("reader", "readers")) on \(seen.day.start.dayInWords)"
            )
        default: return nil
        }
    }

    private init?(ofPeople event: any EventPayload) {
        switch event {
        case let registered as UserRegistered: self.init("An account begun: \(registered.kind.rawValue)")
        case is ProfileChanged: self.init("A profile changed")
        case is UsernameClaimed: self.init("A user name taken")
        case is UsernameReleased: self.init("A user name given up")
        case let issued as TokenIssued:
            let scopes = issued.scopes.map(\.rawValue).joined(separator: ", ")
            self.init("A token issued, for \(scopes), until \(issued.expires.dayInWords)")
        case let revoked as TokenRevoked:
            self.init("A token revoked: \(revoked.reason.rawValue)", revoked.reason == .leaked ? "warn" : "")
        case is NamespaceClaimed: self.init("Claimed")
        case let added as NamespaceMemberAdded: self.init("Somebody became \(added.role.rawValue)")
        case is NamespaceMemberRemoved: self.init("Somebody's role ended")
        default: return nil
        }
    }

    private init?(ofLog event: any EventPayload) {
        switch event {
        case is LogCreated: self.init("The log began")
        case let skipped as ProjectionSkipped:
            self.init(
                "Entry \(skipped.position.grouped) is skipped by the model \(skipped.projection), version \(skipped.version)",
                "warn")
        case let erased as ContentErased: self.init("Words erased: \(erased.reason.rawValue)")
        default: return nil
        }
    }
}
