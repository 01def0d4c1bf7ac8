/// A parameter of a statement, sent in binary.
public enum PostgresValue: Sendable {
    /// NULL; the server infers its type from the statement.
    case null
    /// `boolean`
    case bool(Bool)
    /// `integer`
    case int4(Int32)
    /// `bigint`
    case int8(Int64)
    /// `text`
    case text(String)
    /// `bytea`
    case bytea([UInt8])
    /// `timestamptz`, given as milliseconds since 1970.
    case timestamp(milliseconds: Int64)
    /// `boolean[]`
    case bools([Bool])
    /// `integer[]`; nil is NULL.
    case int4s([Int32?])
    /// `bigint[]`; nil is NULL.
    case int8s([Int64?])
    /// `text[]`; nil is NULL.
    case texts([String?])
    /// `bytea[]`; nil is NULL.
    case byteas([[UInt8]?])
    /// `uuid`, given as 16 bytes.
    case uuid([UInt8])
    /// `uuid[]`, each given as 16 bytes; nil is NULL.
    case uuids([[UInt8]?])

    var typeID: UInt32 {
        switch self {
        case .null: 0
        case .bool: PostgresType.bool
        case .int4: PostgresType.int4
        case .int8: PostgresType.int8
        case .text: PostgresType.text
        case .bytea: PostgresType.bytea
        case .timestamp: PostgresType.timestamptz
        case .bools: 1000
        case .int4s: PostgresType.int4Array
        case .int8s: PostgresType.int8Array
        case .texts: PostgresType.textArray
        case .byteas: 1001
        case .uuid: PostgresType.uuid
        case .uuids: 2951
        }
    }

    var isNull: Bool {
        if case .null = self { return true }
        return false
    }

    /// Appends the binary wire format; nothing for NULL.
    func encode(into bytes: inout [UInt8]) {
        switch self {
        case .null: break
        case .bool(let value): bytes.append(value ? 1 : 0)
        case .int4(let value): bytes.appendBigEndian(value)
        case .int8(let value): bytes.appendBigEndian(value)
        case .text(let value): bytes += value.utf8
        case .bytea(let value), .uuid(let value): bytes += value
        case .timestamp(let milliseconds):
            bytes.appendBigEndian((milliseconds - PostgresType.epochMilliseconds) * 1000)
        case .bools(let values):
            bytes.appendArray(values, of: PostgresType.bool) { $1.appendElement(size: 1, $0) { $1.append($0 ? 1 : 0) } }
        case .int4s(let values):
            bytes.appendArray(values, of: PostgresType.int4) {
                $1.appendElement(size: 4, $0) { $1.appendBigEndian($0) }
            }
        case .int8s(let values):
            bytes.appendArray(values, of: PostgresType.int8) {
                $1.appendElement(size: 8, $0) { $1.appendBigEndian($0) }
            }
        case .texts(let values):
            bytes.appendArray(values, of: PostgresType.text) {
                $1.appendElement(size: $0?.utf8.count ?? 0, $0) { $1 += $0.utf8 }
            }
        case .byteas(let values):
            bytes.appendArray(values, of: PostgresType.bytea) {
                $1.appendElement(size: $0?.count ?? 0, $0) { $1 += $0 }
            }
        case .uuids(let values):
            bytes.appendArray(values, of: PostgresType.uuid) { $1.appendElement(size: 16, $0) { $1 += $0 } }
        }
    }
}

extension [UInt8] {
    fileprivate mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        var shift = value.bitWidth
        while shift > 0 {
            shift -= 8
            append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// Appends a one-dimensional array in the format of `array_recv`.
    fileprivate mutating func appendArray<Value>(
        _ values: [Value], of type: UInt32, _ append: (Value, inout [UInt8]) -> Void
    ) {
        appendBigEndian(Int32(values.isEmpty ? 0 : 1))
        // The flag for NULLs, which the server ignores.
        appendBigEndian(Int32(0))
        appendBigEndian(type)
        guard !values.isEmpty else { return }
        appendBigEndian(Int32(values.count))
        appendBigEndian(Int32(1))
        for value in values { append(value, &self) }
    }

    /// Appends an element after its length, which is -1 for NULL.
    fileprivate mutating func appendElement<Value>(
        size: Int, _ value: Value?, _ append: (Value, inout [UInt8]) -> Void
    ) {
        guard let value else { return appendBigEndian(Int32(-1)) }
        appendBigEndian(Int32(size))
        append(value, &self)
    }
}

/// Object ids of the types in use (`pg_type.dat`).
enum PostgresType {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let int8: UInt32 = 20
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let textArray: UInt32 = 1009
    static let int8Array: UInt32 = 1016
    static let int4Array: UInt32 = 1007
    static let timestamptz: UInt32 = 1184
    static let uuid: UInt32 = 2950
    /// Postgres counts timestamps from 2000-01-01; this is that moment in milliseconds since 1970.
    static let epochMilliseconds: Int64 = 946_684_800_000
}
