package import JSON

/// A JSON Schema (2020-12) of a value, with the named schemas that it refers to.
package struct Schema: Sendable {
    package let value: JSONValue
    /// The named schemas, as OpenAPI's `components/schemas` holds them.
    package let components: [String: JSONValue]

    init(_ members: [(String, JSONValue)], components: [String: JSONValue] = [:]) {
        value = .object(members.map { JSONValue.Member($0.0, $0.1) })
        self.components = components
    }

    static func string(pattern: String? = nil, format: String? = nil, maximumLength: Int? = nil) -> Schema {
        var members: [(String, JSONValue)] = [("type", .string("string"))]
        if let maximumLength { members.append(("maxLength", .number(JSONNumber(Int64(maximumLength))))) }
        if let pattern { members.append(("pattern", .string(pattern))) }
        if let format { members.append(("format", .string(format))) }
        return Schema(members)
    }

    static func choice(_ names: [String]) -> Schema {
        Schema([("type", .string("string")), ("enum", .array(names.map { .string($0) }))])
    }

    static func integer(_ bounds: ClosedRange<Int64>) -> Schema {
        Schema([
            ("type", .string("integer")), ("minimum", .number(JSONNumber(bounds.lowerBound))),
            ("maximum", .number(JSONNumber(bounds.upperBound))),
        ])
    }

    static func list(_ element: Schema, _ count: ClosedRange<Int>) -> Schema {
        Schema(
            [
                ("type", .string("array")), ("minItems", .number(JSONNumber(Int64(count.lowerBound)))),
                ("maxItems", .number(JSONNumber(Int64(count.upperBound)))), ("items", element.value),
            ], components: element.components)
    }

    /// The schema of an object with arbitrary names, such as counts by reason.
    static func map(_ element: Schema) -> Schema {
        Schema(
            [("type", .string("object")), ("additionalProperties", element.value)], components: element.components)
    }

    /// The schema of an object.
    ///
    /// - Parameters:
    ///   - name: the name by which other schemas refer to it; nil to write it where it is used.
    ///   - members: the members in the order to show.
    ///   - isOpen: true where further members are allowed.
    static func object(_ name: String?, _ members: [MemberSchema], isOpen: Bool = false) -> Schema {
        let properties = members.map { JSONValue.Member($0.name, $0.schema.value) }
        let required = members.filter(\.isRequired).map { JSONValue.string($0.name) }
        let value = JSONValue.object([
            JSONValue.Member("type", .string("object")), JSONValue.Member("properties", .object(properties)),
            JSONValue.Member("required", .array(required)), JSONValue.Member("additionalProperties", .bool(isOpen)),
        ])
        var components: [String: JSONValue] = [:]
        for member in members { components.merge(member.schema.components) { first, _ in first } }
        guard let name else { return Schema(inline: value, components) }
        components[name] = value
        return Schema([("$ref", .string("#/components/schemas/\(name)"))], components: components)
    }

    private init(inline value: JSONValue, _ components: [String: JSONValue]) {
        self.value = value
        self.components = components
    }

    /// This schema with a description.
    func described(_ words: String?) -> Schema {
        words.map { adding("description", .string($0)) } ?? self
    }

    func adding(_ name: String, _ member: JSONValue) -> Schema {
        Schema(inline: .object((value.members ?? []) + [JSONValue.Member(name, member)]), components)
    }
}

/// A member of an object, as its schema describes it.
package struct MemberSchema: Sendable {
    package let name: String
    package let schema: Schema
    package let isRequired: Bool
}
