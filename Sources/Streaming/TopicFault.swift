/// A fault of a topic that an operator has to repair before anything is relayed to it, with what to do.
public struct TopicFault: Error, CustomStringConvertible, Sendable, Equatable {
    /// The fault and what to do.
    public let description: String

    init(_ description: String) { self.description = description }
}
