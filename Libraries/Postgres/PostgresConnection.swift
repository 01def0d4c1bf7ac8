import CPostgres
import Glibc
import Synchronization
import System

/// One connection, used only on its session's thread; its calls block that thread.
///
/// `PostgresSession` and `PostgresPool` pass it to their closures; it must not leave them.
@safe public final class PostgresConnection {
    let connection: OpaquePointer
    private let configuration: PostgresConfiguration
    var prepared: Set<String> = []
    /// The socket of a pipeline; it stays known after the server has closed the connection.
    var descriptor: Int32 = -1
    let canceller: PostgresCanceller
    private(set) var isLost = false
    private static let connections = Atomic<UInt64>(0)
    /// A number that no other connection of this process has, to tell whether a session has connected again.
    public let number = PostgresConnection.connections.add(1, ordering: .relaxed).newValue
    /// The search path that was last set; nil while it is that of the configuration.
    var searchPath: String?

    /// Sets the search path of the session to the schemas of a list.
    static let setSearchPath = PostgresStatement(
        "set_search_path", Array("SELECT set_config('search_path', $1, false)".utf8))

    init(_ configuration: PostgresConfiguration) throws(PostgresError) {
        self.configuration = configuration
        var options = "-c statement_timeout=\(configuration.statementTimeoutMilliseconds)"
        options += " -c client_min_messages=warning"
        if let role = configuration.role { options += " -c role=\(role)" }
        if let pause = configuration.transactionPauseMilliseconds {
            options += " -c idle_in_transaction_session_timeout=\(pause)"
        }
        for (name, value) in configuration.settings.sorted(by: { $0.key < $1.key }) {
            options += " -c \(name)=\(value)"
        }
        let parameters = [
            ("dbname", configuration.url), ("application_name", configuration.applicationName),
            ("connect_timeout", "5"), ("client_encoding", "UTF8"), ("options", options),
        ]
        let names = unsafe parameters.map { unsafe strdup($0.0) }
        let values = unsafe parameters.map { unsafe strdup($0.1) }
        defer { unsafe (names + values).forEach { unsafe free($0) } }
        var nameList = unsafe names.map { unsafe UnsafePointer($0) } + [nil]
        var valueList = unsafe values.map { unsafe UnsafePointer($0) } + [nil]
        guard let connection = unsafe PQconnectdbParams(&nameList, &valueList, 1) else {
            throw PostgresError(.unreachable, "out of memory")
        }
        guard unsafe PQstatus(connection) == CONNECTION_OK, let cancel = unsafe PQgetCancel(connection) else {
            let message = unsafe String(cString: PQerrorMessage(connection)).split(separator: "\n").joined(
                separator: " ")
            unsafe PQfinish(connection)
            throw PostgresError(.unreachable, message)
        }
        unsafe PQsetNoticeProcessor(connection, { _, _ in }, nil)
        // Non-blocking, so that a server that stops reading can't hold a sender beyond the deadline.
        unsafe PQsetnonblocking(connection, 1)
        unsafe self.connection = connection
        canceller = unsafe PostgresCanceller(owning: cancel)
    }

    deinit {
        unsafe PQfinish(connection)
    }

    /// True unless the connection is usable and outside a transaction block.
    public var isInTransaction: Bool { unsafe PQtransactionStatus(connection) != PQTRANS_IDLE }

    /// Runs a statement and waits for its rows; prepares it at its first use on this connection.
    ///
    /// It has failpoints named after the statement: `NAME.sending` before it is sent, `NAME.sent` while the server runs
    /// it, and `NAME.answered` before the answer is returned.
    ///
    /// - Throws: `PostgresError`; kind `unanswered` where no answer comes within the statement timeout and 5 more
    ///   seconds.
    @discardableResult
    public func execute(
        _ statement: PostgresStatement, _ parameters: [PostgresValue] = []
    ) throws(PostgresError) -> PostgresRows {
        // Scripts, and so the end of a transaction, are not held back.
        if canceller.isCancelled {
            throw PostgresError(.server, sqlState: "57014", "the statement was not sent, since its task was cancelled")
        }
        if !prepared.contains(statement.name) {
            try send(sendPrepare(statement, parameters))
            _ = try receive()
            prepared.insert(statement.name)
        }
        Failpoint.reach("\(statement.name).sending")
        try send(sendExecute(statement, parameters))
        return try receive(statement.name)
    }

    func sendPrepare(_ statement: PostgresStatement, _ parameters: [PostgresValue]) -> Int32 {
        let types = parameters.map(\.typeID)
        return unsafe PQsendPrepare(connection, statement.name, statement.sql, Int32(types.count), types)
    }

    func sendExecute(_ statement: PostgresStatement, _ parameters: [PostgresValue]) -> Int32 {
        // One block holds all values, so that their addresses are valid for the call; each value ends with a zero.
        var block: [UInt8] = []
        var starts: [Int] = []
        for parameter in parameters {
            starts.append(block.count)
            parameter.encode(into: &block)
            block.append(0)
        }
        let ends = starts.dropFirst() + [block.count]
        let lengths = zip(starts, ends).map { Int32($1 - $0 - 1) }
        let formats = [Int32](repeating: 1, count: parameters.count)
        return unsafe block.withUnsafeBufferPointer { buffer in
            let pointers: [UnsafePointer<CChar>?] = unsafe zip(parameters, starts).map { parameter, start in
                unsafe parameter.isNull
                    ? nil
                    : UnsafeRawPointer(buffer.baseAddress)?.advanced(by: start).assumingMemoryBound(to: CChar.self)
            }
            return unsafe PQsendQueryPrepared(
                connection, statement.name, Int32(parameters.count), pointers, lengths, formats, 1)
        }
    }

