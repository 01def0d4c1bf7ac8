public import Events

/// A flag as its stream tells it.
public struct FlagState: StreamState, Equatable {
    /// Where it was raised; nil where it was not.
    public private(set) var raised: Position?

    public init() {}

    public mutating func evolve(_ past: PastEvent) {
        if past.event is FlagRaised { raised = past.position }
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
