import Contract
import Events
import JSON

/// An operation of the API, as its endpoint declares it, with a line for `curl`.
package struct OperationPage: PageDocument {
    private let endpoint: EndpointDeclaration

    /// The page of an operation; nil where the API has none of that name.
    package init?(name: String) {
        guard let endpoint = Self.all.first(where: { $0.name == name }) else { return nil }
        self.endpoint = endpoint
    }

    private static let all = Endpoints.all.map(\.declaration)

    /// The operations by the first part of their paths, in the order of the description.
    static let groups: [(title: String, endpoints: [EndpointDeclaration])] = {
        var groups: [(title: String, endpoints: [EndpointDeclaration])] = []
        for endpoint in all {
            let title = Self.group(of: endpoint)
            if let place = groups.firstIndex(where: { $0.title == title }) {
                groups[place].endpoints.append(endpoint)
            } else {
                groups.append((title, [endpoint]))
            }
        }
        return groups
    }()

    private static func group(of endpoint: EndpointDeclaration) -> String {
        let path = endpoint.path
        for (base, title) in [(Endpoints.base, nil), (Endpoints.registry, "MCP Registry API" as String?)] {
            guard path.hasPrefix("\(base)/") else { continue }
            return title ?? path.dropFirst(base.count + 1).prefix { $0 != "/" }.description
        }
        return "Others"
    }

    static func link(_ endpoint: EndpointDeclaration) -> Link {
        Link(Endpoints.operationPage, OperationParameters(name: endpoint.name))
    }

    package func written(in setting: PageSetting) -> WrittenPage {
        var frame = Frame(title: endpoint.summary, canonical: Self.link(endpoint), section: .guide)
        frame.summary = "\(endpoint.method.rawValue) \(endpoint.path): \(endpoint.summary)."
        return frame.written(in: setting) { html in
            html.element(.header, .class("section stack")) { html in
                html.element(.p, .class("row small")) { html in
                    html.link(GuidePage.link, text: "Guide")
                    html.link(ChapterPage.link(.api), text: GuideChapter.api.title)
                }
                html.element(.h1, text: endpoint.summary)
                html.element(.p) { html in
                    html.element(.code, text: "\(endpoint.method.rawValue) \(endpoint.path)")
                }
                if let notes = endpoint.notes { html.element(.p, .class("prose"), text: notes) }
                html.element(.p, .class("prose"), text: credential)
                html.command(CurlLine(endpoint, at: setting.origin).text)
            }
            parameters(&html)
            if let body = endpoint.body {
                html.section("Body") { html in
                    html.element(
                        .p, .class("small quiet"),
                        text:
                            "\(body.mediaType), at most \(Int64(body.maximumBytes).grouped) bytes\(body.isRequired ? "" : "; it may be left out")."
                    )
                    SchemaTable(body.schema).write(&html)
                }
            }
            for answer in endpoint.answers { write(answer, &html) }
            problems(&html)
        }
    }

    private var credential: String {
        switch endpoint.credential {
        case .none: "It takes no token."
        case .optional: "It takes no token, but uses one that is sent."
        case .token(let scopes) where scopes.isEmpty: "It takes any token."
        case .token(let scopes):
            "It takes a token with the scope \(scopes.map(\.rawValue).joined(separator: " or "))."
        }
    }

    private func parameters(_ html: inout HTML) {
        guard !endpoint.parameters.isEmpty || endpoint.isKeyed else { return }
        html.section("Parameters") { html in
            html.table(["Name", "Where", "Value", "What it is"]) { html in
                for parameter in endpoint.parameters {
                    html.element(.tr) { html in
                        html.element(.td) { $0.element(.code, text: parameter.name) }
                        html.element(.td, text: parameter.place.rawValue)
                        html.element(.td, text: SchemaTable.words(for: parameter.schema.value))
                        html.element(.td, text: parameter.schema.value["description"]?.string ?? "")
                    }
                }
                if endpoint.isKeyed {
                    html.element(.tr) { html in
                        html.element(.td) { $0.element(.code, text: "Idempotency-Key") }
                        html.element(.td, text: "header")
                        html.element(.td, text: "a text")
                        html.element(.td, text: "A repeat with the same key within a day is not carried out again.")
                    }
                }
            }
        }
    }

    /// Fields that follow from what the endpoint is.
    private var commonFields: [(name: String, description: String)] {
        var fields: [(name: String, description: String)] = []
        if case .never = endpoint.caching {} else { fields.append(("etag", "What If-None-Match takes, for a 304.")) }
        if endpoint.keepsPast { fields.append((Fields.asOf, "With as_of: the position that the answer is of.")) }
        if endpoint.meter != nil { fields += RateLimit.described }
        return fields
    }

    private func write(_ answer: EndpointDeclaration.Answer, _ html: inout HTML) {
        html.section("Answer \(answer.status)") { html in
            html.element(.p, text: answer.description)
            let fields = answer.fields + commonFields
            if !fields.isEmpty {
                html.table(["Field", "What it says"]) { html in
                    for field in fields {
                        html.element(.tr) { html in
                            html.element(.td) { $0.element(.code, text: field.name) }
                            html.element(.td, text: field.description)
                        }
                    }
                }
            }
            for content in answer.content {
                html.element(.p, .class("small quiet"), text: content.mediaType)
                SchemaTable(content.schema).write(&html)
            }
        }
    }

    private func problems(_ html: inout HTML) {
        html.section("Errors", ("What each means", ChapterPage.link(.errors))) { html in
            html.element(.ul, .class("chips")) { html in
                for code in endpoint.allProblems {
                    html.element(.li) { html in
                        html.link(ChapterPage.link(.errors).at(code.rawValue)) { html in
                            html.element(.code, text: code.rawValue)
                        }
                        html.element(.span, .class("small quiet"), text: "\(code.status)")
                    }
                }
            }
        }
    }
}

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
