import Postgres

/// A table of a model.
struct ModelTable: Sendable {
    /// Its name.
    let name: String
    /// The columns of its primary key.
    let key: [String]
    /// All its columns.
    let columns: [String]
    /// The types of these.
    let types: [String]

    /// The tables of a build, by name.
    static func all(of build: Build, _ connection: PostgresConnection) throws -> [ModelTable] {
        try connection.execute(Statements.modelTables, [.text(build.schema)]).map { row in
            ModelTable(
                name: try row.text("name"), key: try row.texts(1), columns: try row.texts(2), types: try row.texts(3))
        }
    }
}
