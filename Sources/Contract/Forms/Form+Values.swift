package import Crypto
package import Events
import JSON
import Text

extension Form {
    /// A string that is parsed to a value.
    ///
    /// - Parameters:
    ///   - words: the rule, for messages.
    ///   - schema: the schema of the string.
    ///   - parse: nil for a string that breaks the rule.
    ///   - write: the string of a value.
    package static func spelled(
        _ words: String, _ schema: Schema, _ parse: @escaping @Sendable (String) -> Value?,
        write: @escaping @Sendable (Value) -> String
    ) -> Form {
        Form(schema, words) { value, reading in
            if let parsed = value.string.flatMap(parse) { return parsed }
            reading.refuse("\(shown(value)) can't be; it has to be \(words)")
            return nil
        } write: { value, writer in
            writer.string(write(value))
        }
    }

    /// One of all cases, by raw value.
    package static func choice() -> Form
    where Value: RawRepresentable<String> & CaseIterable & SendableMetatype & Sendable {
        let names = Value.allCases.map(\.rawValue)
        return spelled("one of \(names.joined(separator: ", "))", .choice(names), Value.init) { $0.rawValue }
    }

    /// A list.
    package static func list<Element: Sendable>(
        _ element: Form<Element>, _ count: ClosedRange<Int> = 0...100_000
    ) -> Form where Value == [Element] {
        let words = "a list of \(count.lowerBound) to \(count.upperBound), each \(element.words)"
        return Form(.list(element.schema, count), words) { value, reading in
            guard let elements = value.array, count.contains(elements.count) else {
                reading.refuse("this has to be \(words)")
                return nil
            }
            var values: [Element] = []
            for (index, value) in elements.enumerated() {
                if let value = reading.inside("\(index)", { element.read(value, &$0) }) { values.append(value) }
            }
            return values.count == elements.count ? values : nil
        } write: { values, writer in
            writer.array(values) { element.write($0, &$1) }
        }
    }
}

extension Form where Value == String {
    /// Any string.
    package static let text = text(.string())

    /// A string of an answer; the schema describes it, and reading checks only that it is a string.
    package static func text(_ schema: Schema) -> Form { spelled("a text", schema, { $0 }, write: { $0 }) }

    /// A text that people write, of at most `maximumCharacters` characters once it is a `PlainText`. A text of white space
    /// alone counts as absent.
    package static func prose(_ maximumCharacters: Int) -> Form {
        let words = "a text of at most \(maximumCharacters) characters"
        var form = Form(.string(maximumLength: maximumCharacters), words) { value, reading in
            guard let raw = value.string else {
                reading.refuse("this is a \(value.kind); it has to be \(words)")
                return nil
            }
            let text = PlainText(raw).text
            guard text.unicodeScalars.count <= maximumCharacters else {
                reading.refuse("this has \(text.unicodeScalars.count) characters; there may be \(maximumCharacters)")
                return nil
            }
            return text
        } write: { text, writer in
            writer.string(text)
        }
        form.isBlank = { value in
            value == .null || value.string.map { PlainText($0).text.allSatisfy(\.isWhitespace) } == true
        }
        return form
    }
}

extension Form where Value == Bool {
    package static let bool = Form(Schema([("type", .string("boolean"))]), "true or false") { value, reading in
        if let bool = value.bool { return bool }
        reading.refuse("\(shown(value)) can't be; it has to be true or false")
        return nil
    } write: { value, writer in
        writer.bool(value)
    }
}

extension Form where Value == Int64 {
    package static func integer(from lowest: Int, to highest: Int) -> Form {
        let bounds = Int64(lowest)...Int64(highest)
        let words = "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
        return Form(.integer(bounds), words) { value, reading in
            if let number = value.integer, bounds.contains(number) { return number }
            reading.refuse("\(shown(value)) can't be; it has to be \(words)")
            return nil
        } write: { value, writer in
            writer.integer(value)
        }
    }

    /// A number from 0 to 2^53 - 1, which a double holds exactly.
    package static let count = integer(from: 0, to: (1 << 53) - 1)

    /// A number of hundredths, written as a decimal number: 450 as 4.5.
    package static let hundredths = Form(Schema([("type", .string("number"))]), "a number") { value, reading in
        if case .number(let number) = value, let double = number.double, double.magnitude < 1e12 {
            return Int64((double * 100).rounded())
        }
        reading.refuse("\(shown(value)) can't be; it has to be a number")
        return nil
    } write: { value, writer in
        writer.value(.number(JSONNumber(Double(value) / 100) ?? JSONNumber(0)))
    }
}

extension Form where Value == Position {
    /// The position of an entry of the log.
    package static let position = Form(Form<Int64>.count.schema, Form<Int64>.count.words) { value, reading in
        Form<Int64>.count.read(value, &reading).map { Position($0) }
    } write: { position, writer in
        writer.integer(position.value)
    }
}

extension Form where Value == Timestamp {
    package static let time = spelled(
        "a time such as 2026-01-31T12:00:00.000Z", .string(format: "date-time"), { Timestamp($0) },
        write: { $0.description })
}

extension Form where Value == SHA256Digest {
    package static let digest = spelled(
        "64 lower-case hexadecimal digits", .string(pattern: "^[0-9a-f]{64}$"), { SHA256Digest(hex: $0) },
        write: { $0.hex })
}

extension Form {
    package static func id<Kind: SendableMetatype>() -> Form where Value == Identifier<Kind> {
        spelled("32 hexadecimal digits", .string(pattern: "^[0-9a-f]{32}$"), { Identifier($0) }, write: { $0.hex })
    }
}

extension Form where Value == AgentKey {
    package static let agentKey = spelled(
        "the id of an agent", .string(), { AgentID($0)?.key }, write: { $0.description })
}

extension Form where Value == AgentID {
    package static let agentID = spelled("the id of an agent", .string(), { AgentID($0) }, write: { $0.description })
}

extension Form where Value == Namespace {
    package static let namespace = spelled("a namespace", .string(), { Namespace($0) }, write: { $0.description })
}

extension Form where Value == [String: Int64] {
    /// Counts by name, in the order of the names.
    package static let counts = Form(.map(Form<Int64>.count.schema), "an object of numbers") { value, reading in
        guard case .object(let members) = value else {
            reading.refuse("this is a \(value.kind); it has to be an object of numbers")
            return nil
        }
        var counts: [String: Int64] = [:]
        for member in members {
            counts[member.name] = reading.inside(member.name) { Form<Int64>.count.read(member.value, &$0) }
        }
        return counts
    } write: { counts, writer in
        writer.object { object in
            for (name, count) in counts.sorted(by: { $0.key < $1.key }) { object.member(name, count) }
        }
    }
}

/// The bytes of one JSON object, such as an entry of the log.
package struct RawObject: Sendable {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }
}

extension Form where Value == RawObject {
    /// An object that another module has encoded; its bytes are written unchanged.
    package static let raw = Form(Schema([("type", .string("object"))]), "an object") { value, reading in
        guard case .object = value else {
            reading.refuse("this is a \(value.kind); it has to be an object")
            return nil
        }
        return RawObject(value.canonicalBytes)
    } write: { object, writer in
        writer.raw(object.bytes)
    }
}
