public import Events

/// The log's head as it moves on: the next position, before which all entries are there.
public typealias HeadFeed = Feed<Position>

extension Feed where Value == Position {
    /// Says that this process has appended up to before a position.
    public func announce(_ next: Position) {
        announce { $0 = max($0, next) }
    }

    /// Waits until the entry at a position is there; false where it is not in time.
    public func passes(
        _ position: Position, withinMilliseconds limit: Int64?, isUrgent: Bool = true
    ) async throws -> Bool {
        try await wait(withinMilliseconds: limit, isUrgent: isUrgent) { $0 > position }
    }
}
