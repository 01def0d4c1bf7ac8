/// Why nothing can be relayed to a topic until somebody does something about it; says what.
public struct TopicFault: Error, CustomStringConvertible, Sendable, Equatable {
    /// The fault and what to do.
    public let description: String

    init(_ description: String) { self.description = description }
}
