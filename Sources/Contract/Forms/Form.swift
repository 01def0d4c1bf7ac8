package import JSON

/// How a value crosses HTTP as JSON: written, read and described in one place.
///
/// Members are written in the order in which they are declared. A reader takes them in any order and names all that
/// is wrong at once.
package struct Form<Value>: Sendable {
    package let schema: Schema
    /// What a value has to be, for sentences such as "it has to be …".
    let words: String
    /// The value; nil where something is wrong, which is noted then.
    let read: @Sendable (JSONValue, inout FormReading) -> Value?
    let write: @Sendable (Value, inout JSONWriter) -> Void
    /// True for a value that counts as absent, such as null.
    var isBlank: @Sendable (JSONValue) -> Bool = { $0 == .null }
    /// The members, where the value is an object.
    var members: FormMembers<Value>?

    init(
        _ schema: Schema, _ words: String, read: @escaping @Sendable (JSONValue, inout FormReading) -> Value?,
        write: @escaping @Sendable (Value, inout JSONWriter) -> Void
    ) {
        self.schema = schema
        self.words = words
        self.read = read
        self.write = write
    }

    /// The document of a value.
    package func bytes(_ value: Value) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 2_048, isCanonical: false)
        write(value, &writer)
        return writer.bytes
    }

    /// Reads a document.
    ///
    /// - Parameter isStrict: true where a member that nobody knows is a fault, as in what clients send; false where it
    ///   is passed over, as in answers of a newer marketplace.
    /// - Throws: `FormFault` with all that is wrong.
    package func value(_ document: JSONValue, isStrict: Bool) throws(FormFault) -> Value {
        var reading = FormReading(isStrict: isStrict)
        let value = read(document, &reading)
        guard let value, reading.findings.isEmpty else { throw FormFault(findings: reading.findings) }
        return value
    }

    /// A value in a message, short.
    static func shown(_ value: JSONValue) -> String {
        value.string.map { "'\($0.prefix(64))'" } ?? "a \(value.kind)"
    }
}

/// What crosses HTTP as one JSON document.
package protocol Body: Sendable {
    /// How it is written, read and described.
    static var form: Form<Self> { get }
}

/// All that is wrong with a document, each with its path.
package struct FormFault: Error {
    package let findings: [Problem.Finding]
}

/// A document that is being read: where the reader is, and what it found wrong so far.
package struct FormReading {
    let isStrict: Bool
    private(set) var findings: [Problem.Finding] = []
    private var path = ""

    init(isStrict: Bool) { self.isStrict = isStrict }

    /// Notes that the value at hand is not what it has to be.
    mutating func refuse(_ message: String) {
        findings.append(Problem.Finding(severity: "error", path: path, message: message))
    }

    /// Reads something inside a member or at an index.
    mutating func inside<Result>(_ step: String, _ body: (inout FormReading) -> Result) -> Result {
        let outer = path
        path += "/\(step.replacing("~", with: "~0").replacing("/", with: "~1"))"
        defer { path = outer }
        return body(&self)
    }
}
