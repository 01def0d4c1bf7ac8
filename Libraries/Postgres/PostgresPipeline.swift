public import Reactor
import System

/// One connection on a reactor that sends statements without waiting for earlier answers.
///
/// Each statement commits or fails alone, and statements run in the order in which they were sent. It suits short ones:
/// a slow statement delays all after it. At most 64 statements are sent and unanswered; more wait here. The connection
/// is made at the first statement, and again after it was lost. Statements without an answer then throw
/// `connectionLost`, since only their callers know whether to repeat them.
public actor PostgresPipeline {
    /// A statement that waits or was sent.
    private final class Flight {
        let statement: PostgresStatement
        let parameters: [PostgresValue]
        /// The search path that the statement needs; nil where any will do.
        let searchPath: String?
        let finish: (Result<PostgresRows, PostgresError>) -> Void
        /// The time by which the server has to answer; set once this is the first of the sent ones.
        var deadline: Int64 = 0
        /// True until the server has answered the message that prepares the statement, if one was sent.
        var isPreparing = false
        var rows: PostgresRows?
        var failure: PostgresError?

        init(
            _ statement: PostgresStatement, _ parameters: [PostgresValue], searchPath: String?,
            finish: @escaping (Result<PostgresRows, PostgresError>) -> Void
        ) {
            self.statement = statement
            self.parameters = parameters
            self.searchPath = searchPath
            self.finish = finish
        }
    }

    private enum Link {
        case none
        case connecting
        case up(PostgresConnection)
    }

    /// Carries a connection from the thread that made it; no other code refers to it.
    private struct Fresh: @unchecked Sendable {
        let connection: PostgresConnection
    }

    /// Forwards readiness without keeping the pipeline alive.
    private final class Watcher: ReadinessHandler {
        private weak let pipeline: PostgresPipeline?

        init(_ pipeline: PostgresPipeline) { self.pipeline = pipeline }

        func ready(_ readiness: Readiness) {
            pipeline?.assumeIsolated { $0.look() }
        }
    }

    /// The number of statements that are sent and not answered; more wait here.
    private static let window = 64

    private let reactor: Reactor
    /// The reactor as the actor's executor.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe reactor.asUnownedSerialExecutor() }
    private let configuration: PostgresConfiguration
    private let maximumWaiting: Int
    private var link = Link.none
    private var waiting: [Flight] = []
    private var underWay: [Flight] = []
    private var isFlushing = false
    private var isTimed = false

    /// Creates a pipeline; it connects at the first statement.
    ///
    /// - Parameters:
    ///   - configuration: where and how to connect.
    ///   - reactor: the event loop that it runs on.
    ///   - maximumWaiting: the number of statements that may wait; one more throws `poolExhausted` at once.
    public init(_ configuration: PostgresConfiguration, on reactor: Reactor, maximumWaiting: Int = 1_000) {
        self.configuration = configuration
        self.reactor = reactor
        self.maximumWaiting = maximumWaiting
    }

    /// Runs a statement and returns what `decode` reads from its rows.
    ///
    /// Cancelling the calling task has no effect on a statement.
    ///
    /// - Parameters:
    ///   - searchPath: the schemas that names without a schema mean, as in `PostgresConnection.use`; nil where the statement
    ///     has no such names.
    ///   - decode: called on the reactor's thread with the rows, so it must not block.
    /// - Throws: `PostgresError`, or what `decode` throws.
    public func execute<Value: Sendable>(
        _ statement: PostgresStatement, _ parameters: [PostgresValue] = [], searchPath: String? = nil,
        _ decode: @escaping @Sendable (PostgresRows) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            // Checked here and not before: other calls may run between the call and this point.
            guard waiting.count < maximumWaiting else {
                let reason = "\(maximumWaiting) statements wait for the connection"
                return continuation.resume(throwing: PostgresError(.poolExhausted, reason))
            }
            waiting.append(
                Flight(statement, parameters, searchPath: searchPath) { outcome in
                    continuation.resume(with: Result { try decode(try outcome.get()) })
                })
            sendWaiting()
        }
    }

    /// Runs a statement that may run twice, such as a query.
    ///
    /// It runs once more where the connection is lost, since a connection that was idle may have been cut long ago.
    /// Otherwise the same as `execute`.
    public func executeRepeatable<Value: Sendable>(
        _ statement: PostgresStatement, _ parameters: [PostgresValue] = [], searchPath: String? = nil,
        _ decode: @escaping @Sendable (PostgresRows) throws -> Value
    ) async throws -> Value {
        do {
            return try await execute(statement, parameters, searchPath: searchPath, decode)
        } catch let error as PostgresError {
            guard error.kind == .connectionLost else { throw error }
            return try await execute(statement, parameters, searchPath: searchPath, decode)
        }
    }

    /// Closes the connection unless a statement waits for its answer; a later statement connects again.
    public func close() {
        guard underWay.isEmpty, case .up(let connection) = link else { return }
        reactor.forget(connection.descriptor)
        link = .none
    }

    // MARK: Connecting

    private func connect() {
        link = .connecting
        Task {
            // Connecting blocks, on name lookups and on a slow server, so it gets a thread for that time.
            let worker = Worker(name: "pg-connect")
            defer { worker.stop() }
            do {
                let configuration = configuration
                let fresh = try await worker.run { Fresh(connection: try PostgresConnection(configuration)) }
                try fresh.connection.enterPipeline()
                try reactor.watch(fresh.connection.descriptor, for: .readable, Watcher(self))
                link = .up(fresh.connection)
                isFlushing = false
                startTimer()
                sendWaiting()
            } catch {
                link = .none
                let failed = waiting
                waiting = []
                let reason = error as? PostgresError ?? PostgresError(.unreachable, "\(error)")
                for flight in failed { flight.finish(.failure(reason)) }
            }
        }
    }

    /// Closes a lost connection: sent statements fail with `reason`, waiting ones get a new connection.
    private func drop(_ connection: PostgresConnection, _ reason: PostgresError) {
        reactor.forget(connection.descriptor)
        link = .none
        let failed = underWay
        underWay = []
        for flight in failed { flight.finish(.failure(reason)) }
        if !waiting.isEmpty { connect() }
    }

    /// Sets the deadline of the first sent statement.
    ///
    /// The server enforces the timeout from the moment it begins a statement; 5 more seconds are for a server that does
    /// not answer at all.
    private func setDeadline() {
        underWay.first?.deadline =
            Host.steadyClockMilliseconds() + Int64(configuration.statementTimeoutMilliseconds) + 5_000
    }

    private func startTimer() {
        guard !isTimed else { return }
        isTimed = true
        reactor.repeatEvery(milliseconds: 1_000) { [weak self] in
            self?.assumeIsolated { pipeline in
                guard case .up(let connection) = pipeline.link, let first = pipeline.underWay.first,
                    first.deadline < Host.steadyClockMilliseconds()
                else { return }
                pipeline.drop(connection, PostgresError(.unanswered, "the server did not answer in time"))
            }
        }
    }

    // MARK: Sending and receiving

    private func sendWaiting() {
        guard !waiting.isEmpty else { return }
        switch link {
        case .none: connect()
        case .connecting: break
        case .up(let connection):
            do throws(PostgresError) {
                var sent = 0
                while sent < waiting.count, underWay.count < Self.window {
                    let flight = waiting[sent]
                    sent += 1
                    if let path = flight.searchPath, path != connection.searchPath {
                        try send(change(to: path), connection)
                        connection.searchPath = path
                    }
                    try send(flight, connection)
                }
                waiting.removeFirst(sent)
                try flush(connection)
            } catch {
                waiting.removeAll { flight in underWay.contains { $0 === flight } }
                drop(connection, error)
            }
        }
    }

    private func send(_ flight: Flight, _ connection: PostgresConnection) throws(PostgresError) {
        underWay.append(flight)
        if underWay.count == 1 { setDeadline() }
        flight.isPreparing = try connection.sendSynced(flight.statement, flight.parameters)
        Failpoint.reach("\(flight.statement.name).sent")
    }

    /// Changes the search path for the statements that are sent after it. Where it fails, they would read other tables
    /// than they mean, so the connection is given up before any of them is answered.
    private func change(to path: String) -> Flight {
        Flight(PostgresConnection.setSearchPath, [.text(path)], searchPath: nil) { [weak self] outcome in
            guard case .failure(let reason) = outcome else { return }
            self?.assumeIsolated { pipeline in
                guard case .up(let connection) = pipeline.link else { return }
                pipeline.drop(connection, PostgresError(.connectionLost, reason.message))
            }
        }
    }

    private func flush(_ connection: PostgresConnection) throws(PostgresError) {
        let isDone = try connection.flushSome()
        guard isDone == isFlushing else { return }
        isFlushing = !isDone
        do {
            try reactor.change(connection.descriptor, to: isFlushing ? [.readable, .writable] : .readable)
        } catch {
            throw PostgresError(.connectionLost, "the connection is lost: \(error)")
        }
    }

    private func look() {
        guard case .up(let connection) = link else { return }
        do throws(PostgresError) {
            try connection.consume()
            while let flight = underWay.first, let event = connection.nextEvent() {
                switch event {
                case .rows where flight.isPreparing: flight.isPreparing = false
                case .rows(let rows): flight.rows = rows
                case .failure(let failure): flight.failure = flight.failure ?? failure
                case .skipped: break
                case .synced:
                    underWay.removeFirst()
                    setDeadline()
                    finish(flight, connection)
                }
            }
            // A search path that could not be set has ended the connection.
            guard case .up(let present) = link, present === connection else { return sendWaiting() }
            if connection.isLost { throw connection.lost() }
            try flush(connection)
        } catch {
            drop(connection, error)
        }
        sendWaiting()
    }

    private func finish(_ flight: Flight, _ connection: PostgresConnection) {
        Failpoint.reach("\(flight.statement.name).answered")
        if let failure = flight.failure {
            let isUnknown = failure.sqlState == "26000"
            if flight.isPreparing || isUnknown { connection.prepared.remove(flight.statement.name) }
            if isUnknown, flight.statement.name != PostgresConnection.setSearchPath.name {
                // The statement that should have prepared it failed, so this one never ran.
                flight.failure = nil
                waiting.insert(flight, at: 0)
                return
            }
            flight.finish(.failure(failure))
        } else if let rows = flight.rows {
            flight.finish(.success(rows))
        } else {
            flight.finish(.failure(PostgresError(.unexpectedResult, "the server answered nothing")))
        }
    }
}
