import Postgres

extension Statements {
    static let indexDocumentsAfter = PostgresStatement(
        "index_documents_after", PackageResources.index_documents_after_sql)
    static let filesNamedBetween = PostgresStatement("files_named_between", PackageResources.files_named_between_sql)
    static let changedIndexDocuments = PostgresStatement(
        "changed_index_documents", PackageResources.changed_index_documents_sql)
    static let dropIndexPages = PostgresStatement("drop_index_pages", PackageResources.drop_index_pages_sql)
    static let findIndexDocuments = PostgresStatement("find_index_documents", PackageResources.find_index_documents_sql)
    static let findIndexPage = PostgresStatement("find_index_page", PackageResources.find_index_page_sql)
    static let knownIndexPages = PostgresStatement("known_index_pages", PackageResources.known_index_pages_sql)
    static let linkedIndexPages = PostgresStatement("linked_index_pages", PackageResources.linked_index_pages_sql)
    static let namedFiles = PostgresStatement("named_files", PackageResources.named_files_sql)
    static let writeIndexDocuments = PostgresStatement(
        "write_index_documents", PackageResources.write_index_documents_sql)
    static let writeIndexPages = PostgresStatement("write_index_pages", PackageResources.write_index_pages_sql)
}
