/// A side that yanks and deprecates: what one says, the other neither replaces nor takes back.
public enum Side: String, Sendable, Hashable, CaseIterable {
    /// Owners and maintainers.
    case owner
    /// Moderators and administrators.
    case moderation

    /// The side that an authority is on.
    public init(_ authority: Authority) {
        self = authority == .owner ? .owner : .moderation
    }
}
