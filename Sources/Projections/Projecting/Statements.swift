import Postgres

/// The statements of the models, each in a file of its own under `SQL/`.
enum Statements {
    static let bestVersions = PostgresStatement("best_versions", PackageResources.best_versions_sql)
    static let nameFiles = PostgresStatement("name_files", PackageResources.name_files_sql)
    static let holdFiles = PostgresStatement("hold_files", PackageResources.hold_files_sql)
    static let releaseFiles = PostgresStatement("release_files", PackageResources.release_files_sql)
    static let removeFiles = PostgresStatement("remove_files", PackageResources.remove_files_sql)
    static let withholdFiles = PostgresStatement("withhold_files", PackageResources.withhold_files_sql)
    static let listWithheldFiles = PostgresStatement("list_withheld_files", PackageResources.list_withheld_files_sql)
    static let digestWithheldFiles = PostgresStatement(
        "digest_withheld_files", PackageResources.digest_withheld_files_sql)
    static let versionsNamingFile = PostgresStatement("versions_naming_file", PackageResources.versions_naming_file_sql)
    static let noteRemovedFiles = PostgresStatement("note_removed_files", PackageResources.note_removed_files_sql)
    static let unnotedFiles = PostgresStatement("unnoted_files", PackageResources.unnoted_files_sql)
    static let listPublishedBy = PostgresStatement("list_published_by", PackageResources.list_published_by_sql)
    static let changeOwners = PostgresStatement("change_owners", PackageResources.change_owners_sql)
    static let noteOwnerChanges = PostgresStatement("note_owner_changes", PackageResources.note_owner_changes_sql)
    static let endVotes = PostgresStatement("end_votes", PackageResources.end_votes_sql)
    static let changeStars = PostgresStatement("change_stars", PackageResources.change_stars_sql)
    static let changeVotes = PostgresStatement("change_votes", PackageResources.change_votes_sql)
    static let countDownloads = PostgresStatement("count_downloads", PackageResources.count_downloads_sql)
    static let countReaders = PostgresStatement("count_readers", PackageResources.count_readers_sql)
    static let countVotes = PostgresStatement("count_votes", PackageResources.count_votes_sql)
    static let eraseReviews = PostgresStatement("erase_reviews", PackageResources.erase_reviews_sql)
    static let findAgent = PostgresStatement("find_agent", PackageResources.find_agent_sql)
    static let findAgentRecords = PostgresStatement("find_agent_records", PackageResources.find_agent_records_sql)
    static let findCounters = PostgresStatement("find_counters", PackageResources.find_counters_sql)
    static let findVersion = PostgresStatement("find_version", PackageResources.find_version_sql)
    static let findVersionRecords = PostgresStatement(
        "find_version_records", PackageResources.find_version_records_sql)
    static let listByDownloads = PostgresStatement("list_by_downloads", PackageResources.list_by_downloads_sql)
    static let listByName = PostgresStatement("list_by_name", PackageResources.list_by_name_sql)
    static let listByStars = PostgresStatement("list_by_stars", PackageResources.list_by_stars_sql)
    static let listDailyDownloads = PostgresStatement(
        "list_daily_downloads", PackageResources.list_daily_downloads_sql)
    static let listOwners = PostgresStatement("list_owners", PackageResources.list_owners_sql)
    static let listPublisherAgents = PostgresStatement(
        "list_publisher_agents", PackageResources.list_publisher_agents_sql)
    static let listRecent = PostgresStatement("list_recent", PackageResources.list_recent_sql)
    static let listStars = PostgresStatement("list_stars", PackageResources.list_stars_sql)
    static let listVersionDownloads = PostgresStatement(
        "list_version_downloads", PackageResources.list_version_downloads_sql)
    static let listVersions = PostgresStatement("list_versions", PackageResources.list_versions_sql)
    static let pruneReaders = PostgresStatement("prune_readers", PackageResources.prune_readers_sql)
    static let reviewsHelpful = PostgresStatement("reviews_helpful", PackageResources.reviews_helpful_sql)
    static let reviewsRating = PostgresStatement("reviews_rating", PackageResources.reviews_rating_sql)
    static let reviewsRecent = PostgresStatement("reviews_recent", PackageResources.reviews_recent_sql)
    static let searchByDownloads = PostgresStatement("search_by_downloads", PackageResources.search_by_downloads_sql)
    static let searchByName = PostgresStatement("search_by_name", PackageResources.search_by_name_sql)
    static let searchByStars = PostgresStatement("search_by_stars", PackageResources.search_by_stars_sql)
    static let searchRecent = PostgresStatement("search_recent", PackageResources.search_recent_sql)
    static let showOwners = PostgresStatement("show_owners", PackageResources.show_owners_sql)
    static let showVersions = PostgresStatement("show_versions", PackageResources.show_versions_sql)
    static let stateReviews = PostgresStatement("state_reviews", PackageResources.state_reviews_sql)
    static let withdrawReviews = PostgresStatement("withdraw_reviews", PackageResources.withdraw_reviews_sql)
    static let writeAgents = PostgresStatement("write_agents", PackageResources.write_agents_sql)
    static let writeVersions = PostgresStatement("write_versions", PackageResources.write_versions_sql)

    static let countFlags = PostgresStatement("count_flags", PackageResources.count_flags_sql)
    static let listFlags = PostgresStatement("list_flags", PackageResources.list_flags_sql)

    static let namedFiles = PostgresStatement("named_files", PackageResources.named_files_sql)
    static let changedIndexDocuments = PostgresStatement(
        "changed_index_documents", PackageResources.changed_index_documents_sql)
    static let findIndexPage = PostgresStatement("find_index_page", PackageResources.find_index_page_sql)
    static let linkedIndexPages = PostgresStatement("linked_index_pages", PackageResources.linked_index_pages_sql)
    static let knownIndexPages = PostgresStatement("known_index_pages", PackageResources.known_index_pages_sql)
    static let writeIndexPages = PostgresStatement("write_index_pages", PackageResources.write_index_pages_sql)
    static let dropIndexPages = PostgresStatement("drop_index_pages", PackageResources.drop_index_pages_sql)
    static let findIndexDocuments = PostgresStatement(
        "find_index_documents", PackageResources.find_index_documents_sql)
    static let writeIndexDocuments = PostgresStatement(
        "write_index_documents", PackageResources.write_index_documents_sql)

    static let advance = PostgresStatement("advance", PackageResources.advance_sql)
    static let cursor = PostgresStatement("cursor", PackageResources.cursor_sql)
    static let cursors = PostgresStatement("cursors", PackageResources.cursors_sql)
    static let projections = PostgresStatement("projections", PackageResources.projections_sql)
    static let takeTurn = PostgresStatement("take_turn", PackageResources.take_turn_sql)

    static let describePublishers = PostgresStatement("describe_publishers", PackageResources.describe_publishers_sql)
    static let erasePublishers = PostgresStatement("erase_publishers", PackageResources.erase_publishers_sql)
    static let findPublisher = PostgresStatement("find_publisher", PackageResources.find_publisher_sql)
    static let namePublishers = PostgresStatement("name_publishers", PackageResources.name_publishers_sql)
    static let registerPublishers = PostgresStatement("register_publishers", PackageResources.register_publishers_sql)
}
