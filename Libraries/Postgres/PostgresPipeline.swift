public import Reactor
import System

/// One connection on a reactor: statements go out one behind the other, and nobody waits for a round trip of another.
///
/// Each statement commits or fails alone. It is for short ones: a slow one holds up those behind it. The connection is
/// made when it is first needed and again after it was lost; statements that were under way then throw
/// `connectionLost`, since only their callers know what that means.
public actor PostgresPipeline {
    /// A statement on its way.
    private final class Flight {
        let statement: PostgresStatement
        let parameters: [PostgresValue]
        let finish: (Result<PostgresRows, PostgresError>) -> Void
        /// When the server has to have answered; set once it is the first of those under way.
        var deadline: Int64 = 0
        /// True until the server has prepared the statement, where that goes before it.
        var isPreparing = false
        var rows: PostgresRows?
        var failure: PostgresError?

        init(
            _ statement: PostgresStatement, _ parameters: [PostgresValue],
            finish: @escaping (Result<PostgresRows, PostgresError>) -> Void
        ) {
            self.statement = statement
            self.parameters = parameters
            self.finish = finish
        }
    }

    private enum Link {
        case none
        case connecting
        case up(PostgresConnection)
    }

    /// A connection on its way from the thread that made it; nobody else has it.
    private struct Fresh: @unchecked Sendable {
        let connection: PostgresConnection
    }

    /// Hands readiness on, and does not keep the pipeline alive.
    private final class Watcher: ReadinessHandler {
        private weak let pipeline: PostgresPipeline?

        init(_ pipeline: PostgresPipeline) { self.pipeline = pipeline }

        func ready(_ readiness: Readiness) {
            pipeline?.assumeIsolated { $0.look() }
        }
    }

    /// Statements that the server has at once; more wait here.
    private static let window = 64

    private let reactor: Reactor
    /// The reactor that it runs on.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe reactor.asUnownedSerialExecutor() }
    private let configuration: PostgresConfiguration
    private let maximumWaiting: Int
    private var link = Link.none
    private var waiting: [Flight] = []
    private var underWay: [Flight] = []
    private var isFlushing = false
    private var isTimed = false

    /// Prepares a pipeline; nothing is connected yet.
    ///
    /// - Parameter maximumWaiting: how many statements wait; beyond, one throws `poolExhausted` at once.
    public init(_ configuration: PostgresConfiguration, on reactor: Reactor, maximumWaiting: Int = 1_000) {
        self.configuration = configuration
        self.reactor = reactor
        self.maximumWaiting = maximumWaiting
    }

    /// Runs a statement; `decode` takes what is wanted out of its rows, on the reactor's thread.
    public func execute<Value: Sendable>(
        _ statement: PostgresStatement, _ parameters: [PostgresValue] = [],
        _ decode: @escaping @Sendable (PostgresRows) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            // Looked at here and not before: others get their turn between the call and this.
            guard waiting.count < maximumWaiting else {
                let reason = "\(maximumWaiting) statements wait for the connection"
                return continuation.resume(throwing: PostgresError(.poolExhausted, reason))
            }
            waiting.append(
                Flight(statement, parameters) { outcome in
                    continuation.resume(with: Result { try decode(try outcome.get()) })
                })
            sendWaiting()
        }
    }

    /// Like `execute`, for a statement that may run twice, such as one that only reads: once more where the connection
    /// is lost, since one that rested may have been cut off long ago.
    public func executeRepeatable<Value: Sendable>(
        _ statement: PostgresStatement, _ parameters: [PostgresValue] = [],
        _ decode: @escaping @Sendable (PostgresRows) throws -> Value
    ) async throws -> Value {
        do {
            return try await execute(statement, parameters, decode)
        } catch let error as PostgresError {
            guard error.kind == .connectionLost else { throw error }
            return try await execute(statement, parameters, decode)
        }
    }

    /// Closes the connection where nothing is under way. A later statement makes a new one.
    public func close() {
        guard underWay.isEmpty, case .up(let connection) = link else { return }
        reactor.forget(connection.descriptor)
        link = .none
    }

    // MARK: Connecting

    private func connect() {
        link = .connecting
        Task {
            // Connecting blocks, on names and on a server that is slow to answer, so it has a thread for as long.
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

    /// Gives the connection up; whatever is under way learns why, what waits gets a new one.
    private func drop(_ connection: PostgresConnection, _ reason: PostgresError) {
        reactor.forget(connection.descriptor)
        link = .none
        let failed = underWay
        underWay = []
        for flight in failed { flight.finish(.failure(reason)) }
        if !waiting.isEmpty { connect() }
    }

    /// The server enforces the timeout, from when it gets to a statement on; the reserve is for a server that does not
    /// answer at all.
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
                    underWay.append(flight)
                    if underWay.count == 1 { setDeadline() }
                    flight.isPreparing = try connection.sendSynced(flight.statement, flight.parameters)
                    Failpoint.reach("\(flight.statement.name).sent")
                }
                waiting.removeFirst(sent)
                try flush(connection)
            } catch {
                waiting.removeAll { flight in underWay.contains { $0 === flight } }
                drop(connection, error)
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
            if isUnknown {
                // The one that should have prepared it failed; this one never ran.
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
