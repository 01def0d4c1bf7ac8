import Postgres

extension Statements {
    static let describePublishers = PostgresStatement("describe_publishers", PackageResources.describe_publishers_sql)
    static let erasePublishers = PostgresStatement("erase_publishers", PackageResources.erase_publishers_sql)
    static let findPublisher = PostgresStatement("find_publisher", PackageResources.find_publisher_sql)
    static let namePublishers = PostgresStatement("name_publishers", PackageResources.name_publishers_sql)
    static let registerPublishers = PostgresStatement("register_publishers", PackageResources.register_publishers_sql)
}
