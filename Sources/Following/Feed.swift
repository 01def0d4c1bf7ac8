import Synchronization
import System

/// A value of the database that moves on, followed by everybody in this process who waits for it.
///
/// What this process changes itself is announced and wakes its waiters at once. What other processes change is polled for,
/// by one query for all waiters: every 20 ms while the value moves, then less and less often, up to every 500 ms. Nothing
/// is asked while nobody waits.
public final class Feed<Value: Sendable & Equatable>: Sendable {
    private struct Waiter: Sendable {
        let id: UInt64
        let isReached: @Sendable (Value) -> Bool
        let deadline: Int64?
        let continuation: CheckedContinuation<Result<Bool, any Error>, Never>
    }

    private struct State {
        var value: Value
        /// When the value was asked for; nil while it never was.
        var askedMilliseconds: Int64?
        /// Raised by each announcement, so that a query that began before it does not undo it.
        var announcements: UInt64 = 0
        var waiters: [Waiter] = []
        var nextWaiter: UInt64 = 0
        var isPolling = false
        var pauseMilliseconds = firstPauseMilliseconds
        /// The poll's sleep, to be cut short.
        var sleep: Task<Void, Never>?
        /// The query under way.
        var query: Task<Value, any Error>?
    }

    private static var firstPauseMilliseconds: Int64 { 20 }
    private static var longestPauseMilliseconds: Int64 { 500 }

    private let read: @Sendable () async throws -> Value
    private let state: Mutex<State>

    /// Follows what `read` gives.
    public init(_ initial: Value, _ read: @escaping @Sendable () async throws -> Value) {
        self.read = read
        state = Mutex(State(value: initial))
    }

    /// Says that this process has changed the value.
    public func announce(_ change: (inout Value) -> Void) {
        let reached = state.withLock { state -> [Waiter] in
            let before = state.value
            change(&state.value)
            guard state.value != before else { return [] }
            state.announcements += 1
            return Self.takeReached(&state)
        }
        for waiter in reached { waiter.continuation.resume(returning: .success(true)) }
    }

    /// Waits until the value is as wanted; false where it is not in time.
    ///
    /// - Parameters:
    ///   - limit: how long; nil for as long as the task lives.
    ///   - isUrgent: true to ask at once and often, for somebody who waits for an answer.
    /// - Throws: what the query throws, and `CancellationError`.
    public func wait(
        withinMilliseconds limit: Int64?, isUrgent: Bool = true,
        until isReached: @escaping @Sendable (Value) -> Bool
    ) async throws -> Bool {
        if state.withLock({ isReached($0.value) }) { return true }
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let deadline = limit.map { Host.steadyClockMilliseconds() + $0 }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiter = Waiter(id: id, isReached: isReached, deadline: deadline, continuation: continuation)
                let isOver = state.withLock { state -> Bool? in
                    if isReached(state.value) { return true }
                    guard !Task.isCancelled else { return false }
                    state.waiters.append(waiter)
                    return nil
                }
                if let isOver {
                    continuation.resume(returning: isOver ? .success(true) : .failure(CancellationError()))
                } else {
                    poll(isUrgent: isUrgent)
                }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: .failure(CancellationError()))
        }
        return try result.get()
    }

    /// The value as it was at most so long ago. A caller changes no executor while that is known.
    public func value(atMostMillisecondsOld age: Int64) async throws -> Value {
        let now = Host.steadyClockMilliseconds()
        let fresh = state.withLock { state in
            state.askedMilliseconds.flatMap { now - $0 < age ? state.value : nil }
        }
        if let fresh { return fresh }
        return try await ask()
    }

    // MARK: Polling

    private static func takeReached(_ state: inout State) -> [Waiter] {
        let reached = state.waiters.filter { $0.isReached(state.value) }
        if !reached.isEmpty { state.waiters.removeAll { $0.isReached(state.value) } }
        return reached
    }

    /// Joins the query that is under way, or asks.
    private func ask() async throws -> Value {
        let query = state.withLock { state in
            if let query = state.query { return query }
            let query = Task { try await self.query() }
            state.query = query
            return query
        }
        return try await query.value
    }

    private func query() async throws -> Value {
        let began = Host.steadyClockMilliseconds()
        let announcements = state.withLock { $0.announcements }
        defer { state.withLock { $0.query = nil } }
        let answer = try await read()
        let (value, reached) = state.withLock { state -> (Value, [Waiter]) in
            state.askedMilliseconds = began
            // What was announced meanwhile may be newer than the answer.
            if state.announcements == announcements, state.value != answer {
                state.value = answer
                state.pauseMilliseconds = Self.firstPauseMilliseconds
            }
            return (state.value, Self.takeReached(&state))
        }
        for waiter in reached { waiter.continuation.resume(returning: .success(true)) }
        return value
    }

    private func poll(isUrgent: Bool) {
        let mustBegin = state.withLock { state in
            if isUrgent {
                state.pauseMilliseconds = Self.firstPauseMilliseconds
                state.sleep?.cancel()
            }
            defer { state.isPolling = true }
            return !state.isPolling
        }
        guard mustBegin else { return }
        Task { await run() }
    }

    private func run() async {
        while true {
            do {
                _ = try await ask()
            } catch {
                let waiters = state.withLock { state in
                    defer { state.waiters.removeAll() }
                    return state.waiters
                }
                for waiter in waiters { waiter.continuation.resume(returning: .failure(error)) }
            }
            let now = Host.steadyClockMilliseconds()
            let (late, sleep) = state.withLock { state -> ([Waiter], Task<Void, Never>?) in
                let late = state.waiters.filter { $0.deadline.map { $0 <= now } ?? false }
                state.waiters.removeAll { $0.deadline.map { $0 <= now } ?? false }
                guard !state.waiters.isEmpty else {
                    state.isPolling = false
                    state.sleep = nil
                    return (late, nil)
                }
                let nearest = state.waiters.compactMap(\.deadline).min().map { $0 - now } ?? .max
                let pause = min(state.pauseMilliseconds, nearest)
                state.pauseMilliseconds = min(Self.longestPauseMilliseconds, state.pauseMilliseconds * 2)
                let sleep = Task { _ = try? await Task.sleep(for: .milliseconds(pause)) }
                state.sleep = sleep
                return (late, sleep)
            }
            for waiter in late { waiter.continuation.resume(returning: .success(false)) }
            guard let sleep else { return }
            await sleep.value
        }
    }
}
