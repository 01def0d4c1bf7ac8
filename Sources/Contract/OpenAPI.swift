import Events
import JSON

/// The description of the API (OpenAPI 3.1), made from what the endpoints declare.
package enum OpenAPI {
    /// The document over all endpoints.
    package static let document: [UInt8] = JSONValue.object(members(Endpoints.all.map(\.declaration))).orderedBytes

    private static func members(_ endpoints: [EndpointDeclaration]) -> [JSONValue.Member] {
        var paths: [JSONValue.Member] = []
        var components = ProblemBody.form.schema.components
        for endpoint in endpoints {
            let operation = JSONValue.Member(endpoint.method.rawValue.lowercased(), operation(endpoint))
            if let index = paths.firstIndex(where: { $0.name == endpoint.path }) {
                paths[index] = JSONValue.Member(
                    endpoint.path, .object((paths[index].value.members ?? []) + [operation]))
            } else {
                paths.append(JSONValue.Member(endpoint.path, .object([operation])))
            }
            let schemas =
                [endpoint.body?.schema].compactMap { $0 } + endpoint.answers.flatMap { $0.content.map(\.schema) }
            for schema in schemas { components.merge(schema.components) { first, _ in first } }
        }
        let schemas = components.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, $0.value) }
        return [
            .init("openapi", "3.1.0"),
            .init(
                "info",
                .object([
                    .init("title", "MentatLab Agent Marketplace"), .init("version", "1.1.0"),
                    .init(
                        "description",
                        .string(
                            "Publish, find, judge and download AI agents over a log that anybody can replay. Every "
                                + "answer can also be a problem (RFC 9457) of status 400, 404, 405, 408, 431, 500, "
                                + "501, 503 or 505.")),
                    .init("license", .object([.init("name", "Apache-2.0"), .init("identifier", "Apache-2.0")])),
                ])),
            .init("servers", .array([.object([.init("url", "/")])])), .init("paths", .object(paths)),
            .init(
                "components",
                .object([
                    .init("schemas", .object(schemas)),
                    .init(
                        "securitySchemes",
                        .object([.init("bearer", .object([.init("type", "http"), .init("scheme", "bearer")]))])),
                    .init("headers", .object([requestID, position].map { .init($0.name, $0.value) })),
                    .init("parameters", .object([.init("idempotency-key", idempotencyKey)])),
                ])),
        ]
    }

    private static let requestID = JSONValue.Member(
        Fields.request, header("The id of the request, which the server's log names as well."))
    private static let position = JSONValue.Member(
        Fields.position, header("The position of the last event that the answer reflects or made."))
    private static let idempotencyKey = JSONValue.object([
        .init("name", "Idempotency-Key"), .init("in", "header"), .init("required", .bool(false)),
        .init(
            "description",
            "For 24 hours a repeat with the same key gets the first answer; the same key with another request is refused."
        ),
        .init(
            "schema",
            .object([
                .init("type", "string"), .init("minLength", .number(JSONNumber(1))),
                .init("maxLength", .number(JSONNumber(128))),
            ])),
    ])

    private static func header(_ description: String) -> JSONValue {
        .object([.init("description", .string(description)), .init("schema", .object([.init("type", "string")]))])
    }

    private static func operation(_ endpoint: EndpointDeclaration) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("operationId", .string(endpoint.name)), .init("summary", .string(endpoint.summary)),
        ]
        if let notes = endpoint.notes { members.append(.init("description", .string(notes))) }
        members.append(.init("x-cost", .string(endpoint.cost.rawValue)))
        if endpoint.keepsPast {
            members.append(.init("x-cost-as-of", .string(EndpointDeclaration.Cost.past.rawValue)))
        }
        if let meter = endpoint.meter { members.append(.init("x-rate-limit", .string(meter.rawValue))) }
        switch endpoint.credential {
        case .none: break
        case .optional:
            members.append(.init("security", .array([.object([]), .object([.init("bearer", .array([]))])])))
        case .token(let scopes):
            members.append(.init("security", .array([.object([.init("bearer", .array([]))])])))
            if !scopes.isEmpty {
                members.append(.init("x-scopes", .array(scopes.map { .string($0.rawValue) })))
            }
        }
        var parameters = endpoint.parameters.map(parameter)
        if endpoint.isKeyed {
            parameters.append(.object([.init("$ref", "#/components/parameters/idempotency-key")]))
        }
        if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
        if let body = endpoint.body {
            members.append(
                .init(
                    "requestBody",
                    .object([
                        .init("required", .bool(body.isRequired)),
                        .init("x-maximum-bytes", .number(JSONNumber(Int64(body.maximumBytes)))),
                        .init("content", content([(body.mediaType, body.schema)])),
                    ])))
        }
        members.append(.init("responses", .object(answers(endpoint))))
        return .object(members)
    }

    private static func parameter(_ parameter: ParameterDeclaration) -> JSONValue {
        let description = parameter.schema.value["description"] ?? ""
        let schema = (parameter.schema.value.members ?? []).filter { $0.name != "description" }
        return .object([
            .init("name", .string(parameter.name)), .init("in", .string(parameter.place.rawValue)),
            .init("required", .bool(parameter.place == .path)), .init("description", description),
            .init("schema", .object(schema)),
        ])
    }

    private static func content(_ content: [(mediaType: String, schema: Schema)]) -> JSONValue {
        .object(content.map { .init($0.mediaType, .object([.init("schema", $0.schema.value)])) })
    }

    private static func answers(_ endpoint: EndpointDeclaration) -> [JSONValue.Member] {
        let isTagged = endpoint.caching != .never
        var members: [JSONValue.Member] = endpoint.answers.map { answer in
            var fields = answer.fields
            if isTagged { fields.append(("etag", "Equal for equal bodies.")) }
            if endpoint.isOpenRead {
                fields.append(("access-control-allow-origin", "Pages of any origin may read it."))
            }
            if endpoint.keepsPast {
                fields += [
                    (Fields.asOf, "With 'as_of': the position that the answer is about."),
                    ("x-robots-tag", "With 'as_of': noindex."),
                ]
            }
            if endpoint.meter != nil { fields += RateLimit.described }
            return response(answer.status, answer.description, fields, answer.content)
        }
        if isTagged { members.append(response(304, "The client has it already.", [], [])) }
        let problems = Dictionary(grouping: endpoint.allProblems, by: \.status)
        for (status, codes) in problems.sorted(by: { $0.key < $1.key }) {
            let names = codes.map(\.rawValue).joined(separator: ", ")
            let fields = codes.contains(.rateLimited) ? RateLimit.described : []
            let body = (Problem.mediaType(in: endpoint.dialect), ProblemBody.form.schema)
            members.append(response(status, names, fields, [body]))
        }
        return members
    }

    private static func response(
        _ status: Int, _ description: String, _ fields: [(name: String, description: String)],
        _ bodies: [(mediaType: String, schema: Schema)]
    ) -> JSONValue.Member {
        var headers: [JSONValue.Member] = [reference(Fields.request)]
        if status < 300 { headers.append(reference(Fields.position)) }
        headers += fields.map { .init($0.name, header($0.description)) }
        var members: [JSONValue.Member] = [
            .init("description", .string(description)), .init("headers", .object(headers)),
        ]
        if !bodies.isEmpty { members.append(.init("content", content(bodies))) }
        return .init("\(status)", .object(members))
    }

    private static func reference(_ name: String) -> JSONValue.Member {
        .init(name, .object([.init("$ref", .string("#/components/headers/\(name)"))]))
    }
}