    /// Sets the search path of this connection to a list of schemas; does nothing where it is set to that already.
    ///
    /// The server's own names come first unless the list names `pg_catalog`. Call it outside a transaction: a rollback
    /// would undo it unnoticed. The server plans prepared statements anew after a change.
    public func use(searchPath: String) throws(PostgresError) {
        guard self.searchPath != searchPath else { return }
        try execute(Self.setSearchPath, [.text(searchPath)])
        self.searchPath = searchPath
    }

    /// Runs several statements without parameters, such as a migration; waits for the end of the last.
    public func executeScript(_ sql: String) throws(PostgresError) {
        try send(unsafe PQsendQuery(connection, sql))
        _ = try receive()
    }

    /// Runs `body` in a transaction: commits when it returns, rolls back when it throws.
    ///
    /// - Throws: what `body` throws, or `PostgresError` where the commit fails, also because `body` has caught the error of
    ///   a statement: after one the server would answer COMMIT by rolling back, without an error. After `connectionLost` or `unanswered`
    ///   the commit may have taken effect.
    public func transaction<Value>(_ body: () throws -> Value) throws -> Value {
        try executeScript("BEGIN")
        do {
            let value = try body()
            guard unsafe PQtransactionStatus(connection) != PQTRANS_INERROR else {
                throw PostgresError(
                    .unexpectedResult, "a statement of the transaction has failed, so it can't be committed")
            }
            try executeScript("COMMIT")
            return value
        } catch {
            // The error of `body` says more than one of the rollback; the server rolls back itself where the connection
            // is lost.
            if !isLost { try? executeScript("ROLLBACK") }
            throw error
        }
    }

    /// What the server keeps of a password: a verifier of SCRAM-SHA-256 (RFC 5803), with a salt of its own each time.
    ///
    /// A statement that sets a password takes it in place of the password, which so never reaches the server. It holds
    /// letters, digits and `+/=$:-` alone.
    public func verifier(ofPassword password: String, for user: String) throws(PostgresError) -> String {
        guard let text = unsafe PQencryptPasswordConn(connection, password, user, "scram-sha-256") else {
            throw PostgresError(.unexpectedResult, "libpq makes no verifier of the password")
        }
        defer { unsafe PQfreemem(text) }
        return unsafe String(cString: text)
    }

    func send(_ outcome: Int32) throws(PostgresError) {
        if outcome != 1 { throw lost() }
    }

    /// Waits for all results of what was sent and returns the last.
    private func receive(_ name: String? = nil) throws(PostgresError) -> PostgresRows {
        // The server enforces the timeout; 5 more seconds are for a server that does not answer at all.
        let deadline = Host.steadyClockMilliseconds() + Int64(configuration.statementTimeoutMilliseconds) + 5_000
        var last: PostgresRows?
        var failure: PostgresError?
        try flush(until: deadline)
        if let name { Failpoint.reach("\(name).sent") }
        while true {
            while unsafe PQisBusy(connection) == 1 {
                try wait(POLLIN, until: deadline)
                guard unsafe PQconsumeInput(connection) == 1 else { throw lost() }
            }
            guard let result = unsafe PQgetResult(connection) else { break }
            switch unsafe PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: unsafe last = PostgresRows(owning: result)
            default:
                unsafe failure = failure ?? serverError(result)
                unsafe PQclear(result)
            }
        }
        if unsafe PQstatus(connection) != CONNECTION_OK { throw lost() }
        if let name { Failpoint.reach("\(name).answered") }
        if let failure { throw failure }
        guard let last else { throw lost() }
        return last
    }

    /// Sends queued messages and reads meanwhile: if both sides only sent, both would wait forever.
    private func flush(until deadline: Int64) throws(PostgresError) {
        while true {
            let outcome = unsafe PQflush(connection)
            if outcome == 0 { return }
            guard outcome == 1 else { throw lost() }
            try wait(POLLIN | POLLOUT, until: deadline)
            guard unsafe PQconsumeInput(connection) == 1 else { throw lost() }
        }
    }

    private func wait(_ events: Int32, until deadline: Int64) throws(PostgresError) {
        while true {
            let rest = deadline - Host.steadyClockMilliseconds()
            guard rest > 0 else {
                isLost = true
                throw PostgresError(.unanswered, "the server did not answer in time")
            }
            var descriptor = unsafe pollfd(fd: PQsocket(connection), events: Int16(events), revents: 0)
            let count = unsafe poll(&descriptor, 1, Int32(clamping: rest))
            if count > 0 { return }
            if count < 0 && errno != EINTR { throw lost() }
        }
    }

    func lost() -> PostgresError {
        isLost = true
        let message = unsafe String(cString: PQerrorMessage(connection))
        return PostgresError(
            .connectionLost, "the connection is lost: \(message.split(separator: "\n").first ?? "closed")")
    }

    func serverError(_ result: OpaquePointer) -> PostgresError {
        func field(_ code: Int32) -> String? {
            guard let text = unsafe PQresultErrorField(result, code) else { return nil }
            return unsafe String(cString: text)
        }
        let state = field(Int32(UInt8(ascii: "C"))) ?? ""
        // FATAL and PANIC end the connection, by an administrator or a crash.
        if unsafe PQstatus(connection) != CONNECTION_OK { isLost = true }
        let message = field(Int32(UInt8(ascii: "M"))) ?? "no message"
        return PostgresError(
            isLost ? .connectionLost : .server, sqlState: state, constraint: field(Int32(UInt8(ascii: "n"))),
            state.hasPrefix("22") ? "a value does not fit" : message)
    }
}
