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
    private let canceller = Mutex<PostgresCanceller?>(nil)
    private let runs = Atomic<UInt64>(0)
    /// Asking a server to give up takes a connection of its own and as long as the server likes, so the
    /// thread that cancels, which may be a reactor's, does not do it itself.
    private static let cancelling = Worker(name: "pg-cancel")

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
            canceller.withLock { $0 = nil }
            slot.connection = nil
        }
    }

    /// Runs `body` with the connection. Where the task is cancelled, the server is asked to give up the
    /// statement, which then throws with SQLSTATE 57014.
    ///
    /// A transaction that `body` leaves open is rolled back by dropping the connection.
    public func run<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection) throws -> Value
    ) async throws -> Value {
        let run = runs.add(1, ordering: .relaxed).newValue
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await worker.run { [self] in
                let connection = try connect()
                defer { if connection.isLost || connection.isInTransaction { drop() } }
                connection.canceller.begin(run)
                defer { connection.canceller.end() }
                return try body(connection)
            }
        } onCancel: {
            guard let canceller = canceller.withLock({ $0 }) else { return }
            Self.cancelling.enqueue { canceller.cancel(run) }
        }
    }

    private func connect() throws(PostgresError) -> PostgresConnection {
        if let connection = slot.connection { return connection }
        let connection = try PostgresConnection(configuration)
        slot.connection = connection
        canceller.withLock { $0 = connection.canceller }
        return connection
    }

    private func drop() {
        canceller.withLock { $0 = nil }
        slot.connection = nil
    }
}
