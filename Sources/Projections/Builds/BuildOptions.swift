public import Following

/// How builds are made.
public struct BuildOptions: Sendable {
    /// Names the program and its version in the rows of the builds that it makes.
    public var program: String
    /// How much of a core a build takes, from 1 to 100 percent: below 100 it does one thing at a time, and nothing for the rest
    /// of the time. At 100 it takes what there is.
    public var pace: Int64 = 100
    /// The most entries that one transaction applies.
    public var batchEntries = 10_000
    /// True to swap in a build that parks agents which the one before it shows.
    public var acceptsParked = false
    /// Where entries come from beside the log, which somebody keeps up meanwhile; nil for the log alone.
    public var source: (any EntrySource)?
    /// Gets the progress now and then.
    public var report: @Sendable (BuildProgress) -> Void = { _ in }

    /// The default options for a program.
    public init(program: String) { self.program = program }
}
