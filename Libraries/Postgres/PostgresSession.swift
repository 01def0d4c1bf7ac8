import Synchronization
import System

/// One connection on a thread of its own.
///
/// Closures run there one after the other, synchronously, so that nothing can suspend or interleave
/// inside a transaction. The connection is made when it is first needed and again after it was lost;
/// the run that lost it throws `connectionLost`, since only its caller knows what that means.
public final class PostgresSession: Sendable {
    /// The connection, touched on the worker's thread alone.
    private final class Slot: @unchecked Sendable {
        var connection: PostgresConnection?
    }

    private let configuration: PostgresConfiguration
    private let worker: Worker
    private let slot = Slot()
    private struct Cancelling {
        var canceller: PostgresCanceller?
        /// Runs that were cancelled and are not over.
        var runs: Set<UInt64> = []
    }

    private let cancelling = Mutex(Cancelling())
    private let runs = Atomic<UInt64>(0)
    /// Asking a server to give up takes a connection of its own and as long as the server likes, so the
    /// thread that cancels, which may be a reactor's, does not do it itself.
    private static let askers = Worker(name: "pg-cancel", threads: 4)

    /// Prepares a session; nothing is connected yet.
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

    /// Closes the connection. A later run makes a new one.
    public func close() async {
        try? await worker.run { [self] in
            drop()
        }
    }

    /// Runs `body` with the connection. Where the task is cancelled, the server is asked to give up the
    /// statement, which then throws with SQLSTATE 57014. A run that was cancelled before `body` began throws
    /// `CancellationError`.
    ///
    /// A transaction that `body` leaves open is rolled back by dropping the connection.
    public func run<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Value {
        let run = runs.add(1, ordering: .relaxed).newValue
        defer { cancelling.withLock { _ = $0.runs.remove(run) } }
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await worker.run { [self] in
                // Others may have had their turn since the task was cancelled, and connecting takes its time.
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
