import Postgres

/// The turn on the build that is read.
extension BuildWriter {
    /// Takes the turn on the active build of a projection inside a transaction, and says where it is; nil where there is none.
    ///
    /// Until the turn comes others may swap the build or change its epoch, so all but its number is looked up afterwards.
    static func active(
        of projection: Projection, _ connection: PostgresConnection
    ) throws -> (writer: BuildWriter, state: State)? {
        while let found = try Build.active(of: projection, connection) {
            try connection.execute(Statements.takeTurn, [.int4(found.number)])
            guard let build = try Build.active(of: projection, connection), build.number == found.number else {
                continue
            }
            let writer = BuildWriter(projection: projection, build: build)
            if let state = try writer.begin(connection) { return (writer, state) }
        }
        return nil
    }

    /// Runs `body` in a transaction that has the turn on the active build of a projection, as `transaction` does.
    ///
    /// - Throws: `BuildFault` where the projection has no active build; what `body` throws.
    static func onActive<Value>(
        of projection: Projection, _ connection: PostgresConnection,
        _ body: (_ writer: BuildWriter, _ state: State, _ isCareful: Bool) throws -> Value
    ) throws -> Value {
        while let found = try Build.active(of: projection, connection) {
            try connection.use(searchPath: found.schema)
            let value = try transaction(connection) { isCareful -> Value? in
                guard let (writer, state) = try active(of: projection, connection), writer.build.number == found.number
                else { return nil }
                return try body(writer, state, isCareful)
            }
            if let value { return value }
        }
        throw BuildFault(description: "'\(projection.name)' has no build of version \(projection.version)")
    }
}
