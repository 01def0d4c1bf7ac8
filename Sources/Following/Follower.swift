public import Events
public import Logging
import System

/// Follows the log, or a model, for as long as its task lives: applies what exists, then waits for more.
///
/// A step that fails is tried again after a pause, which doubles from 100 ms to 5 s.
public struct Follower: Sendable {
    /// Applies all or some of the entries from a position on and returns the next position.
    ///
    /// It gets nil at first, after a failure and after it has returned nil itself; then it has to find its position itself.
    public typealias Step = @Sendable (Position?) async throws -> Position?

    private static let firstPauseMilliseconds: Int64 = 100
    private static let longestPauseMilliseconds: Int64 = 5_000
    /// A follower that may gather for longer rests so many times as long as it worked.
    private static let restShare: Int64 = 5

    private let name: String
    private let gatheringMilliseconds: ClosedRange<Int64>
    private let fullStep: Int64
    private let log: Log
    private let step: Step
    private let wait: @Sendable (Position) async throws -> Void

    /// Creates a follower.
    ///
    /// - Parameters:
    ///   - name: names the follower in the log.
    ///   - gatheringMilliseconds: the pause after a step that applied something, so that many small steps become few
    ///     larger ones. Where it is a range, the pause grows with the time that the step took, so a busy machine gets fewer
    ///     and larger steps.
    ///   - fullStep: a step that moves so many positions on has more before it, and the pause is the shortest one.
    ///   - step: applies what exists.
    ///   - wait: returns once there may be something at a position.
    public init(
        _ name: String, gatheringMilliseconds: ClosedRange<Int64> = 0...0, fullStep: Int64 = .max, log: Log,
        step: @escaping Step, wait: @escaping @Sendable (Position) async throws -> Void
    ) {
        self.name = name
        self.gatheringMilliseconds = gatheringMilliseconds
        self.fullStep = fullStep
        self.log = log
        self.step = step
        self.wait = wait
    }

    /// Creates a follower of the head of the log.
    public init(
        _ name: String, of head: HeadFeed, gatheringMilliseconds: ClosedRange<Int64> = 0...0, log: Log,
        step: @escaping Step
    ) {
        self.init(name, gatheringMilliseconds: gatheringMilliseconds, log: log, step: step) { position in
            _ = try await head.passes(position, withinMilliseconds: nil, isUrgent: false)
        }
    }

    /// Runs until the task is cancelled.
    public func run() async {
        var pauseMilliseconds = Self.firstPauseMilliseconds
        var next: Position?
        while !Task.isCancelled {
            do {
                let began = Host.steadyClockMilliseconds()
                let reached = try await step(next)
                pauseMilliseconds = Self.firstPauseMilliseconds
                if let reached, reached == next {
                    try await wait(reached)
                } else if gatheringMilliseconds.upperBound > 0 {
                    let isFull = reached.flatMap { past in next.map { past.value - $0.value >= fullStep } } ?? false
                    let rest = isFull ? 0 : (Host.steadyClockMilliseconds() - began) * Self.restShare
                    let pause = min(max(rest, gatheringMilliseconds.lowerBound), gatheringMilliseconds.upperBound)
                    try await Task.sleep(for: .milliseconds(pause))
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
