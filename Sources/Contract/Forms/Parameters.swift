import Crypto
package import Events
import JSON
import Manifest

/// The parameters of a request, from its path and its query, as one value.
package protocol Parameters: Sendable {
    /// The declaration of the parameters.
    static var parameters: ParameterForm<Self> { get }
}

/// Parameters of an endpoint that answers from read models.
package protocol PositionedParameters: Parameters {
    /// The position that the answer has to reflect; the front waits for it.
    var minimumPosition: Position? { get }
}

/// Parameters of an answer that is about one agent and shows nothing of any other.
package protocol AboutOneAgent: PositionedParameters {
    /// The agent.
    var id: AgentKey { get }
}

/// Parameters with `limit`, the number of rows of a page. A page has fewer where it would be too large.
package protocol PagedParameters: Parameters {
    /// The most rows.
    var limit: Int64 { get }
}

/// A parameter as the description of the API states it.
package struct ParameterDeclaration: Sendable {
    /// The part of the request that holds it.
    package enum Place: String, Sendable {
        case path
        case query
        case header
    }

    package let name: String
    package let place: Place
    package let schema: Schema
    /// The problem of an invalid value.
    package let problem: ProblemCode
}

/// The values of a request's path, query and header, by name.
package struct ParameterText: Sendable {
    package var path: [String: String]
    package var query: [(name: String, value: String)]
    /// The value of a field of the header, by its name in lower case.
    package var field: @Sendable (String) -> String?

    package init(
        path: [String: String] = [:], query: [(name: String, value: String)] = [],
        field: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        self.path = path
        self.query = query
        self.field = field
    }

    /// The value of a parameter of the query; nil where it is absent. A parameter that occurs twice is refused.
    fileprivate func only(_ name: String) throws(Problem) -> String? {
        let values = query.filter { $0.name == name }
        guard values.count <= 1 else { throw Problem(.invalidParameter, "'\(name)' stands twice") }
        return values.first?.value
    }
}

/// The declaration of all parameters of an endpoint: how they are read, written and described.
package struct ParameterForm<Value>: Sendable {
    package let declarations: [ParameterDeclaration]
    /// Reads the parameters.
    ///
    /// - Throws: `Problem` that names the parameter, its value and the rule.
    package let read: @Sendable (ParameterText) throws(Problem) -> Value
    package let write: @Sendable (Value) -> ParameterText

    /// Declares the parameters in the order in which they are checked.
    static func of<each Item>(
        _ make: @escaping @Sendable (repeat each Item) -> Value, _ parameters: repeat Parameter<Value, each Item>
    ) -> ParameterForm {
        var declarations: [ParameterDeclaration] = []
        for parameter in repeat each parameters { declarations.append(parameter.declaration) }
        return ParameterForm(declarations: declarations) { (text) throws(Problem) in
            make(repeat try (each parameters).read(text))
        } write: { value in
            var text = ParameterText()
            for parameter in repeat each parameters {
                let declaration = parameter.declaration
                guard let written = parameter.write(value) else { continue }
                switch declaration.place {
                case .path: text.path[declaration.name] = written
                case .query: text.query.append((declaration.name, written))
                case .header: preconditionFailure("'\(declaration.name)' is a field and part of no target")
                }
            }
            return text
        }
    }
}

/// One parameter: its name, its place, its kind, and how to get its value.
package struct Parameter<Object, Value>: Sendable {
    let declaration: ParameterDeclaration
    let read: @Sendable (ParameterText) throws(Problem) -> Value
    let write: @Sendable (Object) -> String?

    private init(
        _ declaration: ParameterDeclaration, read: @escaping @Sendable (ParameterText) throws(Problem) -> Value,
        write: @escaping @Sendable (Object) -> String?
    ) {
        self.declaration = declaration
        self.read = read
        self.write = write
    }

    /// A parameter that is a segment of the path.
    static func path(
        _ name: String, _ get: @escaping @Sendable (Object) -> Value, _ kind: ParameterKind<Value>,
        _ description: String
    ) -> Parameter {
        let declaration = ParameterDeclaration(
            name: name, place: .path, schema: kind.schema.described(description), problem: kind.problem)
        return Parameter(declaration) { (text) throws(Problem) in
            try kind.read(name, text.path[name] ?? "")
        } write: {
            kind.write(get($0))
        }
    }

    /// An optional parameter of the query.
    static func query<Wrapped>(
        _ name: String, _ get: @escaping @Sendable (Object) -> Wrapped?, _ kind: ParameterKind<Wrapped>,
        _ description: String
    ) -> Parameter where Value == Wrapped? {
        let declaration = ParameterDeclaration(
            name: name, place: .query, schema: kind.schema.described(description), problem: kind.problem)
        return Parameter(declaration) { (text) throws(Problem) in
            guard let text = try text.only(name) else { return nil }
            return try kind.read(name, text)
        } write: {
            get($0).map(kind.write)
        }
    }

    /// An optional field of the header; it is no part of a target. An empty one counts as absent.
    static func field<Wrapped>(_ name: String, _ kind: ParameterKind<Wrapped>, _ description: String) -> Parameter
    where Value == Wrapped? {
        let declaration = ParameterDeclaration(
            name: name, place: .header, schema: kind.schema.described(description), problem: kind.problem)
        return Parameter(declaration) { (text) throws(Problem) in
            guard let text = text.field(name.lowercased()), !text.isEmpty else { return nil }
            return try kind.read(name, text)
        } write: { _ in
            nil
        }
    }

    /// A parameter of the query with a default.
    static func query(
        _ name: String, _ get: @escaping @Sendable (Object) -> Value, _ kind: ParameterKind<Value>,
        default standard: Value, _ description: String
    ) -> Parameter where Value: Sendable {
        let schema = kind.schema.described(description).adding("default", kind.shown(standard))
        let declaration = ParameterDeclaration(name: name, place: .query, schema: schema, problem: kind.problem)
        return Parameter(declaration) { (text) throws(Problem) in
            guard let text = try text.only(name) else { return standard }
            return try kind.read(name, text)
        } write: {
            // What is usual need not be said.
            let text = kind.write(get($0))
            return text == kind.write(standard) ? nil : text
        }
    }
}

