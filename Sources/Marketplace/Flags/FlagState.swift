public import Events

/// The state of a flag, folded from its stream.
public struct FlagState: StreamState, Equatable {
    /// The position at which it was raised; nil before that.
    public private(set) var raised: Position?

    /// The place of the note for moderators; nil where there is none, or it was erased.
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
    /// The stream of a flag.
    public static func flag(_ id: FlagID) -> TypedStream<FlagState> { TypedStream(.flag(id)) }
}

extension Action {
    static let flags = [flag, readFlags]

    /// To flag something for the moderators.
    public static let flag = Action("flag", "flag", Right(.reviewing, .anybody))
    /// To read flags.
    public static let readFlags = Action("read-flags", "read flags", Right(.moderating, .anybody))
}
