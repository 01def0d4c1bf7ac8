public import Events

/// A flag as its stream tells it.
public struct FlagState: StreamState, Equatable {
    /// Where it was raised; nil where it was not.
    public private(set) var raised: Position?

    /// Where the words for the moderators stand; nil where there are none, or they were erased.
    public private(set) var words: WrittenAt?

    public init() {}

    public mutating func evolve(_ past: PastEvent) {
        switch past.event {
        case let flag as FlagRaised:
            raised = past.position
            if flag.wordsCommitment != nil { words = past.written(.words) }
        case let erased as ContentErased:
            if words?.entry == erased.entry, words?.field == erased.field { words = nil }
        default: break
        }
    }
}

extension TypedStream<FlagState> {
    /// A flag.
    public static func flag(_ id: FlagID) -> TypedStream<FlagState> { TypedStream(.flag(id)) }
}

extension Action {
    static let flags = [flag, readFlags]

    /// To ask the moderators to look.
    public static let flag = Action("flag", "flag", Right(.reviewing, .anybody))
    /// To read what was flagged.
    public static let readFlags = Action("read-flags", "read flags", Right(.moderating, .anybody))
}
