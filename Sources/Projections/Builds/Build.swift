import Events
import Postgres

/// One build of a projection: a schema with the model's tables, and how far it is.
struct Build: Sendable, Hashable {
    /// Its number, which no other build of the database has.
    let number: Int32
    /// The name of the projection.
    let projection: String
    /// Rises whenever somebody other than a worker changes what the build is.
    let epoch: Int64

    /// Reads the columns `build` and `epoch` of a row.
    init(_ row: PostgresRow, of projection: String) throws {
        number = Int32(clamping: try row.integer("build"))
        self.projection = projection
        epoch = try row.integer("epoch")
    }

    /// The build that programs of a version of a projection read; nil where there is none.
    static func active(of projection: Projection, _ connection: PostgresConnection) throws -> Build? {
        try connection.execute(Statements.activeBuild, [.text(projection.name), .int4(projection.version)])
            .first.map { try Build($0, of: projection.name) }
    }

    /// The agents that it parks, each with the position from which on its entries wait.
    func parked(_ connection: PostgresConnection) throws -> [AgentKey: Position] {
        var parked: [AgentKey: Position] = [:]
        for row in try connection.execute(Statements.parkedKeys, [.int4(number)]) {
            guard let key = AgentKey(try row.text("key")) else { continue }
            parked[key] = Position(try row.integer("position"))
        }
        return parked
    }

    /// The schema that holds its tables.
    var schema: String { "model_\(projection)_\(number)" }

    /// Names what it holds, among all builds of its projection.
    var name: String { "\(number).\(epoch)" }
}
