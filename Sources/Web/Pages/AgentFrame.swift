import Contract
import Events
import Manifest

/// The head of an agent's pages, with the tabs that lead from one to the other, and its sidebar.
struct AgentFrame {
    /// The pages of an agent.
    enum Tab: CaseIterable {
        case overview, documentation, versions, reviews, dependencies, history

        fileprivate var title: String {
            switch self {
            case .overview: "Overview"
            case .documentation: "Documentation"
            case .versions: "Versions"
            case .reviews: "Reviews"
            case .dependencies: "Dependencies"
            case .history: "History"
            }
        }

        /// True for one that can also show the past.
        fileprivate var keepsPast: Bool { self == .overview || self == .versions }

        func link(_ id: AgentKey, asOf: AsOf? = nil) -> Link {
            switch self {
            case .overview: Link(Endpoints.agentPage, AgentParameters(id: id, asOf: asOf))
            case .documentation: Link(Endpoints.documentationPage, VersionQuery(id: id))
            case .versions: Link(Endpoints.versionsPage, VersionListParameters(id: id, asOf: asOf))
            case .reviews: Link(Endpoints.reviewsPage, ReviewQuery(id: id))
            case .dependencies: Link(Endpoints.dependenciesPage, AgentPageParameters(id: id))
            case .history: Link(Endpoints.historyPage, AgentPageParameters(id: id))
            }
        }
    }

    let agent: AgentDetail
    let tab: Tab
    /// The version that the page is about; nil for the agent as a whole.
    var version: String?
    /// False for a version that nobody gets; what is held as a whole is never offered.
    var isServed = true
    let position: Position?
    /// The moment of the past that the page is about; nil for the present.
    var past: PastMoment?

    private var summary: AgentSummary { agent.summary }

    private var canonical: Link {
        guard let number = version.flatMap({ SemVer($0) }) else { return tab.link(summary.id) }
        return tab == .documentation
            ? Link(Endpoints.documentationPage, VersionQuery(id: summary.id, version: number))
            : Link(Endpoints.versionPage, VersionParameters(id: summary.id, version: number))
    }

    /// What of the agent the page is, in words.
    private var part: String {
        let title = tab.title.lowercased()
        guard let version else { return title }
        return tab == .documentation ? "\(title) of \(version)" : version
    }

    /// The whole page.
    ///
    /// - Parameter more: what stands beside it besides what is there on each page.
    func written(
        in setting: PageSetting, _ content: (inout HTML) -> Void, side more: (inout HTML) -> Void = { _ in }
    ) -> WrittenPage {
        let name = summary.displayName
        var frame = Frame(
            title: tab == .overview ? name : "\(name), \(part)",
            canonical: canonical, section: .browse, position: position)
        if !summary.summary.isEmpty { frame.summary = summary.summary }
        frame.feed = Link(Endpoints.agentFeed, AgentParameters.Present(id: summary.id))
        frame.isIndexed = !summary.isQuarantined && agent.isListed
        frame.past = past.map { ($0.position, canonical) }
        return frame.written(in: setting) { html in
            head(&html)
            tabs(&html)
            html.element(.div, .class("split right")) { html in
                html.element(.div, .class("stack"), content: content)
                html.element(.aside, .class("side"), .named(.ariaLabel, "About this agent")) { html in
                    install(&html)
                    more(&html)
                    side(&html)
                }
            }
        }
    }

    private func head(_ html: inout HTML) {
        html.element(.header, .class("section stack")) { html in
            html.element(.div, .class("row")) { html in
                html.element(.h1) { $0.words(summary.displayName) }
                html.states(summary)
            }
            html.element(.div, .class("row small quiet")) { html in
                html.element(.code, text: summary.agentID)
                if let version = summary.latestVersion { html.element(.span, text: "v\(version)") }
                html.element(.span) { html in
                    html.text("last published ")
                    html.day(summary.updated)
                }
                html.element(.span) { html in
                    html.text("by ")
                    html.publisher(summary.publisher.username)
                }
                html.stars(summary.ratingHundredths, summary.ratings)
            }
            if !summary.summary.isEmpty { html.element(.p, .class("lead")) { $0.words(summary.summary) } }
            warnings(&html)
        }
    }

