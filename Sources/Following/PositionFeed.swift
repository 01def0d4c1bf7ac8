public import Events

/// The head of the log, which is the next position; all entries before it are committed.
public typealias HeadFeed = Feed<Position>

extension Feed where Value == Position {
    /// Announces that this process has appended all entries before a position.
    public func announce(_ next: Position) {
        announce { $0 = max($0, next) }
    }

    /// Waits until the entry at a position is committed; false where the time is over.
    public func passes(
        _ position: Position, withinMilliseconds limit: Int64?, isUrgent: Bool = true
    ) async throws -> Bool {
        try await wait(withinMilliseconds: limit, isUrgent: isUrgent) { $0 > position }
    }
}
