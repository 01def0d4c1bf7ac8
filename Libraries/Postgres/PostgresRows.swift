import CPostgres
import Glibc

/// The rows that a statement returned, decoded on demand.
///
/// They must not leave the closure that ran the statement; decode the values there and return those.
@safe public final class PostgresRows: Sequence {
    private let result: OpaquePointer
    /// The number of rows.
    public let count: Int

    init(owning result: OpaquePointer) {
        unsafe self.result = result
        count = unsafe Int(PQntuples(result))
    }

    deinit {
        unsafe PQclear(result)
    }

    /// The number of rows that INSERT, UPDATE or DELETE changed; 0 for commands without a count.
    public var affected: Int {
        guard let text = unsafe PQcmdTuples(result) else { return 0 }
        return unsafe Int(String(cString: text)) ?? 0
    }

    /// The first row; nil where there is none.
    public var first: PostgresRow? { count > 0 ? PostgresRow(rows: self, row: 0) : nil }

    /// Iterates over the rows in the order of the result.
    public func makeIterator() -> some IteratorProtocol<PostgresRow> {
        (0..<count).lazy.map { PostgresRow(rows: self, row: $0) }.makeIterator()
    }

    /// The number after the column that was last looked up by its name.
    private var next: Int32 = 0

    /// The number of a column.
    ///
    /// Callers look up most columns in the order of the statement, so the search begins after the last one found. Names are
    /// literals, which need no conversion for C.
    fileprivate func column(_ name: StaticString) throws(PostgresError) -> Int {
        let count = unsafe PQnfields(result)
        let wanted = unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        for offset in 0..<count {
            let index = (next + offset) % count
            guard let known = unsafe PQfname(result, index), unsafe strcmp(known, wanted) == 0 else { continue }
            next = index + 1
            return Int(index)
        }
        throw PostgresError(.unexpectedResult, "the statement gives no column '\(name)'")
    }

    fileprivate func isNull(_ row: Int, _ column: Int) -> Bool {
        unsafe PQgetisnull(result, Int32(row), Int32(column)) != 0
    }

    /// Calls `body` with the bytes of a value; nil for NULL.
    fileprivate func value<Value>(
        _ row: Int, _ column: Int, _ body: (UnsafeRawBufferPointer) -> Value
    ) -> Value? {
        guard !isNull(row, column),
            let start = unsafe PQgetvalue(result, Int32(row), Int32(column))
        else { return nil }
        let length = unsafe Int(PQgetlength(result, Int32(row), Int32(column)))
        return unsafe body(UnsafeRawBufferPointer(start: start, count: length))
    }

    fileprivate func check(_ column: Int, _ type: UInt32, or other: UInt32? = nil) throws(PostgresError) {
        let found = unsafe PQftype(result, Int32(column))
        guard found == type || found == other else {
            throw PostgresError(.unexpectedResult, "column \(column) has another type than the program expects")
        }
    }
}

/// One row of a result.
///
/// A column is read by its name, or by its number from 0 where the statement gives it no name. Each accessor throws
/// `PostgresError` of the kind `unexpectedResult` where the column does not exist, has another type, or is NULL.
public struct PostgresRow {
    fileprivate let rows: PostgresRows
    fileprivate let row: Int

    private func value<Value>(
        _ column: Int, _ body: (UnsafeRawBufferPointer) -> Value
    ) throws(PostgresError) -> Value {
        guard let value = unsafe rows.value(row, column, body) else {
            throw PostgresError(.unexpectedResult, "column \(column) is NULL")
        }
        return value
    }

    /// True where the column is NULL.
    public func isNull(_ column: Int) -> Bool { rows.isNull(row, column) }

    /// Reads a `boolean`.
    public func bool(_ column: Int) throws(PostgresError) -> Bool {
        try rows.check(column, PostgresType.bool)
        return try unsafe value(column) { unsafe $0.first == 1 }
    }

    /// Reads an `integer` or `bigint`.
    public func integer(_ column: Int) throws(PostgresError) -> Int64 {
        try rows.check(column, PostgresType.int8, or: PostgresType.int4)
        return try unsafe value(column) { unsafe Self.decodeInteger($0) }
    }

