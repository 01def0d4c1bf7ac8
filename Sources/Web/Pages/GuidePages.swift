package import Contract
import Markdown

/// The guide: its parts, with their chapters.
package struct GuidePage: PageDocument {
    package init() {}

    static let link = Link(Endpoints.guidePage, NoParameters())

    package func written(in setting: PageSetting) -> WrittenPage {
        var frame = Frame(title: "Guide", canonical: Self.link, section: .guide)
        frame.summary = "How to publish, find, judge and run agents, and how to run a marketplace."
        return frame.written(in: setting) { html in
            html.element(.header, .class("section stack")) { html in
                html.element(.h1, text: "Guide")
                html.element(
                    .p, .class("lead"),
                    text:
                        "Every command in the chapters before the reference is run by a test, and what stands below it is what it printed."
                )
            }
            for part in GuideChapter.parts {
                html.section(part.title) { html in
                    html.element(.ul, .class("plain stack")) { html in
                        for chapter in part.chapters {
                            html.element(.li) { $0.link(ChapterPage.link(chapter), text: chapter.title) }
                        }
                    }
                }
            }
        }
    }
}

/// A chapter of the guide, as it stands in the project's documentation.
package struct ChapterPage: PageDocument {
    private let chapter: GuideChapter
    private let parts: [MarkdownEvent]

    /// All of them, read once.
    package static let all = Dictionary(
        uniqueKeysWithValues: GuideChapter.allCases.map { ($0, ChapterPage($0)) })

    private init(_ chapter: GuideChapter) {
        self.chapter = chapter
        parts = MarkdownReader.events(of: Self.source(of: chapter))
    }

    private static func source(of chapter: GuideChapter) -> [UInt8] {
        switch chapter {
        case .firstAgent: PackageResources.guide_first_agent_md
        case .versions: PackageResources.guide_versions_md
        case .listings: PackageResources.guide_listings_md
        case .names: PackageResources.guide_names_md
        case .roles: PackageResources.guide_roles_md
        case .judging: PackageResources.guide_judging_md
        case .past: PackageResources.guide_past_md
        case .log: PackageResources.guide_log_md
        case .running: PackageResources.guide_running_md
        case .clients: PackageResources.guide_clients_md
        case .catalogues: PackageResources.guide_catalogues_md
        case .api: PackageResources.guide_api_md
        case .errors: PackageResources.guide_errors_md
        case .search: PackageResources.guide_search_md
        case .packages: PackageResources.guide_packages_md
        case .limits: PackageResources.guide_limits_md
        case .mcp: PackageResources.guide_mcp_md
        case .kafka: PackageResources.guide_kafka_md
        case .moderation: PackageResources.guide_moderation_md
        case .operations: PackageResources.guide_operations_md
        case .monitoring: PackageResources.guide_monitoring_md
        }
    }

    /// What the names of headings begin with.
    private static let headings = "text-"

    /// Where a chapter is.
    static func link(_ chapter: GuideChapter) -> Link { Link(Endpoints.chapterPage, ChapterParameters(chapter)) }

    /// Where a file of the documentation is, by its address in another one.
    private static func document(_ address: String) -> Link? {
        if address == Endpoints.description.declaration.path { return Link(Endpoints.description, NoParameters()) }
        let parts = address.split(separator: "#", maxSplits: 1)
        guard let path = parts.first, path.hasSuffix(".md"), let name = path.split(separator: "/").last?.dropLast(3),
            let chapter = GuideChapter(rawValue: String(name))
        else { return nil }
        return parts.count > 1 ? link(chapter).at(headings + parts[1]) : link(chapter)
    }

    package func written(in setting: PageSetting) -> WrittenPage {
        var frame = Frame(title: chapter.title, canonical: Self.link(chapter), section: .guide)
        frame.summary = "\(chapter.title): a chapter of the guide."
        return frame.written(in: setting) { html in
            html.element(.p, .class("section small")) { $0.link(GuidePage.link, text: "Guide") }
            html.element(.article, .class("prose")) { html in
                var prose = Prose(
                    parts, prefix: Self.headings, below: 0, picture: { _ in nil }, document: Self.document)
                prose.write(&html)
            }
            switch chapter {
            case .errors: Self.problems(&html)
            case .api: Self.operations(&html)
            default: break
            }
            Self.neighbours(of: chapter, &html)
        }
    }

    /// Where one reads on.
    private static func neighbours(of chapter: GuideChapter, _ html: inout HTML) {
        let order = GuideChapter.parts.flatMap(\.chapters)
        guard let place = order.firstIndex(of: chapter) else { return }
        html.element(.nav, .class("section row"), .named(.ariaLabel, "Chapters")) { html in
            if place > 0 {
                html.element(.span) { html in
                    html.text("Before: ")
                    html.link(link(order[place - 1]), text: order[place - 1].title)
                }
            }
            if place + 1 < order.count {
                html.element(.span) { html in
                    html.text("Next: ")
                    html.link(link(order[place + 1]), text: order[place + 1].title)
                }
            }
        }
    }

    /// Every code of an error, with what to do.
    private static func problems(_ html: inout HTML) {
        html.section("All codes") { html in
            html.table(["Code", "Status", "What it means", "What to do", "Again"]) { html in
                for code in ProblemCode.allCases {
                    html.element(.tr, .named(.id, code.rawValue)) { html in
                        html.element(.td) { $0.element(.code, text: code.rawValue) }
                        html.element(.td, text: "\(code.status)")
                        html.element(.td, text: code.declaration.title)
                        html.element(.td, text: code.declaration.remedy)
                        html.element(.td, text: code.declaration.retry == .later ? "later" : "")
                    }
                }
            }
        }
    }

    /// Every operation, by what it is about.
    private static func operations(_ html: inout HTML) {
        html.section("Operations") { html in
            for group in OperationPage.groups {
                html.element(.h3, text: group.title)
                html.table(["Operation", "What it does"]) { html in
                    for endpoint in group.endpoints {
                        html.element(.tr) { html in
                            html.element(.td) { html in
                                html.link(OperationPage.link(endpoint)) { html in
                                    html.element(.code, text: "\(endpoint.method.rawValue) \(endpoint.path)")
                                }
                            }
                            html.element(.td, text: endpoint.summary)
                        }
                    }
                }
            }
        }
    }
}
