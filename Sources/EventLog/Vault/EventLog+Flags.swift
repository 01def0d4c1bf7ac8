public import Events
import Postgres

/// A flag that waits for the log.
public struct PendingFlag: Sendable {
    /// The id that stands for reporter and target.
    public let id: FlagID
    /// What it is about, and why.
    public let about: TargetContent
    /// A few words for the moderators; nil where there are none.
    public let words: String?
    /// When it was raised.
    public let raised: Timestamp
}

extension EventLog {
    /// Flags that wait for the log and were raised by a moment, in random order: so many at most.
    public func pendingFlags(raisedBy time: Timestamp, limit: Int) async throws(EventLogError) -> [PendingFlag] {
        try await reading(Statements.pendingFlags, [.int8(time.milliseconds), .int8(Int64(limit))]) {
            try $0.map(PendingFlag.init)
        }
    }

    /// True for a flag that waits for the log.
    public func isPending(_ flag: FlagID) async throws(EventLogError) -> Bool {
        try await reading(Statements.findPendingFlag, [.text(flag.hex)]) { $0.first != nil }
    }

    /// Flags whose words are to be erased now, in random order: so many at most.
    public func dueFlagErasures(limit: Int) async throws(EventLogError) -> [FlagID] {
        try await reading(Statements.dueFlagErasures, [.int8(Int64(limit))]) { rows in
            try rows.compactMap { FlagID(try $0.text(0)) }
        }
    }
}

extension PendingFlag {
    fileprivate init(_ row: PostgresRow) throws {
        guard let id = FlagID(try row.text(0)), let kind = FlagTarget.Kind(rawValue: try row.text(1)),
            let target = FlagTarget(kind, try row.text(2)), let reason = FlagReason(rawValue: try row.text(3))
        else { throw EventLogError.corrupt("a flag in the vault can't be read") }
        self.init(
            id: id, about: TargetContent(reason: reason, target: target),
            words: row.isNull(4) ? nil : try row.text(4),
            raised: Timestamp(milliseconds: try row.milliseconds(5)))
    }
}
