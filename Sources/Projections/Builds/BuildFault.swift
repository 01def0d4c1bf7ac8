/// The reason why a build can't be made, changed or read.
public struct BuildFault: Error, CustomStringConvertible {
    /// The reason, for a person.
    public let description: String
    /// True where another program is at it, so that it can go well later.
    public let isBusy: Bool
    /// The builds that are read now all the same, where several were made.
    public let swapped: [Rebuild.Result]

    init(description: String, isBusy: Bool = false, swapped: [Rebuild.Result] = []) {
        self.description = description
        self.isBusy = isBusy
        self.swapped = swapped
    }

    /// Several reasons as one.
    init(_ faults: [BuildFault], swapped: [Rebuild.Result]) {
        self.init(
            description: faults.map(\.description).joined(separator: "\n"), isBusy: faults.allSatisfy(\.isBusy),
            swapped: swapped)
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
