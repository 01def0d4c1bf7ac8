import Synchronization
import System

/// A value of the database that changes, such as the head of the log, for the tasks of this process that wait for it.
///
/// Changes by this process are announced and wake the waiters at once. For changes by other processes one query polls
/// on behalf of all waiters: every 20 ms after a change, then at doubled intervals up to 500 ms. While no task waits,
/// nothing is queried.
public final class Feed<Value: Sendable & Equatable>: Sendable {
    private struct Waiter: Sendable {
        let id: UInt64
        /// Whose work a client waits for; nil where it is not known, empty where nobody's.
        let urges: Set<String>?
        let isReached: @Sendable (Value) -> Bool
        let deadline: Int64?
        let continuation: CheckedContinuation<Result<Bool, any Error>, Never>

        func isUrging(_ maker: String) -> Bool { urges?.contains(maker) ?? true }
    }

    private struct State {
        var value: Value
        /// The time of the last query in milliseconds; nil before the first.
        var askedMilliseconds: Int64?
        /// Counts announcements, so that a query that began before one does not undo it.
        var announcements: UInt64 = 0
        var waiters: [Waiter] = []
        var nextWaiter: UInt64 = 0
        /// The rests of those who work towards what is waited for.
        var rests: [UInt64: (maker: String, sleep: Task<Void, Never>)] = [:]
        var isPolling = false
        var pauseMilliseconds = firstPauseMilliseconds
        /// The sleep between two polls, so that it can be cut short.
        var sleep: Task<Void, Never>?
        /// The current query, and when it began.
        var query: (task: Task<Value, any Error>, began: Int64)?
    }

    private static var firstPauseMilliseconds: Int64 { 20 }
    private static var longestPauseMilliseconds: Int64 { 500 }

    private let read: @Sendable () async throws -> Value
    private let merge: @Sendable (_ known: Value, _ answer: Value) -> Value
    private let state: Mutex<State>

    /// Creates a feed.
    ///
    /// - Parameters:
    ///   - initial: the value to assume before the first query.
    ///   - merge: what holds where a change was announced while the query ran: neither knows all of the other. Without it the
    ///     answer to such a query does not count, which is no fault where all changes are announced.
    ///   - read: queries the value.
    public init(
        _ initial: Value,
        merging merge: @escaping @Sendable (_ known: Value, _ answer: Value) -> Value = { known, _ in known },
        _ read: @escaping @Sendable () async throws -> Value
    ) {
        self.read = read
        self.merge = merge
        state = Mutex(State(value: initial))
    }

    /// Announces a change by this process; waiters whose condition holds now are resumed.
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

    /// Waits until the value satisfies a condition.
    ///
    /// - Parameters:
    ///   - limit: the time to wait; nil for no limit.
    ///   - isUrgent: true to query at once and often, for callers that a client waits for.
    ///   - makers: who makes what is waited for, as they are named to `rest`; nil for all.
    ///   - isReached: the condition; it may be called often and under a lock, so it must be short.
    /// - Returns: false where the time is over.
    /// - Throws: what the query throws, and `CancellationError`.
    public func wait(
        withinMilliseconds limit: Int64?, isUrgent: Bool = true, madeBy makers: Set<String>? = nil,
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
                let waiter = Waiter(
                    id: id, urges: isUrgent ? makers : [], isReached: isReached, deadline: deadline,
                    continuation: continuation)
                let isOver = state.withLock { state -> Bool? in
                    if isReached(state.value) { return true }
                    guard !Task.isCancelled else { return false }
                    state.waiters.append(waiter)
                    for rest in state.rests.values where waiter.isUrging(rest.maker) { rest.sleep.cancel() }
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

    /// Rests for so long, but only for as long as nobody waits urgently for what is made.
    ///
    /// - Parameter maker: who rests.
    /// - Throws: `CancellationError`.
    public func rest(_ maker: String, milliseconds: Int64) async throws {
        let sleep = Task { _ = try? await Task.sleep(for: .milliseconds(milliseconds)) }
        let id = state.withLock { state in
            state.nextWaiter += 1
            state.rests[state.nextWaiter] = (maker, sleep)
            if state.waiters.contains(where: { $0.isUrging(maker) }) { sleep.cancel() }
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await sleep.value
        } onCancel: {
            sleep.cancel()
        }
        state.withLock { $0.rests[id] = nil }
        try Task.checkCancellation()
    }

    /// The value, at most `age` milliseconds old; queries it where the known one is older.
    ///
    /// While the known value is fresh enough, the caller does not change its executor.
    public func value(atMostMillisecondsOld age: Int64) async throws -> Value {
        let now = Host.steadyClockMilliseconds()
        let fresh = state.withLock { state in
            state.askedMilliseconds.flatMap { now - $0 < age ? state.value : nil }
        }
        if let fresh { return fresh }
        return try await ask(since: now - age)
    }

    /// The value, at most `age` milliseconds old; one that is older than `rest` is returned as well, while it is queried again
    /// for those who ask later.
    ///
    /// For values that take long to read and may be old.
    public func value(atMostMillisecondsOld age: Int64, readAgainAfterMilliseconds rest: Int64) async throws -> Value {
        let now = Host.steadyClockMilliseconds()
        let known = state.withLock { state -> Value? in
            guard let asked = state.askedMilliseconds, now - asked < age else { return nil }
            if now - asked >= rest, state.query == nil { beginQuery(&state) }
            return state.value
        }
        if let known { return known }
        return try await ask(since: now - age)
    }

    // MARK: Polling

    private static func takeReached(_ state: inout State) -> [Waiter] {
        let reached = state.waiters.filter { $0.isReached(state.value) }
        if !reached.isEmpty { state.waiters.removeAll { $0.isReached(state.value) } }
        return reached
    }

    /// Waits for the current query, or starts one. A query that began before a given time does not count: what it reads may
    /// be older.
    private func ask(since earliest: Int64 = .min) async throws -> Value {
        while true {
            let (query, isLateEnough) = state.withLock { state in
                if let query = state.query { return (query.task, query.began > earliest) }
                return (beginQuery(&state), true)
            }
            if isLateEnough { return try await query.value }
            _ = await query.result
        }
    }

    @discardableResult
    private func beginQuery(_ state: inout State) -> Task<Value, any Error> {
        let began = Host.steadyClockMilliseconds()
        let task = Task { try await self.query(began) }
        state.query = (task, began)
        return task
    }

    private func query(_ began: Int64) async throws -> Value {
        let announcements = state.withLock { $0.announcements }
        defer { state.withLock { $0.query = nil } }
        let answer = try await read()
        let (value, reached) = state.withLock { state -> (Value, [Waiter]) in
            state.askedMilliseconds = began
            // An announcement during the query may be newer than the answer.
            let answer = state.announcements == announcements ? answer : merge(state.value, answer)
            if state.value != answer {
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
