import Contract
import JSON

/// A request as a line for `curl`. What is not there in every marketplace stands as a variable of the shell, in capitals.
struct CurlLine {
    let text: String

    /// What the example agents and the administrator give values to.
    private static let known = ["id": "mentatlab.word-count", "version": "1.0.0"]

    init(_ endpoint: EndpointDeclaration, at origin: String) {
        var path = endpoint.path
        for parameter in endpoint.parameters where parameter.place == .path {
            // Imported packages have versions of their own.
            let isImported = endpoint.dialect == .registry && parameter.name == "version"
            let value = isImported ? "latest" : Self.known[parameter.name] ?? "$\(parameter.name.uppercased())"
            path = path.replacing("{\(parameter.name)}", with: value)
        }
        var words = ["curl"]
        if endpoint.answers.contains(where: { $0.content.contains { $0.mediaType == EndpointDeclaration.eventStream } })
        {
            words.append("--no-buffer")
        }
        if endpoint.answers.contains(where: { $0.status == 302 }) { words.append("-L -o file") }
        let body = endpoint.body.flatMap { $0.isRequired ? $0 : nil }
        // With a body it is a POST by itself.
        if endpoint.method != .get, endpoint.method != .post || body == nil {
            words.append("-X \(endpoint.method.rawValue)")
        }
        if case .token = endpoint.credential { words.append("-H \"Authorization: Bearer $MENTATLAB_TOKEN\"") }
        words += body.map(Self.body) ?? []
        words.append("\"\(origin)\(path)\"")
        text = words.joined(separator: " ")
    }

    private static func body(_ body: EndpointDeclaration.Body) -> [String] {
        switch body.mediaType {
        case "multipart/form-data":
            ["-F manifest=@manifest.yaml -F package=@package.tar.gz"]
        case "application/json":
            ["-H 'Content-Type: application/json'", "-d '\(sample(body.schema))'"]
        default: ["-H 'Content-Type: \(body.mediaType)'", "--data-binary @lines"]
        }
    }

    /// The smallest document that fits a schema.
    private static func sample(_ schema: Schema) -> String {
        String(decoding: value(schema.value, schema.components, "").canonicalBytes, as: UTF8.self)
    }

    private static let samples: [String: JSONValue] = [
        "name": .string("somebody"), "user": .string("somebody"), "agent": .string("mentatlab.word-count"),
        "scopes": .string("publish"),
        "manifest": .object([
            JSONValue.Member("id", "mentatlab.word-count"), JSONValue.Member("version", "1.0.0"),
            JSONValue.Member("image", "mentatlab/word-count:1.0.0"), JSONValue.Member("description", "Counts words."),
            JSONValue.Member("inputs", .array([])), JSONValue.Member("outputs", .array([])),
        ]),
    ]
    /// What is not required by itself, but by what else the sample says.
    private static let wanted: Set = ["agent"]

    private static func value(_ schema: JSONValue, _ components: [String: JSONValue], _ name: String) -> JSONValue {
        var schema = schema
        if let reference = schema["$ref"]?.string?.split(separator: "/").last {
            schema = components[String(reference)] ?? schema
        }
        if let sample = samples[name], schema["type"]?.string != "array" { return sample }
        if let first = schema["enum"]?.array?.first { return first }
        switch schema["type"]?.string {
        case "object":
            let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
            guard case .object(let members)? = schema["properties"] else { return .object([]) }
            return .object(
                members.filter { required.contains($0.name) || wanted.contains($0.name) }.map {
                    JSONValue.Member($0.name, value($0.value, components, $0.name))
                })
        case "array": return .array(schema["items"].map { [value($0, components, name)] } ?? [])
        case "integer", "number": return .number(JSONNumber(schema["minimum"]?.integer ?? 1))
        case "boolean": return .bool(true)
        default: return .string(name)
        }
    }
}
