import Synchronization

/// A bounded number of sessions, lent out exclusively.
public final class PostgresPool: Sendable {
    private struct Waiter {
        let id: UInt64
        let continuation: CheckedContinuation<PostgresSession?, Never>
    }
    private struct State {
        var idle: [PostgresSession] = []
        var waiters: [Waiter] = []
        var nextWaiter: UInt64 = 0
    }
    private let state: Mutex<State>
    private let maximumWaiters: Int

    /// - Parameters:
    ///   - sessions: how many runs go on at once.
    ///   - maximumWaiters: how many wait for one; beyond, a run throws `poolExhausted` at once.
    public init(_ configuration: PostgresConfiguration, sessions: Int, maximumWaiters: Int = 1_000) {
        self.maximumWaiters = maximumWaiters
        state = Mutex(State(idle: (0..<sessions).map { _ in PostgresSession(configuration) }))
    }

    /// Runs `body` on a session that nobody else uses meanwhile.
    public func run<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Value {
        let session = try await take()
        defer { giveBack(session) }
        return try await session.run(body)
    }

    /// Runs a `body` that may run twice, such as one that only reads: once more where the connection is lost, since
    /// one that rested may have been cut off long ago.
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
                    // The one used last is the one whose caches are warm.
                    if let session = state.idle.popLast() { return session }
                    guard state.waiters.count < maximumWaiters, !Task.isCancelled else { return .some(nil) }
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

    /// Closes the connections of the sessions that nobody uses now.
    public func close() async {
        for session in state.withLock({ $0.idle }) { await session.close() }
    }
}
