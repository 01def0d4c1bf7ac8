/// The reason why a build can't be made, changed or read.
public struct BuildFault: Error, CustomStringConvertible {
    /// The reason, for a person.
    public let description: String
}
