package import JSON

/// The JSON form of a value in requests and answers: how it is written, read and described, in one place.
///
/// Members are written in the order of their declaration. A reader accepts them in any order and reports all faults of
/// a document at once.
package struct Form<Value>: Sendable {
    package let schema: Schema
    /// The rule for a value, for sentences such as "it has to be …".
    let words: String
    /// Reads a value; nil where it is wrong, after noting why.
    let read: @Sendable (JSONValue, inout FormReading) -> Value?
    let write: @Sendable (Value, inout JSONWriter) -> Void
    /// True for a JSON value that counts as absent, such as null.
    var isBlank: @Sendable (JSONValue) -> Bool = { $0 == .null }
    /// The members; nil where the value is not an object.
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

    /// Writes a value as a JSON document.
    package func bytes(_ value: Value) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 2_048, isCanonical: false)
        write(value, &writer)
        return writer.bytes
    }

    /// Reads a value from a JSON document.
    ///
    /// - Parameters:
    ///   - document: the parsed document.
    ///   - isStrict: true to refuse unknown members, as in requests; false to ignore them, as in answers of a newer
    ///     marketplace.
    /// - Throws: `FormFault` with all faults.
    package func value(_ document: JSONValue, isStrict: Bool) throws(FormFault) -> Value {
        var reading = FormReading(isStrict: isStrict)
        let value = read(document, &reading)
        guard let value, reading.findings.isEmpty else { throw FormFault(findings: reading.findings) }
        return value
    }

    /// A value for a message: a string of at most 64 characters, or the kind.
    static func shown(_ value: JSONValue) -> String {
        value.string.map { "'\($0.prefix(64))'" } ?? "a \(value.kind)"
    }
}

/// The body of a request or an answer, one JSON document.
package protocol Body: Sendable {
    /// The form of the body.
    static var form: Form<Self> { get }
}

/// All faults of a document, each with its path.
package struct FormFault: Error {
    package let findings: [Problem.Finding]
}

/// The state of reading a document: the current path and the faults found so far.
package struct FormReading {
    let isStrict: Bool
    private(set) var findings: [Problem.Finding] = []
    private var path = ""

    init(isStrict: Bool) { self.isStrict = isStrict }

    /// Notes that the current value is wrong.
    mutating func refuse(_ message: String) {
        findings.append(Problem.Finding(severity: "error", path: path, message: message))
    }

    /// Reads within a member or an element; `step` is its name or index.
    mutating func inside<Result>(_ step: String, _ body: (inout FormReading) -> Result) -> Result {
        let outer = path
        path += "/\(step.replacing("~", with: "~0").replacing("/", with: "~1"))"
        defer { path = outer }
        return body(&self)
    }
}
