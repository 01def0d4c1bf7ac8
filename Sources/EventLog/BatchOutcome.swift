import Events
import Postgres

/// What became of a batch that committed.
struct BatchOutcome {
    /// The position of the first event that was appended, or would have been.
    let first: Int64
    /// Commands, counted from 0, that found a stream at another version.
    let stale: [Int64]
    /// Commands that found a file without a lease.
    let unleased: [Int64]

    /// Reads it from a row that has it from a column on.
    init(_ row: PostgresRow, from column: Int) throws(PostgresError) {
        first = try row.integer(column)
        stale = try row.integers(column + 1)
        unleased = try row.integers(column + 2)
    }

    /// Each command's outcome: those that were taken follow each other without gaps.
    func outcomes(of appends: [Append]) -> [AppendOutcome] {
        let stale = Set(stale)
        let unleased = Set(unleased)
        var next = first
        return appends.enumerated().map { index, append in
            if stale.contains(Int64(index)) { return .conflict }
            if unleased.contains(Int64(index)) { return .artifactMissing }
            next += Int64(append.events.count)
            return .appended(last: Position(next - 1))
        }
    }
}
