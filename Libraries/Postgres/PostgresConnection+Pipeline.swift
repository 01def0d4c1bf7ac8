import CPostgres
import System

/// The non-blocking use of a connection, for `PostgresPipeline`: statements are sent without waiting for answers.
extension PostgresConnection {
    /// The next answer of the server in a pipeline.
    enum PipelineEvent {
        /// A statement succeeded.
        case rows(PostgresRows)
        /// A statement failed.
        case failure(PostgresError)
        /// A statement was not run, since the one before it failed.
        case skipped
        /// Everything up to a Sync message is answered.
        case synced
    }

    func enterPipeline() throws(PostgresError) {
        try send(unsafe PQenterPipelineMode(connection))
        descriptor = unsafe PQsocket(connection)
    }

    /// Queues a statement with a Sync message of its own, so that it commits or fails alone.
    ///
    /// - Returns: true where the statement is new on this connection and a message that prepares it goes before it.
    func sendSynced(_ statement: PostgresStatement, _ parameters: [PostgresValue]) throws(PostgresError) -> Bool {
        let isNew = prepared.insert(statement.name).inserted
        if isNew { try send(sendPrepare(statement, parameters)) }
        Failpoint.reach("\(statement.name).sending")
        try send(sendExecute(statement, parameters))
        try send(unsafe PQpipelineSync(connection))
        return isNew
    }

    /// Sends queued messages as far as the server accepts them; true once all are sent.
    func flushSome() throws(PostgresError) -> Bool {
        let outcome = unsafe PQflush(connection)
        guard outcome >= 0 else { throw lost() }
        return outcome == 0
    }

    /// Reads the bytes that have arrived.
    func consume() throws(PostgresError) {
        guard unsafe PQconsumeInput(connection) == 1 else { throw lost() }
    }

    /// The next event that has arrived completely; nil where there is none.
    func nextEvent() -> PipelineEvent? {
        // libpq ends the results of one statement with nil, which is no event; nil twice means that there is no more.
        var isGap = false
        while unsafe PQisBusy(connection) == 0 {
            guard let result = unsafe PQgetResult(connection) else {
                if isGap { return nil }
                isGap = true
                continue
            }
            switch unsafe PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                return unsafe .rows(PostgresRows(owning: result))
            case PGRES_PIPELINE_SYNC:
                unsafe PQclear(result)
                return .synced
            case PGRES_PIPELINE_ABORTED:
                unsafe PQclear(result)
                return .skipped
            default:
                defer { unsafe PQclear(result) }
                return unsafe .failure(serverError(result))
            }
        }
        return nil
    }
}
