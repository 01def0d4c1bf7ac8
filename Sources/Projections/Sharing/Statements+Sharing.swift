import Postgres

extension Statements {
    static let joinWorkers = PostgresStatement("join_workers", PackageResources.join_workers_sql)
    static let stayWorker = PostgresStatement("stay_worker", PackageResources.stay_worker_sql)
    static let leaveWorkers = PostgresStatement("leave_workers", PackageResources.leave_workers_sql)
    static let forgetWorkers = PostgresStatement("forget_workers", PackageResources.forget_workers_sql)
    static let division = PostgresStatement("division", PackageResources.division_sql)
    static let dropShares = PostgresStatement("drop_shares", PackageResources.drop_shares_sql)
    static let addShare = PostgresStatement("add_share", PackageResources.add_share_sql)
    static let handSharesOn = PostgresStatement("hand_shares_on", PackageResources.hand_shares_on_sql)
    static let moveShare = PostgresStatement("move_share", PackageResources.move_share_sql)
    static let moveShares = PostgresStatement("move_shares", PackageResources.move_shares_sql)
    static let endShares = PostgresStatement("end_shares", PackageResources.end_shares_sql)
    static let shareTurn = PostgresStatement("share_turn", PackageResources.share_turn_sql)
}
