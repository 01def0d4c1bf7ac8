extension Endpoints {
    package static let guidePage = Endpoint<NoParameters, NoBody, NoBody>.page(
        "guidePage", "/guide", "How to use the marketplace", cost: .light)
    package static let chapterPage = Endpoint<ChapterParameters, NoBody, NoBody>.page(
        "chapterPage", "/guide/{name}", "A chapter of the guide", cost: .light, problems: [.pathNotFound])
    package static let operationPage = Endpoint<OperationParameters, NoBody, NoBody>.page(
        "operationPage", "/guide/api/{name}", "An operation of the API", cost: .light, problems: [.pathNotFound])

    /// The guide, and the description of the API for people.
    static let guide: [any AnyEndpoint] = [guidePage, chapterPage, operationPage]
}

/// A chapter of the guide. Its text is a file of the project's documentation.
package enum GuideChapter: String, CaseIterable, Sendable {
    case firstAgent = "first-agent"
    case versions, listings, names, roles, judging, past, log, running, clients, catalogues
    case api, errors
    case search, packages, limits, mcp, kafka, moderation, operations, monitoring

    /// A part of the guide, with its chapters in their order.
    package static let parts: [(title: String, chapters: [GuideChapter])] = [
        ("Publishing and using agents", [.firstAgent, .versions, .listings, .names, .roles, .judging, .past, .log]),
        ("Running a marketplace", [.running, .clients, .catalogues]),
        ("For programs", [.api, .errors]),
        ("Reference", [.search, .packages, .limits, .mcp, .kafka, .moderation, .operations, .monitoring]),
    ]

    package var title: String {
        switch self {
        case .firstAgent: "Your first agent in five minutes"
        case .versions: "Versions and yanking"
        case .listings: "A listing that is found"
        case .names: "Names and namespaces"
        case .roles: "Roles and invitations"
        case .judging: "Judging and flagging"
        case .past: "Reading the past"
        case .log: "Following the log"
        case .running: "Running a marketplace"
        case .clients: "MCP clients"
        case .catalogues: "Moving a catalogue here"
        case .api: "The API"
        case .errors: "Errors"
        case .search: "Search"
        case .packages: "What a package holds"
        case .limits: "Limits"
        case .mcp: "The MCP Registry API"
        case .kafka: "The log in Kafka"
        case .moderation: "Moderation"
        case .operations: "Operations"
        case .monitoring: "Monitoring"
        }
    }
}

/// A chapter.
package struct ChapterParameters: Parameters {
    package let chapter: GuideChapter

    package init(_ chapter: GuideChapter) { self.chapter = chapter }

    package static let parameters = ParameterForm.of(
        Self.init(_:), .path("name", \.chapter, .chapter, "Its name."))
}

/// An operation of the API.
package struct OperationParameters: Parameters {
    package let name: String

    package init(name: String) { self.name = name }

    package static let parameters = ParameterForm.of(
        Self.init(name:),
        .path("name", \.name, .segment(.pathNotFound), "Its name, as the description of the API has it."))
}

extension ParameterKind where Value == GuideChapter {
    /// The name of a chapter in a path.
    fileprivate static let chapter = ParameterKind(
        schema: .choice(GuideChapter.allCases.map(\.rawValue)), problem: .pathNotFound
    ) { (_, text) throws(Problem) in
        guard let chapter = GuideChapter(rawValue: text) else {
            throw Problem(.pathNotFound, "the guide has no chapter '\(text.prefix(64))'")
        }
        return chapter
    } write: {
        $0.rawValue
    }
}
