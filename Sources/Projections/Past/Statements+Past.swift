import Postgres

extension Statements {
    static let pastFigures = PostgresStatement("past_figures", PackageResources.past_figures_sql)
    static let namesOfPeople = PostgresStatement("names_of_people", PackageResources.names_of_people_sql)
    static let versionDays = PostgresStatement("version_days", PackageResources.version_days_sql)
}
