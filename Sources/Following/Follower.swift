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
    private static let restShare: Int64 = 10

    /// How a follower gathers: it rests after a step that applied something, so that many small steps become few larger ones.
    public struct Gathering: Sendable {
        fileprivate let milliseconds: ClosedRange<Int64>
        fileprivate let fullStep: Int64
        fileprivate let isIdle: @Sendable () -> Bool
        fileprivate let rest: @Sendable (_ milliseconds: Int64) async throws -> Void

        /// Describes the rests.
        ///
        /// - Parameters:
        ///   - milliseconds: how long they are. Where it is a range, they grow with the time that the step took, so a busy
        ///     machine gets fewer and larger steps.
        ///   - fullStep: a step that moves so many positions on has more before it, and no rest follows.
        ///   - isIdle: true where the last step found nothing to do in what it passed; then the rest is the longest one.
        ///   - rest: what is done after the shortest rest for what is left of a longer one; it may return earlier.
        public init(
            _ milliseconds: ClosedRange<Int64>, fullStep: Int64 = .max,
            isIdle: @escaping @Sendable () -> Bool = { false },
            rest: @escaping @Sendable (_ milliseconds: Int64) async throws -> Void = {
                try await Task.sleep(for: .milliseconds($0))
            }
        ) {
            self.milliseconds = milliseconds
            self.fullStep = fullStep
            self.isIdle = isIdle
            self.rest = rest
        }

        /// Rests after a step.
        fileprivate func after(_ tookMilliseconds: Int64, movedOn entries: Int64) async throws {
            guard entries < fullStep else { return }
            try await Task.sleep(for: .milliseconds(milliseconds.lowerBound))
            let longest = milliseconds.upperBound
            let wanted = (isIdle() ? longest : min(tookMilliseconds * restShare, longest)) - milliseconds.lowerBound
            if wanted > 0 { try await rest(wanted) }
        }
    }

    private let name: String
    private let gathering: Gathering?
    private let log: Log
    private let step: Step
    private let wait: @Sendable (Position) async throws -> Void

    /// Creates a follower.
    ///
    /// - Parameters:
    ///   - name: names the follower in the log.
    ///   - gathering: how it gathers; nil for one that applies whatever there is at once.
    ///   - step: applies what exists.
    ///   - wait: returns once there may be something at a position.
    public init(
        _ name: String, gathering: Gathering? = nil, log: Log, step: @escaping Step,
        wait: @escaping @Sendable (Position) async throws -> Void
    ) {
        self.name = name
        self.gathering = gathering
        self.log = log
        self.step = step
        self.wait = wait
    }

    /// Creates a follower of the head of the log.
    public init(
        _ name: String, of head: HeadFeed, gathering: Gathering? = nil, log: Log, step: @escaping Step
    ) {
        self.init(name, gathering: gathering, log: log, step: step) { position in
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
                } else if let gathering {
                    let moved = reached.flatMap { past in next.map { past.value - $0.value } } ?? 0
                    try await gathering.after(Host.steadyClockMilliseconds() - began, movedOn: moved)
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
