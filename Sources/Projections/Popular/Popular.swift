import Events
import Postgres

extension Generations {
    /// The least time between two generations of what is popular on one day.
    private static let popularMilliseconds: Int64 = 30_000
    /// Making them takes at most this part of the time, a hundredth.
    private static let popularShare: Int64 = 100

    /// Which agents are popular, and how many there are of what. They are made anew while downloads come in, as often as that
    /// costs little.
    public static let popular = Generations(name: "popular", models: [.agents]) { day, next, connection in
        guard let last = try connection.execute(Statements.lastPopular).first else { return .now(1) }
        let number = Int32(clamping: try last.integer("generation")) + 1
        if try last.integer("day") < day.number { return .now(number) }
        guard try last.integer("position") < next.value else { return .settled }
        let pause = max(popularMilliseconds, popularShare * (try last.integer("took_ms")))
        return try last.integer("age") >= pause ? .now(number) : .later
    } make: { number, day, next, connection in
        let (generation, day) = (PostgresValue.int4(number), PostgresValue.int4(Int32(clamping: day.number)))
        try connection.execute(Statements.beginPopular, [generation, day, .int8(next.value)])
        try connection.execute(Statements.rankPopular, [generation, day])
        try connection.execute(Statements.countGroups, [generation])
        try connection.execute(Statements.dropPopular, [generation])
        try connection.execute(Statements.endPopular, [generation])
    }
}

extension Statements {
    static let beginPopular = PostgresStatement("begin_popular", PackageResources.begin_popular_sql)
    static let countGroups = PostgresStatement("count_groups", PackageResources.count_groups_sql)
    static let dropPopular = PostgresStatement("drop_popular", PackageResources.drop_popular_sql)
    static let endPopular = PostgresStatement("end_popular", PackageResources.end_popular_sql)
    static let lastPopular = PostgresStatement("last_popular", PackageResources.last_popular_sql)
    static let listGroups = PostgresStatement("list_groups", PackageResources.list_groups_sql)
    static let listPopular = PostgresStatement("list_popular", PackageResources.list_popular_sql)
    static let rankPopular = PostgresStatement("rank_popular", PackageResources.rank_popular_sql)
}
