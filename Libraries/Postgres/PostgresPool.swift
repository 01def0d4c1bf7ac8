import Synchronization

/// A fixed number of sessions, each used by one caller at a time.
///
/// Callers wait in the order in which they came. A session connects at its first use.
public final class PostgresPool: Sendable {
    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<PostgresSession?, Never>
    }
    private struct State {
        var idle: [PostgresSession] = []
        var waiters: [Waiter] = []
        var nextWaiter: UInt64 = 0
        var waited: Int64 = 0
        var refused: Int64 = 0
    }

    /// How busy a pool is.
    public struct Status: Sendable {
        /// The number of sessions.
        public let sessions: Int
        /// The number of sessions that no caller uses now.
        public let idle: Int
        /// The number of callers that wait for a session now.
        public let waiting: Int
        /// The number of callers that have waited since the pool was created.
        public let waited: Int64
        /// The number of callers that got `poolExhausted` since the pool was created, since too many waited.
        public let refused: Int64
    }

    private let state: Mutex<State>
    private let sessions: Int
    private let maximumWaiters: Int

    /// How busy it is now.
    public var status: Status {
        state.withLock { state in
            Status(
                sessions: sessions, idle: state.idle.count, waiting: state.waiters.count, waited: state.waited,
                refused: state.refused)
        }
    }

    /// Creates a pool; nothing is connected yet.
    ///
    /// - Parameters:
    ///   - configuration: where and how to connect.
    ///   - sessions: the number of runs at once.
    ///   - maximumWaiters: the number of callers that may wait; one more gets `poolExhausted` at once.
    public init(_ configuration: PostgresConfiguration, sessions: Int, maximumWaiters: Int = 1_000) {
        self.sessions = sessions
        self.maximumWaiters = maximumWaiters
        state = Mutex(State(idle: (0..<sessions).map { _ in PostgresSession(configuration) }))
    }

    /// Runs `body` on a session of its own.
    ///
    /// - Throws: `PostgresError`, what `body` throws, or `CancellationError` where the task is cancelled while it
    ///   waits. For cancellation during `body` see `PostgresSession/run(_:)`.
    public func run<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Value {
        let session = try await take()
        defer { giveBack(session) }
        return try await session.run(body)
    }

    /// Runs a `body` that may run twice, such as one that only reads.
    ///
    /// It runs once more where the connection is lost, since a connection that was idle may have been cut long ago.
    /// Otherwise the same as `run`.
    public func runRepeatable<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Value {
        let session = try await take()
        defer { giveBack(session) }
        do {
            return try await session.run(body)
        } catch let error as PostgresError {
            guard error.kind == .connectionLost else { throw error }
            return try await session.run(body)
        }
    }

    private func take() async throws -> PostgresSession {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        let session = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready: PostgresSession?? = state.withLock { state in
                    // The session used last has the warmest caches.
                    if let session = state.idle.popLast() { return session }
                    guard state.waiters.count < maximumWaiters, !Task.isCancelled else {
                        if !Task.isCancelled { state.refused += 1 }
                        return .some(nil)
                    }
                    state.waited += 1
                    state.waiters.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume(returning: nil)
        }
        guard let session else {
            try Task.checkCancellation()
            throw PostgresError(.poolExhausted, "every session is busy and \(maximumWaiters) callers wait for one")
        }
        return session
    }

    private func giveBack(_ session: PostgresSession) {
        let waiter = state.withLock { state -> Waiter? in
            guard state.waiters.isEmpty else { return state.waiters.removeFirst() }
            state.idle.append(session)
            return nil
        }
        waiter?.continuation.resume(returning: session)
    }

    /// Closes the connections of all idle sessions; a later run connects again.
    public func close() async {
        for session in state.withLock({ $0.idle }) { await session.close() }
    }
}
