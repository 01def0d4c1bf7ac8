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
