/// A side that yanks and deprecates; neither side replaces or ends what the other has done.
public enum Side: String, Sendable, Hashable, CaseIterable {
    /// Owners and maintainers.
    case owner
    /// Moderators and administrators.
    case moderation

    /// The side of an authority.
    public init(_ authority: Authority) {
        self = authority == .owner ? .owner : .moderation
    }
}