/// The kind of a parameter: how its text is parsed and written.
struct ParameterKind<Value>: Sendable {
    let schema: Schema
    /// The problem of an invalid value.
    let problem: ProblemCode
    /// Parses the text; the name is for the message.
    let read: @Sendable (_ name: String, _ text: String) throws(Problem) -> Value
    let write: @Sendable (Value) -> String

    /// The value as a schema shows it.
    fileprivate func shown(_ value: Value) -> JSONValue {
        let text = write(value)
        guard schema.value["type"] == .string("integer"), let number = Int64(text) else { return .string(text) }
        return .number(JSONNumber(number))
    }
}

extension ParameterKind where Value == String {
    /// A text of at most `bytes` bytes.
    static func text(atMost bytes: Int) -> ParameterKind {
        ParameterKind(schema: .string(maximumLength: bytes), problem: .invalidParameter) {
            (name, text) throws(Problem) in
            guard text.utf8.count <= bytes else {
                throw Problem(
                    .invalidParameter, "'\(name)' has \(text.utf8.count) bytes; it may have \(bytes) at most")
            }
            return text
        } write: {
            $0
        }
    }

    /// A segment of the path that the endpoint itself interprets.
    static func segment(_ problem: ProblemCode) -> ParameterKind {
        ParameterKind(schema: .string(), problem: problem) { (_, text) throws(Problem) in
            text
        } write: {
            $0
        }
    }

    /// The cursor of a list, from the page before; the list itself interprets it.
    static let cursor = ParameterKind.text(atMost: 512)
}

extension ParameterKind where Value == Int64 {
    /// A whole number.
    static func integer(from lowest: Int, to highest: Int) -> ParameterKind {
        let bounds = Int64(lowest)...Int64(highest)
        return ParameterKind(schema: .integer(bounds), problem: .invalidParameter) { (name, text) throws(Problem) in
            guard let value = Int64(text), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), bounds.contains(value)
            else {
                throw Problem(
                    .invalidParameter,
                    "'\(name)' is '\(text.prefix(64))'; it has to be a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
                )
            }
            return value
        } write: {
            $0.description
        }
    }
}

extension ParameterKind where Value == Position {
    /// A position of the log.
    static let position = ParameterKind(
        schema: .integer(0...(1 << 53) - 1), problem: .invalidParameter
    ) { (name, text) throws(Problem) in
        Position(try ParameterKind<Int64>.integer(from: 0, to: (1 << 53) - 1).read(name, text))
    } write: {
        $0.description
    }
}

extension ParameterKind where Value: RawRepresentable<String> & CaseIterable & SendableMetatype & Sendable {
    /// One of all cases.
    static func choice() -> ParameterKind {
        let names = Value.allCases.map(\.rawValue)
        return ParameterKind(schema: .choice(names), problem: .invalidParameter) { (name, text) throws(Problem) in
            guard let choice = Value(rawValue: text) else {
                throw Problem(
                    .invalidParameter,
                    "'\(name)' is '\(text.prefix(64))'; there are \(names.joined(separator: ", "))")
            }
            return choice
        } write: {
            $0.rawValue
        }
    }
}

extension ParameterKind where Value == Bool {
    /// `true` or `false`.
    static let flag = ParameterKind(
        schema: .choice(["true", "false"]), problem: .invalidParameter
    ) { (name, text) throws(Problem) in
        guard let value = Bool(text) else {
            throw Problem(.invalidParameter, "'\(name)' is '\(text.prefix(64))'; it has to be true or false")
        }
        return value
    } write: {
        "\($0)"
    }
}

extension ParameterKind where Value == AgentKey {
    /// An agent, in any spelling of its id.
    static let agent = ParameterKind(schema: .string(), problem: .agentNotFound) { (_, text) throws(Problem) in
        guard let id = AgentID(text) else {
            throw Problem(.agentNotFound, "there is no agent '\(text.prefix(128))' here")
        }
        return id.key
    } write: {
        $0.description
    }
}

extension ParameterKind where Value == Namespace {
    /// A namespace, in any case of its letters.
    static let namespace = ParameterKind(
        schema: .string(), problem: .namespaceNotFound
    ) { (_, text) throws(Problem) in
        guard let namespace = Namespace(text.lowercased()) else {
            throw Problem(.namespaceNotFound, "'\(text.prefix(128))' is no namespace")
        }
        return namespace
    } write: {
        $0.description
    }
}

extension ParameterKind where Value == SemVer {
    /// A version of an agent.
    static let version = ParameterKind(schema: .string(), problem: .versionNotFound) { (_, text) throws(Problem) in
        guard let version = SemVer(text) else {
            throw Problem(
                .versionNotFound, "'\(text.prefix(128))' is no SemVer 2.0, so there is no such version")
        }
        return version
    } write: {
        $0.description
    }
}

extension ParameterKind where Value == SHA256Digest {
    /// The digest of a file.
    static let digest = ParameterKind(
        schema: Form<SHA256Digest>.digest.schema, problem: .artifactNotFound
    ) { (_, text) throws(Problem) in
        guard let digest = SHA256Digest(hex: text) else {
            throw Problem(.artifactNotFound, "a digest is 64 lower-case hexadecimal digits")
        }
        return digest
    } write: {
        $0.hex
    }
}
