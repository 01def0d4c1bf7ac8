/// A parameter of a statement, sent in binary.
public enum PostgresValue: Sendable {
    /// NULL of a type that the statement decides.
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
        case .int4s: 1007
        case .int8s: PostgresType.int8Array
        case .texts: 1009
        case .byteas: 1001
        }
    }

    /// The wire form; nil for NULL.
    var encoded: [UInt8]? {
        switch self {
        case .null: nil
        case .bool(let value): [value ? 1 : 0]
        case .int4(let value): bigEndian(value)
        case .int8(let value): bigEndian(value)
        case .text(let value): Array(value.utf8)
        case .bytea(let value): value
        case .timestamp(let milliseconds): bigEndian((milliseconds - PostgresType.epochMilliseconds) * 1000)
        case .bools(let values): array(values, of: PostgresType.bool) { [$0 ? 1 : 0] }
        case .int4s(let values): array(values, of: PostgresType.int4) { $0.map(bigEndian) }
        case .int8s(let values): array(values, of: PostgresType.int8) { $0.map(bigEndian) }
        case .texts(let values): array(values, of: PostgresType.text) { $0.map { Array($0.utf8) } }
        case .byteas(let values): array(values, of: PostgresType.bytea) { $0 }
        }
    }

    /// A one-dimensional array as `array_recv` reads it.
    private func array<Element>(_ values: [Element], of type: UInt32, _ encode: (Element) -> [UInt8]?) -> [UInt8] {
        if values.isEmpty { return bigEndian(Int32(0)) + bigEndian(Int32(0)) + bigEndian(type) }
        var bytes = bigEndian(Int32(1)) + bigEndian(Int32(1)) + bigEndian(type)
        bytes += bigEndian(Int32(values.count)) + bigEndian(Int32(1))
        for value in values {
            guard let element = encode(value) else {
                bytes += bigEndian(Int32(-1))
                continue
            }
            bytes += bigEndian(Int32(element.count))
            bytes += element
        }
        return bytes
    }
}

/// Object ids of the types in use (`pg_type.dat`).
enum PostgresType {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let int8: UInt32 = 20
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let int8Array: UInt32 = 1016
    static let timestamptz: UInt32 = 1184
    /// Timestamps count from 2000-01-01.
    static let epochMilliseconds: Int64 = 946_684_800_000
}

func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<(value.bitWidth / 8)).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}
