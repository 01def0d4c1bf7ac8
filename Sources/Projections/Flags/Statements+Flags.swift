import Postgres

extension Statements {
    static let countFlags = PostgresStatement("count_flags", PackageResources.count_flags_sql)
    static let listFlags = PostgresStatement("list_flags", PackageResources.list_flags_sql)
}