    /// Reads a `text`.
    public func text(_ column: Int) throws(PostgresError) -> String {
        try rows.check(column, PostgresType.text)
        return try unsafe value(column) { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// Reads a `bytea`.
    public func bytes(_ column: Int) throws(PostgresError) -> [UInt8] {
        try rows.check(column, PostgresType.bytea)
        return try unsafe value(column) { unsafe [UInt8]($0) }
    }

    /// Reads a `timestamptz` as milliseconds since 1970, rounded down.
    public func milliseconds(_ column: Int) throws(PostgresError) -> Int64 {
        try rows.check(column, PostgresType.timestamptz)
        let microseconds = try unsafe value(column) { unsafe Self.decodeInteger($0) }
        return (microseconds >= 0 ? microseconds / 1000 : (microseconds - 999) / 1000) + PostgresType.epochMilliseconds
    }

    /// Reads a `bigint[]` without NULLs.
    public func integers(_ column: Int) throws(PostgresError) -> [Int64] {
        try elements(column, PostgresType.int8Array).map { Self.decodeInteger($0) }
    }

    /// Reads an `integer[]` of one dimension without NULLs, which may be long.
    public func int4s(_ column: Int) throws(PostgresError) -> [Int32] {
        try rows.check(column, PostgresType.int4Array)
        let decoded = try unsafe value(column) { bytes in
            // Five words, then each element behind its length.
            stride(from: 20, to: bytes.count, by: 8).map { place -> Int32? in
                guard bytes.count - place >= 8,
                    unsafe UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)) == 4
                else { return nil }
                return unsafe Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: place + 4, as: Int32.self))
            }
        }
        let values = decoded.compactMap(\.self)
        guard values.count == decoded.count else {
            throw PostgresError(.unexpectedResult, "column \(column) has a NULL among its elements")
        }
        return values
    }

    /// Reads a `text[]` without NULLs.
    public func texts(_ column: Int) throws(PostgresError) -> [String] {
        try elements(column, PostgresType.textArray).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The elements of a one-dimensional array in the format of `array_send`: five words, then each element with its
    /// length.
    private func elements(_ column: Int, _ type: UInt32) throws(PostgresError) -> [ArraySlice<UInt8>] {
        try rows.check(column, type)
        let bytes = try unsafe value(column) { unsafe [UInt8]($0) }
        var elements: [ArraySlice<UInt8>] = []
        var index = 20
        while index + 4 <= bytes.count {
            let length = Int(Self.decodeInteger(bytes[index..<(index + 4)]))
            guard length >= 0, index + 4 + length <= bytes.count else {
                throw PostgresError(.unexpectedResult, "column \(column) has a NULL among its elements")
            }
            elements.append(bytes[(index + 4)..<(index + 4 + length)])
            index += 4 + length
        }
        return elements
    }

    private static func decodeInteger(_ bytes: some Collection<UInt8>) -> Int64 {
        let bits = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return bytes.count == 4 ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(truncatingIfNeeded: bits)
    }
}

extension PostgresRow {
    /// True where the column is NULL.
    public func isNull(_ name: StaticString) throws(PostgresError) -> Bool { isNull(try rows.column(name)) }
    /// A `boolean`.
    public func bool(_ name: StaticString) throws(PostgresError) -> Bool { try bool(try rows.column(name)) }
    /// An `integer` or `bigint`.
    public func integer(_ name: StaticString) throws(PostgresError) -> Int64 { try integer(try rows.column(name)) }
    /// An `integer[]`.
    public func int4s(_ name: StaticString) throws(PostgresError) -> [Int32] { try int4s(try rows.column(name)) }
    /// A `text`.
    public func text(_ name: StaticString) throws(PostgresError) -> String { try text(try rows.column(name)) }
    /// A `text`; nil for NULL.
    public func optionalText(_ name: StaticString) throws(PostgresError) -> String? {
        let column = try rows.column(name)
        return isNull(column) ? nil : try text(column)
    }
    /// A `bytea`.
    public func bytes(_ name: StaticString) throws(PostgresError) -> [UInt8] { try bytes(try rows.column(name)) }
    /// A `bytea`; nil for NULL.
    public func optionalBytes(_ name: StaticString) throws(PostgresError) -> [UInt8]? {
        let column = try rows.column(name)
        return isNull(column) ? nil : try bytes(column)
    }
    /// A `timestamptz` as milliseconds since 1970, rounded down.
    public func milliseconds(_ name: StaticString) throws(PostgresError) -> Int64 {
        try milliseconds(try rows.column(name))
    }
}
