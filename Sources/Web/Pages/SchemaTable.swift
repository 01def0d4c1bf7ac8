import Contract
import JSON

/// The members of a JSON document as a table.
struct SchemaTable {
    private struct Row {
        let name: String
        let schema: JSONValue
        let isRequired: Bool
    }

    /// How deep members of members are shown.
    private static let depth = 4

    private var rows: [Row] = []

    init(_ schema: Schema) { add(schema.value, schema.components, "", 0) }

    func write(_ html: inout HTML) {
        guard !rows.isEmpty else { return }
        html.table(["Member", "Value", "", "What it is"]) { html in
            for row in rows {
                html.element(.tr) { html in
                    html.element(.td) { $0.element(.code, text: row.name) }
                    html.element(.td, text: Self.words(for: row.schema))
                    html.element(.td, text: row.isRequired ? "" : "optional")
                    html.element(.td, text: row.schema["description"]?.string ?? "")
                }
            }
        }
    }

    /// What a name of another schema stands for.
    private static func resolved(_ schema: JSONValue, _ components: [String: JSONValue]) -> JSONValue {
        guard let name = schema["$ref"]?.string?.split(separator: "/").last else { return schema }
        return components[String(name)] ?? schema
    }

    private mutating func add(
        _ schema: JSONValue, _ components: [String: JSONValue], _ prefix: String, _ depth: Int
    ) {
        guard depth < Self.depth else { return }
        let schema = Self.resolved(schema, components)
        if schema["type"]?.string == "array", let items = schema["items"] {
            return add(items, components, prefix.isEmpty ? "[]" : prefix, depth)
        }
        for part in schema["allOf"]?.array ?? [] { add(part, components, prefix, depth) }
        let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
        guard case .object(let members)? = schema["properties"] else { return }
        for member in members {
            let name = prefix.isEmpty ? member.name : "\(prefix).\(member.name)"
            let value = Self.resolved(member.value, components)
            let isList = value["type"]?.string == "array"
            // What a name stands for is described where the name is.
            let shown = member.value["description"] == nil ? value : member.value.adding(value)
            rows.append(
                Row(name: isList ? "\(name)[]" : name, schema: shown, isRequired: required.contains(member.name)))
            add(value, components, isList ? "\(name)[]" : name, depth + 1)
        }
    }

    /// What a value may be, in words.
    static func words(for schema: JSONValue) -> String {
        if let choices = schema["enum"]?.array?.compactMap(\.string) { return choices.joined(separator: ", ") }
        let kind: String
        switch schema["type"]?.string {
        case "array": kind = "a list of \(schema["items"].map(words(for:)) ?? "values")"
        case "object": kind = "an object"
        case "integer": kind = "a whole number"
        case "number": kind = "a number"
        case "boolean": kind = "true or false"
        case "string": kind = schema["format"]?.string == "date-time" ? "a time (RFC 3339)" : "a text"
        default: kind = schema["$ref"] == nil ? "a value" : "an object"
        }
        var bounds: [String] = []
        if let minimum = schema["minimum"]?.integer, let maximum = schema["maximum"]?.integer {
            bounds.append(maximum > 1 << 50 ? "from \(minimum) on" : "\(minimum) to \(maximum)")
        }
        if let most = schema["maxLength"]?.integer { bounds.append("at most \(most) characters") }
        // The bound of lists that have no other says nothing.
        if let most = schema["maxItems"]?.integer, most < 100_000 { bounds.append("at most \(most)") }
        if let usual = schema["default"] {
            let value = usual.string ?? usual.integer.map { "\($0)" } ?? usual.bool.map { "\($0)" }
            if let value { bounds.append("usually \(value)") }
        }
        return bounds.isEmpty ? kind : "\(kind), \(bounds.joined(separator: ", "))"
    }
}

extension JSONValue {
    /// The members of this object, and those of another one that it lacks.
    fileprivate func adding(_ other: JSONValue) -> JSONValue {
        guard case .object(let own) = self, case .object(let others) = other else { return self }
        return .object(
            own.filter { $0.name != "$ref" } + others.filter { member in !own.contains { $0.name == member.name } })
    }
}
