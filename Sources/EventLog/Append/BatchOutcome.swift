import Events
import Postgres

/// The outcome of a committed batch.
struct BatchOutcome {
    /// The position of the first appended event, or the head where none was appended.
    private let first: Int64
    /// The refused commands, numbered from 0, and the reasons.
    private let refused: [Int64: AppendRefusal]

    /// Decodes three columns of a row, beginning with `column`.
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

    /// The outcome of each command; the events of the accepted commands follow each other without gaps.
    func outcomes(of appends: [Append]) -> [AppendOutcome] {
        var next = first
        return appends.enumerated().map { index, append in
            if let refusal = refused[Int64(index)] { return .refused(refusal) }
            next += Int64(append.events.count)
            return .appended(last: append.events.isEmpty ? nil : Position(next - 1))
        }
    }
}
