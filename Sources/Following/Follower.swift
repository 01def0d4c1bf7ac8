public import Events
public import Logging

/// Goes along the log, or along a model, for as long as its task lives: applies what is there, then waits for more.
///
/// A step that fails is tried again with growing pauses.
public struct Follower: Sendable {
    /// Applies what there is from a position on, or a part of it; returns the next position. It is given nil at first and
    /// after a failure, when it has to find out where it is.
    public typealias Step = @Sendable (Position?) async throws -> Position

    private static let firstPauseMilliseconds: Int64 = 100
    private static let longestPauseMilliseconds: Int64 = 5_000

    private let name: String
    private let gatheringMilliseconds: Int64
    private let log: Log
    private let step: Step
    private let wait: @Sendable (Position) async throws -> Void

    /// A follower.
    ///
    /// - Parameters:
    ///   - gatheringMilliseconds: how long a step that found something leaves to the next one, so that many small steps
    ///     become few larger ones.
    ///   - step: applies what there is.
    ///   - wait: returns once there is something at a position.
    public init(
        _ name: String, gatheringMilliseconds: Int64 = 0, log: Log, step: @escaping Step,
        wait: @escaping @Sendable (Position) async throws -> Void
    ) {
        self.name = name
        self.gatheringMilliseconds = gatheringMilliseconds
        self.log = log
        self.step = step
        self.wait = wait
    }

    /// A follower of the log's head.
    public init(
        _ name: String, of head: HeadFeed, gatheringMilliseconds: Int64 = 0, log: Log, step: @escaping Step
    ) {
        self.init(name, gatheringMilliseconds: gatheringMilliseconds, log: log, step: step) { position in
            _ = try await head.passes(position, withinMilliseconds: nil, isUrgent: false)
        }
    }

    /// Follows until the task is cancelled.
    public func run() async {
        var pauseMilliseconds = Self.firstPauseMilliseconds
        var next: Position?
        while !Task.isCancelled {
            do {
                let reached = try await step(next)
                pauseMilliseconds = Self.firstPauseMilliseconds
                if reached == next {
                    try await wait(reached)
                } else if gatheringMilliseconds > 0 {
                    try await Task.sleep(for: .milliseconds(gatheringMilliseconds))
                }
                next = reached
            } catch {
                if Task.isCancelled { return }
                next = nil
                log.error("a follower can't go on and tries again", ["follower": name, "error": "\(error)"])
                try? await Task.sleep(for: .milliseconds(pauseMilliseconds))
                pauseMilliseconds = min(Self.longestPauseMilliseconds, pauseMilliseconds * 2)
            }
        }
    }
}
