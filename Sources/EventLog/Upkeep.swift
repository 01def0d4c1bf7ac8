import Postgres
import Synchronization

/// Deletes rows of the database that nobody can ask for any more, in small steps.
///
/// Where few rows are inserted a second, an index over times leads to the ones that are due. Tables that get a row with each
/// command have none, since it would cost every command more than it saves here: they are swept. Each run looks at a part of
/// such a table, from where the one before ended, so that all of it is looked at once in so many runs, whatever is due.
final class Upkeep: Sendable {
    /// A table that is swept, and how.
    private struct SweptTable: Sendable {
        let name: String
        /// Deletes what is due between two places in the table.
        let sweep: PostgresStatement
    }

    private static let sweptTables = [
        SweptTable(name: "vault.idempotency_keys", sweep: Statements.sweepKeys),
        SweptTable(name: "log.writers", sweep: Statements.sweepWriters),
        SweptTable(name: "vault.download_lines", sweep: Statements.sweepDownloadLines),
    ]

    /// The most rows of each table that one step deletes.
    private static let prunedRows: Int64 = 20_000
    /// The most steps of one run: what is due beyond them waits for the next one.
    private static let mostSteps = 500
    /// The blocks that one step of a sweep looks at, of 8 KiB each.
    private static let stepBlocks: Int64 = 256
    /// Large tables are swept once in so many runs.
    private static let runsOfSweep: Int64 = 30

    private let commands: PostgresPool
    private let leastBlocks: Int64
    /// The block that the next run begins with, by table.
    private let places = Mutex<[String: Int64]>([:])

    /// - Parameter leastBlocks: a run sweeps so many blocks of a table at least, or all.
    init(_ commands: PostgresPool, leastBlocks: Int64) {
        self.commands = commands
        self.leastBlocks = leastBlocks
    }

    /// What one run does, which ends however much becomes due meanwhile. Each throws `PostgresError`, or `CancellationError`
    /// between two steps.
    var tasks: [@Sendable () async throws -> Void] {
        [{ try await self.pruneAll() }]
            + Self.sweptTables.map { table in { @Sendable in try await self.sweep(table) } }
    }

    private func pruneAll() async throws {
        for _ in 0..<Self.mostSteps {
            try Task.checkCancellation()
            // Where a step had its fill of a table there may be more.
            guard try await prune() == Self.prunedRows else { break }
        }
    }

    /// Deletes a number of rows of each table that are due; returns the most that it deleted of one.
    private func prune() async throws -> Int64 {
        try await commands.run { connection in
            guard let row = try connection.execute(Statements.prune, [.int8(Self.prunedRows)]).first else {
                throw EventLogError.corrupt("prune returned nothing")
            }
            return try row.integer(0)
        }
    }

    private func sweep(_ table: SweptTable) async throws {
        let blocks = try await commands.run { connection in
            try connection.execute(Statements.tableBlocks, [.text(table.name)]).first?.integer(0) ?? 0
        }
        var left = min(blocks, max(leastBlocks, blocks / Self.runsOfSweep))
        var place = places.withLock { $0[table.name] ?? 0 }
        while left > 0 {
            try Task.checkCancellation()
            if place >= blocks { place = 0 }
            let count = min(left, Self.stepBlocks, blocks - place)
            let bounds = [place, place + count].map { PostgresValue.text("(\($0),0)") }
            _ = try await commands.run { try $0.execute(table.sweep, bounds).affected }
            place += count
            left -= count
            places.withLock { [place] in $0[table.name] = place }
        }
    }
}
