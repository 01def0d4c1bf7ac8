import Postgres

extension Statements {
    static let findServers = PostgresStatement("find_servers", PackageResources.find_servers_sql)
    static let writeServers = PostgresStatement("write_servers", PackageResources.write_servers_sql)
    static let changeServers = PostgresStatement("change_servers", PackageResources.change_servers_sql)

    // What finds them differs, what is read of them does not.
    static let listServers = withRows("list_servers", PackageResources.list_servers_sql)
    static let listServersSince = withRows("list_servers_since", PackageResources.list_servers_since_sql)
    static let serverVersions = withRows("server_versions", PackageResources.server_versions_sql)

    private static func withRows(_ name: String, _ sql: [UInt8]) -> PostgresStatement {
        let rows = String(decoding: PackageResources.server_rows_sql, as: UTF8.self)
        let counts = String(decoding: PackageResources.server_counts_sql, as: UTF8.self)
        let text = String(decoding: sql, as: UTF8.self)
            .replacing("/* rows */", with: rows).replacing("/* counts */", with: counts)
        return PostgresStatement(name, Array(text.utf8))
    }
}
