import Synchronization
import System

/// One connection on a thread of its own.
///
/// Closures run on that thread one after the other. They are synchronous, so nothing can suspend or interleave inside a
/// transaction. The session connects at the first run, and again after the connection was lost. The run that lost it
/// throws `connectionLost`, since only its caller knows whether to repeat it.
///
///     let count = try await session.run { try $0.execute(countRows).first?.integer(0) }
public final class PostgresSession: Sendable {
    /// The connection, used only on the worker's thread.
    private final class Slot: @unchecked Sendable {
        var connection: PostgresConnection?
    }

    private let configuration: PostgresConfiguration
    private let worker: Worker
    private let slot = Slot()
    private struct Cancelling {
        var canceller: PostgresCanceller?
        /// Runs that were cancelled and have not ended.
        var runs: Set<UInt64> = []
    }

    private let cancelling = Mutex(Cancelling())
    private let runs = Atomic<UInt64>(0)
    /// Threads that ask servers to cancel a statement.
    ///
    /// This takes a connection of its own and as long as the server needs, so the thread that cancels a task, which may
    /// be a reactor's, does not do it.
    private static let askers = Worker(name: "pg-cancel", threads: 4)

    /// Creates a session; it connects at the first run.
    public init(_ configuration: PostgresConfiguration) {
        self.configuration = configuration
        worker = Worker(name: "postgres")
    }

    deinit {
        let slot = slot
        Task { [worker] in
            try? await worker.run { slot.connection = nil }
            worker.stop()
        }
    }

    /// Closes the connection after the runs that wait; a later run connects again.
    public func close() async {
        try? await worker.run { [self] in
            drop()
        }
    }

    /// Runs `body` with the connection on the session's thread.
    ///
    /// Where the task is cancelled, the server is asked to cancel the statement, which then throws with SQLSTATE 57014.
    /// A transaction that `body` leaves open is rolled back, since the connection is closed.
    ///
    /// - Throws: what `body` throws, `PostgresError` where there is no connection, or `CancellationError` where the
    ///   task was cancelled before `body` began.
    public func run<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Value {
        let run = runs.add(1, ordering: .relaxed).newValue
        defer { cancelling.withLock { _ = $0.runs.remove(run) } }
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await worker.run { [self] in
                // Other runs may have come first, and connecting takes time, so the task may be cancelled by now.
                try checkCancelled(run)
                let connection = try connect()
                connection.canceller.begin(run)
                defer {
                    let isClean = connection.canceller.end()
                    if !isClean || connection.isLost || connection.isInTransaction { drop() }
                }
                try checkCancelled(run)
                return try body(connection)
            }
        } onCancel: {
            let canceller = cancelling.withLock { cancelling in
                cancelling.runs.insert(run)
                return cancelling.canceller
            }
            if let canceller { Self.askers.enqueue { canceller.cancel(run) } }
        }
    }

    private func checkCancelled(_ run: UInt64) throws(CancellationError) {
        if cancelling.withLock({ $0.runs.contains(run) }) { throw CancellationError() }
    }

    private func connect() throws(PostgresError) -> PostgresConnection {
        if let connection = slot.connection { return connection }
        let connection = try PostgresConnection(configuration)
        slot.connection = connection
        cancelling.withLock { $0.canceller = connection.canceller }
        return connection
    }

    private func drop() {
        cancelling.withLock { $0.canceller = nil }
        slot.connection = nil
    }
}
