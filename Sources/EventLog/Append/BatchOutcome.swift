import Events
import Postgres

/// What became of a batch that committed.
struct BatchOutcome {
    /// The position of the first event that was appended, or would have been.
    private let first: Int64
    /// The reason for each command, counted from 0, of which nothing happened.
    private let refused: [Int64: AppendRefusal]

    /// Reads it from a row that has it from a column on.
    init(_ row: PostgresRow, from column: Int) throws {
        first = try row.integer(column)
        var refused: [Int64: AppendRefusal] = [:]
        for (command, reason) in zip(try row.integers(column + 1), try row.texts(column + 2)) {
            guard let refusal = AppendRefusal(rawValue: reason) else {
                throw EventLogError.corrupt("the append gave the reason '\(reason)', which this program does not know")
            }
            refused[command] = refusal
        }
        self.refused = refused
    }

    /// Each command's outcome: the events of those that were taken follow each other without gaps.
    func outcomes(of appends: [Append]) -> [AppendOutcome] {
        var next = first
        return appends.enumerated().map { index, append in
            if let refusal = refused[Int64(index)] { return .refused(refusal) }
            next += Int64(append.events.count)
            return .appended(last: append.events.isEmpty ? nil : Position(next - 1))
        }
    }
}
