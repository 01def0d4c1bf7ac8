import Postgres

extension Statements {
    static let candidateRows = PostgresStatement("candidate_rows", PackageResources.candidate_rows_sql)
    static let engineDocuments = PostgresStatement("engine_documents", PackageResources.engine_documents_sql)
    static let engineKeys = PostgresStatement("engine_keys", PackageResources.engine_keys_sql)
}
