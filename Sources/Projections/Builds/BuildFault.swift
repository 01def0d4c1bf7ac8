/// The reason why a build can't be made, changed or read.
public struct BuildFault: Error, CustomStringConvertible {
    /// The reason, for a person.
    public let description: String
}

/// What was folded can't be written, so the build has to be made without folding: then the key that is at fault is parked.
struct FoldFault: Error {}
