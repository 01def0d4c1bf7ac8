/// The reason why a build can't be made, changed or read.
public struct BuildFault: Error, CustomStringConvertible {
    /// The reason, for a person.
    public let description: String
    /// True where another program is at it, so that it can go well later.
    public let isBusy: Bool

    init(description: String, isBusy: Bool = false) {
        self.description = description
        self.isBusy = isBusy
    }
}

extension BuildFault {
    /// Somebody else goes on with a build, or has ended it.
    static func lost(_ build: Build) -> BuildFault {
        BuildFault(
            description: "another program goes on with build \(build.number) of '\(build.projection)', or has ended it",
            isBusy: true)
    }
}

/// Why a build that is being made has to be made anew from the beginning.
enum Unusable: Error {
    /// What was folded can't be written, so it is made without folding: then the key that is at fault is parked.
    case folded
    /// It has applied an entry that was skipped afterwards.
    case skipped
}
