import Contract
import Crypto
import HTTPServer
import JSON
import Text

/// The JSON body of a command. Its members are taken one by one; what is missing, unknown or wrong is said all at once.
struct JSONBody {
    private static let maximumBytes = 65_536

    /// The digest of the bytes.
    let digest: SHA256Digest
    private let document: JSONValue
    private var known: [String] = []
    private var findings: [Problem.Finding] = []

    /// Reads a whole body; one that may be absent is an empty object then.
    static func receive(_ request: HTTPRequest, mayBeAbsent: Bool = false) async throws -> JSONBody {
        try await request.body.limit(to: maximumBytes)
        let type = request.head.fields["content-type"]?.split(separator: ";").first?.lowercased()
        var bytes: [UInt8] = []
        if request.head.framing != .none, request.head.framing != .length(0) {
            guard type?.split(separator: " ").joined() == "application/json" else {
                throw Problem(.unsupportedMediaType, "the body has to be application/json")
            }
            while let piece = try await request.body.next() { bytes += piece }
        }
        if bytes.isEmpty, mayBeAbsent { return JSONBody(digest: SHA256Digest(of: bytes), document: .object([])) }
        let document: JSONValue
        do {
            document = try JSONValue(bytes, limits: JSONLimits(bytes: maximumBytes))
        } catch {
            throw Problem(.malformedRequest, "the body is no JSON document: \(error)")
        }
        guard case .object = document else {
            throw Problem(
                .invalidBody, "the body has to be a JSON object",
                findings: [Problem.Finding(severity: "error", path: "", message: "this is a \(document.kind)")])
        }
        return JSONBody(digest: SHA256Digest(of: bytes), document: document)
    }

    private init(digest: SHA256Digest, document: JSONValue) {
        self.digest = digest
        self.document = document
    }

    /// Notes that a member is not what it has to be.
    mutating func refuse(_ name: String, _ message: String) {
        findings.append(Problem.Finding(severity: "error", path: "/\(name)", message: message))
    }

    /// A member of any kind; nil where it is absent or null.
    private mutating func take(_ name: String, isRequired: Bool, _ what: String) -> JSONValue? {
        known.append(name)
        let value = document[name]
        if let value, value != .null { return value }
        if isRequired { refuse(name, "this is missing; it has to be \(what)") }
        return nil
    }

    /// What people write: no control characters but line breaks and tabs, and nothing that turns the direction of
    /// what stands beside it.
    mutating func text(_ name: String, isRequired: Bool = false, maximumCharacters: Int) -> String? {
        let what = "a text of at most \(maximumCharacters) characters"
        guard let value = take(name, isRequired: isRequired, what) else { return nil }
        guard let text = value.string else {
            refuse(name, "this is a \(value.kind); it has to be \(what)")
            return nil
        }
        guard text.unicodeScalars.count <= maximumCharacters else {
            refuse(name, "this has \(text.unicodeScalars.count) characters; there may be \(maximumCharacters)")
            return nil
        }
        if let odd = text.unicodeScalars.first(where: DangerousCharacters.isRefused(inText:)) {
            refuse(name, "U+\(String(odd.value, radix: 16, uppercase: true)) has no place in a text")
            return nil
        }
        if text.allSatisfy(\.isWhitespace) {
            if isRequired { refuse(name, "this is empty; it has to be \(what)") }
            return nil
        }
        return text
    }

    /// A text of a grammar.
    mutating func parsed<Value>(
        _ name: String, isRequired: Bool = false, _ what: String, _ parse: (String) -> Value?
    ) -> Value? {
        guard let value = take(name, isRequired: isRequired, what) else { return nil }
        if let parsed = value.string.flatMap(parse) { return parsed }
        refuse(name, "\(Self.shown(value)) can't be; it has to be \(what)")
        return nil
    }

    /// One of a closed list.
    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, isRequired: Bool = false, of _: Choice.Type
    ) -> Choice? {
        let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return parsed(name, isRequired: isRequired, "one of \(all)") { Choice(rawValue: $0) }
    }

    /// True or false.
    mutating func bool(_ name: String, isRequired: Bool = false) -> Bool? {
        guard let value = take(name, isRequired: isRequired, "true or false") else { return nil }
        if let bool = value.bool { return bool }
        refuse(name, "\(Self.shown(value)) can't be; it has to be true or false")
        return nil
    }

    /// A whole number within bounds.
    mutating func integer(_ name: String, isRequired: Bool = false, in bounds: ClosedRange<Int64>) -> Int64? {
        let what = "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
        guard let value = take(name, isRequired: isRequired, what) else { return nil }
        guard let number = value.integer, bounds.contains(number) else {
            refuse(name, "\(Self.shown(value)) can't be; it has to be \(what)")
            return nil
        }
        return number
    }

    /// A list of texts of a grammar; each one that does not parse is named by its place.
    mutating func list<Value>(
        _ name: String, isRequired: Bool = false, maximum: Int, _ what: String, _ parse: (String) -> Value?
    ) -> [Value]? {
        let list = "a list of 1 to \(maximum), each \(what)"
        guard let value = take(name, isRequired: isRequired, list) else { return nil }
        guard let elements = value.array, (1...maximum).contains(elements.count) else {
            refuse(name, "this has to be \(list)")
            return nil
        }
        var parsed: [Value] = []
        for (index, element) in elements.enumerated() {
            if let value = element.string.flatMap(parse) {
                parsed.append(value)
            } else {
                refuse("\(name)/\(index)", "\(Self.shown(element)) can't be; it has to be \(what)")
            }
        }
        return parsed.count == elements.count ? parsed : nil
    }

    /// A value in a message, short.
    private static func shown(_ value: JSONValue) -> String {
        value.string.map { "'\($0.prefix(64))'" } ?? "a \(value.kind)"
    }

    /// Throws where anything is wrong, unknown members included.
    func check() throws(Problem) {
        var findings = findings
        for member in document.members ?? [] where !known.contains(where: { $0.utf8.elementsEqual(member.name.utf8) }) {
            let all = known.isEmpty ? "this body has none" : "there are \(known.joined(separator: ", "))"
            let name = member.name.prefix(64).replacing("~", with: "~0").replacing("/", with: "~1")
            findings.append(
                Problem.Finding(severity: "error", path: "/\(name)", message: "no such member is known; \(all)"))
        }
        guard findings.isEmpty else {
            throw Problem(.invalidBody, "the body has errors; each is listed with its path", findings: findings)
        }
    }
}
