import Postgres

extension Statements {
    static let digestWithheldFiles = PostgresStatement(
        "digest_withheld_files", PackageResources.digest_withheld_files_sql)
    static let holdFiles = PostgresStatement("hold_files", PackageResources.hold_files_sql)
    static let listPublishedBy = PostgresStatement("list_published_by", PackageResources.list_published_by_sql)
    static let listWithheldFiles = PostgresStatement("list_withheld_files", PackageResources.list_withheld_files_sql)
    static let nameFiles = PostgresStatement("name_files", PackageResources.name_files_sql)
    static let noteRemovedFiles = PostgresStatement("note_removed_files", PackageResources.note_removed_files_sql)
    static let releaseFiles = PostgresStatement("release_files", PackageResources.release_files_sql)
    static let removeFiles = PostgresStatement("remove_files", PackageResources.remove_files_sql)
    static let unnotedFiles = PostgresStatement("unnoted_files", PackageResources.unnoted_files_sql)
    static let versionsNamingFile = PostgresStatement("versions_naming_file", PackageResources.versions_naming_file_sql)
    static let withholdFiles = PostgresStatement("withhold_files", PackageResources.withhold_files_sql)
}
