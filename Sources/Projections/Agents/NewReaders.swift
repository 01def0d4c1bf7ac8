import Postgres

/// Readers of days and of versions that were not counted before.
struct NewReaders {
    private struct Day: Hashable {
        let agent: String
        let day: Int32
    }

    private struct Version: Hashable {
        let agent: String
        let version: String
        let day: Int32
    }

    private static let rowsOfStatement = 50_000

    private var byDay: [Day: Int64] = [:]
    private var byVersion: [Version: Int64] = [:]

    /// Adds readers of a set: each counts for its version, and once for the day.
    mutating func add(_ count: Int64, of key: KeptReaders.Key) {
        if key.version.isEmpty {
            byDay[Day(agent: key.agent, day: key.day), default: 0] += count
        } else {
            byVersion[Version(agent: key.agent, version: key.version, day: key.day), default: 0] += count
        }
    }

    func write(_ connection: PostgresConnection) throws {
        for part in byVersion.map({ $0 }).pieces(of: Self.rowsOfStatement) {
            try connection.execute(
                Statements.addVersionReaders,
                [
                    .texts(part.map(\.key.agent)), .texts(part.map(\.key.version)), .int4s(part.map(\.key.day)),
                    .int8s(part.map(\.value)),
                ])
        }
        for part in byDay.map({ $0 }).pieces(of: Self.rowsOfStatement) {
            try connection.execute(
                Statements.addDayReaders,
                [.texts(part.map(\.key.agent)), .int4s(part.map(\.key.day)), .int8s(part.map(\.value))])
        }
    }
}

extension Array {
    /// The elements in order, in slices of at most so many.
    func pieces(of count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min($0 + count, self.count)] }
    }
}
