import CPostgres

/// The rows that a statement returned, decoded on demand.
///
/// Stays inside the closure that ran the statement; what leaves it is decoded values.
@safe public final class PostgresRows: Sequence {
    private let result: OpaquePointer
    /// How many rows there are.
    public let count: Int

    init(owning result: OpaquePointer) {
        unsafe self.result = result
        count = unsafe Int(PQntuples(result))
    }

    deinit {
        unsafe PQclear(result)
    }

    /// The number of rows that a statement without rows concerned.
    public var affected: Int {
        guard let text = unsafe PQcmdTuples(result) else { return 0 }
        return unsafe Int(String(cString: text)) ?? 0
    }

    /// The first row; nil where there is none.
    public var first: PostgresRow? { count > 0 ? PostgresRow(rows: self, row: 0) : nil }

    /// Walks over the rows.
    public func makeIterator() -> some IteratorProtocol<PostgresRow> {
        (0..<count).lazy.map { PostgresRow(rows: self, row: $0) }.makeIterator()
    }

    fileprivate func isNull(_ row: Int, _ column: Int) -> Bool {
        unsafe PQgetisnull(result, Int32(row), Int32(column)) != 0
    }

    fileprivate func bytes(_ row: Int, _ column: Int) -> [UInt8]? {
        guard !isNull(row, column),
            let start = unsafe PQgetvalue(result, Int32(row), Int32(column))
        else { return nil }
        let length = unsafe Int(PQgetlength(result, Int32(row), Int32(column)))
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: length))
    }

    fileprivate func check(_ column: Int, _ types: [UInt32]) throws(PostgresError) {
        guard unsafe types.contains(PQftype(result, Int32(column))) else {
            throw PostgresError(.unexpectedResult, "column \(column) has another type than the program expects")
        }
    }
}

/// One row. Columns count from 0; asking for a type that the column does not have, or for a value
/// where it is NULL, throws `unexpectedResult`.
public struct PostgresRow {
    fileprivate let rows: PostgresRows
    fileprivate let row: Int

    private func value(_ column: Int) throws(PostgresError) -> [UInt8] {
        guard let bytes = rows.bytes(row, column) else {
            throw PostgresError(.unexpectedResult, "column \(column) is NULL")
        }
        return bytes
    }

    /// True where the column is NULL.
    public func isNull(_ column: Int) -> Bool { rows.isNull(row, column) }

    /// A `boolean`.
    public func bool(_ column: Int) throws(PostgresError) -> Bool {
        try rows.check(column, [PostgresType.bool])
        return try value(column).first == 1
    }

    /// An `integer` or `bigint`.
    public func integer(_ column: Int) throws(PostgresError) -> Int64 {
        try rows.check(column, [PostgresType.int8, PostgresType.int4])
        return decodeInteger(try value(column)[...])
    }

    /// A `text`.
    public func text(_ column: Int) throws(PostgresError) -> String {
        try rows.check(column, [PostgresType.text])
        return String(decoding: try value(column), as: UTF8.self)
    }

    /// A `bytea`.
    public func bytes(_ column: Int) throws(PostgresError) -> [UInt8] {
        try rows.check(column, [PostgresType.bytea])
        return try value(column)
    }

    /// A `timestamptz` as milliseconds since 1970, rounded down.
    public func milliseconds(_ column: Int) throws(PostgresError) -> Int64 {
        try rows.check(column, [PostgresType.timestamptz])
        let microseconds = decodeInteger(try value(column)[...])
        return (microseconds >= 0 ? microseconds / 1000 : (microseconds - 999) / 1000) + PostgresType.epochMilliseconds
    }

    /// A `bigint[]` without NULLs.
    public func integers(_ column: Int) throws(PostgresError) -> [Int64] {
        try rows.check(column, [PostgresType.int8Array])
        let bytes = try value(column)
        guard bytes.count > 20 else { return [] }
        var values: [Int64] = []
        var index = 20
        while index + 12 <= bytes.count {
            values.append(decodeInteger(bytes[(index + 4)..<(index + 12)]))
            index += 12
        }
        return values
    }

    private func decodeInteger(_ bytes: ArraySlice<UInt8>) -> Int64 {
        let bits = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return bytes.count == 4 ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(truncatingIfNeeded: bits)
    }
}
