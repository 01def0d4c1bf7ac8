import Postgres

extension Statements {
    static let beginGeneration = PostgresStatement("begin_generation", PackageResources.begin_generation_sql)
    static let categoriesBeginning = PostgresStatement(
        "categories_beginning", PackageResources.categories_beginning_sql)
    static let completeWords = PostgresStatement("complete_words", PackageResources.complete_words_sql)
    static let countAgents = PostgresStatement("count_agents", PackageResources.count_agents_sql)
    static let countWords = PostgresStatement("count_words", PackageResources.count_words_sql)
    static let dropGenerations = PostgresStatement("drop_generations", PackageResources.drop_generations_sql)
    static let findNames = PostgresStatement("find_names", PackageResources.find_names_sql)
    static let findPublishers = PostgresStatement("find_publishers", PackageResources.find_publishers_sql)
    static let findSearchSources = PostgresStatement("find_search_sources", PackageResources.find_search_sources_sql)
    static let hideFromSearch = PostgresStatement("hide_from_search", PackageResources.hide_from_search_sql)
    static let knownWords = PostgresStatement("known_words", PackageResources.known_words_sql)
    static let lastGenerations = PostgresStatement("last_generations", PackageResources.last_generations_sql)
    static let listAgentsNamed = PostgresStatement("list_agents_named", PackageResources.list_agents_named_sql)
    static let listCategories = PostgresStatement("list_categories", PackageResources.list_categories_sql)
    static let listMatching = PostgresStatement("list_matching", PackageResources.list_matching_sql)
    static let listWords = PostgresStatement("list_words", PackageResources.list_words_sql)
    static let nearWords = PostgresStatement("near_words", PackageResources.near_words_sql)
    static let newcomersBeyond = PostgresStatement("newcomers_beyond", PackageResources.newcomers_beyond_sql)
    static let publishersBeginning = PostgresStatement(
        "publishers_beginning", PackageResources.publishers_beginning_sql)
    static let publisherNames = PostgresStatement("publisher_names", PackageResources.publisher_names_sql)
    static let scoreAgents = PostgresStatement("score_agents", PackageResources.score_agents_sql)
    static let writeNames = PostgresStatement("write_names", PackageResources.write_names_sql)
    static let writeSearch = PostgresStatement("write_search", PackageResources.write_search_sql)
    static let writeSpellings = PostgresStatement("write_spellings", PackageResources.write_spellings_sql)

    // The statements that find candidates have two parts in common.
    static let candidatesByKey = candidates("candidates_by_key", PackageResources.candidates_by_key_sql)
    static let candidatesByScore = candidates("candidates_by_score", PackageResources.candidates_by_score_sql)
    static let candidatesByWords = candidates("candidates_by_words", PackageResources.candidates_by_words_sql)
    static let candidatesListed = candidates("candidates_listed", PackageResources.candidates_listed_sql)
    static let candidatesSince = candidates("candidates_since", PackageResources.candidates_since_sql)

    // The same filters, for all that match.
    static let matchingByIndex = filtered("matching_by_index", PackageResources.matching_by_index_sql)
    static let matchingOfAll = filtered("matching_of_all", PackageResources.matching_of_all_sql)
    static let matchingRated = filtered("matching_rated", PackageResources.matching_rated_sql)
    static let searchByDownloads = ordered("search_by_downloads", PackageResources.search_by_downloads_sql)
    static let searchByName = ordered("search_by_name", PackageResources.search_by_name_sql)
    static let searchByRating = ordered("search_by_rating", PackageResources.search_by_rating_sql)
    static let searchByStars = ordered("search_by_stars", PackageResources.search_by_stars_sql)
    static let searchRecent = ordered("search_recent", PackageResources.search_recent_sql)

    private static func candidates(_ name: String, _ sql: [UInt8]) -> PostgresStatement {
        filtered(name, replacing("/* candidates */", in: sql, with: PackageResources.part_candidates_sql))
    }

    private static func ordered(_ name: String, _ sql: [UInt8]) -> PostgresStatement {
        filtered(name, replacing("/* matches */", in: sql, with: PackageResources.part_matches_sql))
    }

    private static func filtered(_ name: String, _ sql: [UInt8]) -> PostgresStatement {
        PostgresStatement(name, replacing("/* filters */", in: sql, with: PackageResources.part_filters_sql))
    }

    private static func replacing(_ mark: String, in sql: [UInt8], with part: [UInt8]) -> [UInt8] {
        Array(text(sql).replacing(mark, with: text(part)).utf8)
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
