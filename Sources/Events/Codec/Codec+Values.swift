import Crypto
import JSON

// Codecs for ids, digests, times, texts, numbers and lists; most read and write the bytes without a `String`.

extension Codec where Value == SHA256Digest {
    static var digest: Codec<SHA256Digest> {
        Codec(.text(.digest)) { (reader) throws(JSONError) in
            try reader.text("a digest") { SHA256Digest(hex: $0) }
        } write: { digest, writer in
            writer.ascii(64) { digest.write(&$0, at: $1) }
        }
    }
}

extension Codec {
    static func id<Kind: SendableMetatype>() -> Codec<Value> where Value == Identifier<Kind> {
        Codec(.text(.id)) { (reader) throws(JSONError) in
            try reader.text("an id") { Identifier(utf8: $0) }
        } write: { id, writer in
            writer.ascii(32) { id.write(&$0, at: $1) }
        }
    }

    /// A value that is parsed from a string and written as its `description`.
    static func spelled(
        _ grammar: TextGrammar, _ parse: @escaping @Sendable (Span<UInt8>) -> Value?
    ) -> Codec<Value> where Value: CustomStringConvertible & SendableMetatype {
        Codec(.text(grammar)) { (reader) throws(JSONError) in
            try reader.text(grammar.name, parse)
        } write: { value, writer in
            writer.string(value.description)
        }
    }

    /// One of a closed list of cases, by raw value.
    static func choice(of cases: [Value]) -> Codec<Value>
    where Value: RawRepresentable<String> & SendableMetatype & Sendable {
        let names = cases.map(\.rawValue)
        return Codec(.choice(names)) { (reader) throws(JSONError) in
            try reader.text("one of \(names.joined(separator: ", "))") { name in
                zip(names, cases).first { $0.0 ~= name }?.1
            }
        } write: { value, writer in
            writer.string(value.rawValue)
        }
    }

    /// One of all cases, by raw value.
    static func choice() -> Codec<Value>
    where Value: RawRepresentable<String> & CaseIterable & SendableMetatype & Sendable {
        choice(of: Array(Value.allCases))
    }

    /// A list in any order.
    static func list<Element: Sendable>(
        _ codec: Codec<Element>, _ count: ClosedRange<Int>
    ) -> Codec<Value> where Value == [Element] {
        elements(codec, count, isUnique: false) { _, _ in true }
    }

    /// A list in strictly ascending order, so that no element occurs twice.
    static func ascending<Element: Comparable & Sendable>(
        _ codec: Codec<Element>, _ count: ClosedRange<Int>
    ) -> Codec<Value> where Value == [Element] {
        elements(codec, count, isUnique: true) { $0 < $1 }
    }

    private static func elements<Element: Sendable>(
        _ codec: Codec<Element>, _ count: ClosedRange<Int>, isUnique: Bool,
        _ isOrdered: @escaping @Sendable (Element, Element) -> Bool
    ) -> Codec<Value> where Value == [Element] {
        Codec(.list(codec.shape, count, isUnique: isUnique)) { (reader) throws(JSONError) in
            var values: [Element] = []
            try reader.array { reader throws(JSONError) in
                guard values.count < count.upperBound else {
                    throw reader.fault("more than \(count.upperBound) elements")
                }
                let value = try codec.read(&reader)
                if let last = values.last, !isOrdered(last, value) {
                    throw reader.fault("the elements do not ascend")
                }
                values.append(value)
            }
            guard values.count >= count.lowerBound else {
                throw reader.fault("fewer than \(count.lowerBound) elements")
            }
            return values
        } write: { values, writer in
            writer.array(values) { codec.write($0, &$1) }
        }
    }
}

extension Codec where Value == String {
    /// A string that fits a grammar.
    static func text(_ grammar: TextGrammar) -> Codec<String> {
        Codec(.text(grammar)) { (reader) throws(JSONError) in
            try reader.text(grammar.name) { grammar.accepts($0) ? String(copying: $0) : nil }
        } write: { text, writer in
            writer.string(text)
        }
    }
}

extension Codec where Value == Int64 {
    /// A whole number within bounds.
    static func integer(_ bounds: ClosedRange<Int64>) -> Codec<Int64> {
        Codec(.integer(bounds)) { (reader) throws(JSONError) in
            let value = try reader.integer()
            guard bounds.contains(value) else {
                throw reader.fault("a number from \(bounds.lowerBound) to \(bounds.upperBound) is expected")
            }
            return value
        } write: { value, writer in
            writer.integer(value)
        }
    }

    /// A number from 0 to 2^53 - 1, which a double holds exactly.
    static let count = Codec.integer(0...(1 << 53) - 1)
    /// A number from 1 to 2^53 - 1, which a double holds exactly.
    static let positive = Codec.integer(1...(1 << 53) - 1)
}

extension Codec where Value == Bool {
    static var bool: Codec<Bool> {
        Codec(.bool) { (reader) throws(JSONError) in
            try reader.bool()
        } write: {
            $1.bool($0)
        }
    }
}

extension Codec where Value == UUIDv7 {
    static var uuid: Codec<UUIDv7> {
        Codec(.text(.uuid)) { (reader) throws(JSONError) in
            try reader.text("a UUIDv7") { UUIDv7(utf8: $0) }
        } write: { uuid, writer in
            writer.ascii(36) { uuid.write(&$0, at: $1) }
        }
    }
}

extension Codec where Value == Timestamp {
    static var time: Codec<Timestamp> {
        Codec(.text(.time)) { (reader) throws(JSONError) in
            try reader.text("a time") { Timestamp(utf8: $0) }
        } write: { time, writer in
            writer.ascii(Timestamp.length) { time.write(&$0, at: $1) }
        }
    }
}

extension Codec where Value == Day {
    static var day: Codec<Day> { spelled(.day) { Day(utf8: $0) } }
}

extension Codec where Value == AgentID {
    static var agentID: Codec<AgentID> { spelled(.agentID) { AgentID(utf8: $0) } }
}

extension Codec where Value == AgentKey {
    static var agentKey: Codec<AgentKey> { spelled(.agentKey) { AgentKey(utf8: $0) } }
}

extension Codec where Value == Namespace {
    static var namespace: Codec<Namespace> { spelled(.namespace) { Namespace(utf8: $0) } }
}