    /// What somebody should read before they install it.
    private func warnings(_ html: inout HTML) {
        if let hold = agent.quarantine { html.withheld("Moderators hold all its versions", hold, gravity: "bad") }
        if let deprecation = agent.deprecation {
            html.element(.p, .class("note warn")) { html in
                html.text("It is not recommended any more, since ")
                html.day(deprecation.since)
                html.text(". ")
                if let replacement = deprecation.replacement.flatMap({ AgentID($0)?.key }) {
                    html.text("Use ")
                    html.link(Tab.overview.link(replacement, asOf: past?.asOf), text: replacement.description)
                    html.text(" in its place. ")
                }
                if let note = deprecation.note { html.words(note) }
            }
        }
        if summary.isYanked, agent.quarantine == nil {
            html.element(.p, .class("note warn"), text: "All its versions are yanked or held: nothing resolves to it.")
        }
        if let changed = agent.ownersChanged, past == nil {
            html.element(.p, .class("note")) { html in
                html.text("Somebody got or lost a role on it on ")
                html.day(changed)
                html.text(".")
            }
        }
    }

    private func tabs(_ html: inout HTML) {
        html.element(.nav, .class("tabs"), .named(.ariaLabel, "Pages of this agent")) { html in
            for tab in Tab.allCases where past == nil || tab.keepsPast {
                let link = tab.link(summary.id, asOf: past?.asOf)
                html.link(link, tab == self.tab ? .named(.ariaCurrent, "page") : nil) { html in
                    html.text(tab.title)
                    if tab == .reviews, summary.ratings > 0 {
                        html.element(.span, .class("quiet"), text: " \(summary.ratings.grouped)")
                    }
                }
            }
        }
    }

    /// Writes how it is installed, unless nobody gets it.
    private func install(_ html: inout HTML) {
        guard isServed, agent.quarantine == nil, summary.latestVersion != nil || past != nil || version != nil else {
            return
        }
        html.element(.section) { html in
            html.element(.h2, text: "Install")
            html.command(
                "mentatctl agent install \(summary.agentID)" + (version.map { "@\($0)" } ?? "")
                    + (past.map { " --as-of \($0.position)" } ?? ""))
        }
    }

    private func side(_ html: inout HTML) {
        html.element(.section) { html in
            html.element(.h2, text: "Facts")
            let source = Link(outside: agent.sourceURL)
            html.facts([
                ("Publisher", { $0.publisher(summary.publisher.username) }),
                ("Licence", agent.license.map { license in { $0.text(license) } }),
                ("Runtime", agent.runtime.map { runtime in { $0.text(runtime) } }),
                ("Author", agent.author.map { author in { $0.words(author) } }),
                ("Source", source.map { source in { $0.link(source, text: source.text) } }),
                ("Image", agent.image.map { image in { html in html.element(.code) { $0.words(image) } } }),
                ("Readers", { $0.text(summary.downloads.grouped) }),
                ("Stars", { $0.text(summary.stars.grouped) }),
                ("Registered", { $0.day(summary.created) }),
            ])
        }
        if !agent.tags.isEmpty || !summary.categories.isEmpty {
            html.element(.section) { html in
                html.element(.h2, text: "Topics")
                html.element(.div, .class("row")) { html in
                    for category in summary.categories { html.category(category) }
                    for tag in agent.tags {
                        html.link(Link(Endpoints.searchPage, AgentQuery(words: tag)), .class("chip")) { $0.words(tag) }
                    }
                }
            }
        }
        if past == nil {
            html.element(.section) { html in
                html.link(
                    Link(Endpoints.comparePage, Comparison(left: Compared(id: summary.id))),
                    text: "Compare it with another agent")
            }
        }
        html.element(.section) { html in
            html.element(.h2, text: "Something wrong?")
            html.element(.p, .class("small quiet"), text: "Tell the moderators, who see it and nobody else does:")
            html.command("mentatctl agent flag \(summary.agentID) --reason malware")
        }
    }
}
