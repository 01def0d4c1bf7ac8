/// How builds are made.
public struct BuildOptions: Sendable {
    /// Names the program and its version in the rows of the builds that it makes.
    public var program: String
    /// The share of the time in which events are applied, from 1 to 100 percent; it rests the other time.
    public var pace: Int64 = 100
    /// The most entries that one transaction applies.
    public var batchEntries = 10_000
    /// True to swap in a build that parks agents which the one before it shows.
    public var acceptsParked = false
    /// Gets the progress now and then.
    public var report: @Sendable (BuildProgress) -> Void = { _ in }

    /// The default options for a program.
    public init(program: String) { self.program = program }
}
