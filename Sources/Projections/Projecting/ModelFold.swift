import EventLog
import Events
import Postgres

/// A part of a model that is kept in memory while a build is filled, so that rows which change with every batch are written
/// once.
///
/// It holds what its events add to the rows that it found when it was made, and is a value: events are added once the
/// transaction is committed that applied the other parts of the model.
protocol ModelFold: Sendable {
    /// Adds the events of a batch.
    mutating func add(_ events: [ProjectedEvent])

    /// True where it holds as much as it may; then it has to be written.
    var isFull: Bool { get }

    /// Writes what it holds into the rows of a build whose tables come first in the search path.
    func write(_ connection: PostgresConnection) throws
}

/// How a model is filled where a part of it is folded.
struct Folding: Sendable {
    /// The types of events of the folded part; no other part handles them.
    let types: Set<String>
    /// Begins a fold over rows that nobody else changes.
    let begin: @Sendable () -> any ModelFold
}
