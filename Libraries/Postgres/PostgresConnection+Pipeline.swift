import CPostgres
import System

/// The connection for whoever sends statements one behind the other and never blocks.
extension PostgresConnection {
    /// What the server says next in a pipeline.
    enum PipelineEvent {
        /// A statement was done.
        case rows(PostgresRows)
        /// A statement failed.
        case failure(PostgresError)
        /// A statement was passed over, since the one before it failed.
        case skipped
        /// All that was sent up to a Sync is answered.
        case synced
    }

    func enterPipeline() throws(PostgresError) {
        try send(unsafe PQenterPipelineMode(connection))
        descriptor = unsafe PQsocket(connection)
    }

    /// Puts a statement on its way with a Sync of its own, so that it commits or fails alone. Prepares it where it is
    /// new here, and says so.
    func sendSynced(_ statement: PostgresStatement, _ parameters: [PostgresValue]) throws(PostgresError) -> Bool {
        let isNew = prepared.insert(statement.name).inserted
        if isNew { try send(sendPrepare(statement, parameters)) }
        Failpoint.reach("\(statement.name).sending")
        try send(sendExecute(statement, parameters))
        try send(unsafe PQpipelineSync(connection))
        return isNew
    }

    /// Sends what is queued as far as the server takes it; true where all is out.
    func flushSome() throws(PostgresError) -> Bool {
        let outcome = unsafe PQflush(connection)
        guard outcome >= 0 else { throw lost() }
        return outcome == 0
    }

    /// Takes in what has arrived.
    func consume() throws(PostgresError) {
        guard unsafe PQconsumeInput(connection) == 1 else { throw lost() }
    }

    /// The next event of those that have arrived; nil where there is no whole one.
    func nextEvent() -> PipelineEvent? {
        // The results of one statement end in nothing, which is no event; nothing twice is the end.
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
