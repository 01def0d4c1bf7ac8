public import Events
public import Following
public import Postgres

/// The cursors of the models: for each model the next position that it will apply.
public typealias CursorFeed = Feed<[String: Position]>

extension Feed where Value == [String: Position] {
    /// Follows the cursors of the database that a pool reads.
    public static func cursors(_ pool: PostgresPool) -> CursorFeed {
        CursorFeed([:]) {
            try await pool.runRepeatable { connection in
                var cursors: [String: Position] = [:]
                for row in try connection.execute(Statements.cursors) {
                    cursors[try row.text("projection")] = Position(try row.integer("position"))
                }
                return cursors
            }
        }
    }

    /// Announces that this process has applied a model up to, but not including, a position.
    func announce(_ projection: any Projection.Type, _ next: Position) {
        announce { $0[projection.name] = Swift.max($0[projection.name] ?? next, next) }
    }

    /// The next position that all of some models will apply.
    static func next(_ cursors: [String: Position], _ models: [any Projection.Type]) -> Position {
        models.map { cursors[$0.name] ?? Position(0) }.min() ?? Position(0)
    }
}
