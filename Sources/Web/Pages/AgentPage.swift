package import Contract
package import Events
import Manifest

/// An agent: what it is, what it asks for, how many read it.
package struct AgentPage: PageDocument {
    /// What is said of an agent besides what its shown version and those below it say.
    package struct Surroundings: Sendable {
        /// The highest versions, from high to low.
        package let highest: [VersionPage]
        /// Who read each version in the days of the charts, the most read ones first.
        package let readers: [VersionDownloads]
        /// What clients of the Model Context Protocol are told; nil for what is none of their servers.
        package let server: ServerBody?
        /// What happened to it last, the last first.
        package let happenings: [HistoryItem]

        package init(
            highest: [VersionPage], readers: [VersionDownloads], server: ServerBody?, happenings: [HistoryItem]
        ) {
            self.highest = highest
            self.readers = readers
            self.server = server
            self.happenings = happenings
        }
    }

    package let agent: AgentDetail
    package let charts: [Chart]
    /// The shown version, and those below it; empty where none is shown.
    package let shown: VersionList
    /// What stands around it at present; nil for the past.
    package let surroundings: Surroundings?
    package let position: Position?
    package let past: PastMoment?

    package init(
        agent: AgentDetail, charts: [Chart], shown: VersionList, surroundings: Surroundings?, position: Position?,
        past: PastMoment? = nil
    ) {
        self.agent = agent
        self.charts = charts
        self.shown = shown
        self.surroundings = surroundings
        self.position = position
        self.past = past
    }

    /// The days of its charts.
    package static let days = ChartDays.quarter

    /// How many versions are looked at.
    package static let versions: Int64 = 20

    /// How much of what happened is said here; its history says it all.
    package static let happenings = 5

    package func written(in setting: PageSetting) -> WrittenPage {
        AgentFrame(agent: agent, tab: .overview, position: position, past: past).written(in: setting) { html in
            if let description = agent.description, description != agent.summary.summary {
                html.section("Description") { $0.paragraphs(description) }
            }
            html.element(.div, .class("charts")) { html in
                for chart in charts { chart.write(&html) }
            }
            asks(&html)
            if let surroundings { happened(surroundings.happenings, &html) }
            pins("Inputs", agent.inputs, &html)
            pins("Outputs", agent.outputs, &html)
        } side: { html in
            guard let surroundings else { return }
            otherWays(surroundings, &html)
            news(shown.versions, &html)
            avoided(surroundings, &html)
            readers(surroundings.readers, &html)
            badge(&html)
        }
    }

    /// What a publisher puts into a page of their own.
    private func badge(_ html: inout HTML) {
        let id = agent.summary.id
        let picture = Endpoints.badge.target(BadgeParameters(id: id, kind: .version))
        let page = PageForm.html.address(of: Endpoints.agentPage.target(AgentParameters(id: id)))
        html.element(.section) { html in
            html.element(.details) { html in
                html.element(.summary, text: "Badge for a README")
                html.command(
                    "[![\(agent.summary.agentID)](\(html.setting.origin)\(picture))](\(html.setting.origin)\(page))")
            }
        }
    }

    /// The version that it is compared with: the highest release below it that is not withheld, and a pre-release where that is
    /// what it is itself, or where there is no release.
    private static func before(_ versions: [VersionPage]) -> VersionPage? {
        guard let shown = versions.first else { return nil }
        let others = versions.dropFirst().filter { !$0.isYanked && $0.quarantine == nil }
        func isRelease(_ version: VersionPage) -> Bool { SemVer(version.version)?.prerelease.isEmpty ?? false }
        return (isRelease(shown) ? others.first(where: isRelease) : nil) ?? others.first
    }

    /// Writes how it is run without mentatctl, unless nobody should: a client of MCP asks nobody here.
    private func otherWays(_ surroundings: Surroundings, _ html: inout HTML) {
        guard agent.quarantine == nil, agent.summary.latestVersion != nil else { return }
        if let settings = surroundings.server.flatMap(ClientSettings.init) {
            html.element(.section) { html in
                html.element(.h2, text: "For an MCP client")
                html.command(settings.text)
            }
        }
        if let version = shown.versions.first, let artifact = version.installedFile {
            html.element(.section) { html in
                html.element(.details) { html in
                    html.element(.summary, text: "Without mentatctl")
                    html.download(agent.summary.id, version, artifact)
                }
            }
        }
    }

    /// What the shown version asks for that the one before it did not.
    private func news(_ versions: [VersionPage], _ html: inout HTML) {
        guard let version = versions.first, let before = Self.before(versions) else { return }
        let new = version.capabilities.filter { !before.capabilities.contains($0) }
        guard !new.isEmpty else { return }
        html.element(.section) { html in
            html.element(.h2, text: "Newly asks for, since \(before.version)")
            html.capabilities(new)
            if let link = Link.comparison(of: agent.summary.id, before.version, version.version) {
                html.element(.p, .class("small")) { html in
                    html.link(link, text: "What else is new")
                }
            }
        }
    }

    /// Versions that should not be used, with how many read them.
    private func avoided(_ surroundings: Surroundings, _ html: inout HTML) {
        let bad = surroundings.highest.filter { $0.isYanked || $0.quarantine != nil }.prefix(6)
        guard !bad.isEmpty else { return }
        let readers = Dictionary(surroundings.readers.map { ($0.version, $0.readers) }) { first, _ in first }
        html.element(.section) { html in
            html.element(.h2, text: "Versions to avoid")
            html.element(.ul, .class("plain")) { html in
                for version in bad {
                    html.element(.li) { html in
                        if let number = SemVer(version.version) {
                            html.link(
                                Link(Endpoints.versionPage, VersionParameters(id: agent.summary.id, version: number)),
                                text: version.version)
                        }
                        html.text(version.quarantine.map { " quarantined: \($0.reason)" } ?? " yanked")
                        html.text(", \((readers[version.version] ?? 0).counted("reader", "readers")) in 90 days")
                    }
                }
            }
        }
    }

    private func readers(_ readers: [VersionDownloads], _ html: inout HTML) {
        let most = readers.prefix(6)
        guard most.count > 1 else { return }
        html.element(.section) { html in
            html.element(.h2, text: "Readers by version, 90 days")
            html.facts(most.map { row in (row.version, { $0.text(row.readers.grouped) }) })
        }
    }

    private func happened(_ happenings: [HistoryItem], _ html: inout HTML) {
        guard !happenings.isEmpty else { return }
        let history = Link(Endpoints.historyPage, AgentPageParameters(id: agent.summary.id))
        html.section("What happened", ("All of its history", history)) { html in
            html.element(.ol, .class("time")) { html in
                for item in happenings { html.happening(item) }
            }
        }
    }

    private func asks(_ html: inout HTML) {
        html.section("What it asks for") { html in
            guard !agent.capabilities.isEmpty else {
                return html.capabilities(agent.capabilities)
            }
            html.table(["Capability", "Since"]) { html in
                for capability in agent.capabilities {
                    html.element(.tr) { html in
                        html.element(.td) { html in html.element(.code) { $0.words(capability) } }
                        html.element(.td) { since(capability, shown, &$0) }
                    }
                }
            }
        }
    }

    /// Since which version each one up to the shown one has asked for it.
    private func since(_ capability: String, _ list: VersionList, _ html: inout HTML) {
        let asking = list.versions.prefix { $0.capabilities.contains(capability) }
        guard let first = asking.last else { return html.text("–") }
        // There may be older ones than were read.
        let isOldest = asking.count == list.versions.count && list.pagination.nextCursor != nil
        html.text("\(isOldest ? "before " : "")\(first.version), ")
        html.day(first.published)
    }

    private func pins(_ title: String, _ pins: [PinBody], _ html: inout HTML) {
        guard !pins.isEmpty else { return }
        html.section(title) { html in
            html.table(["Name", "Type", "What it is for"]) { html in
                for pin in pins {
                    html.element(.tr) { html in
                        html.element(.td) { html in html.element(.code) { $0.words(pin.name) } }
                        html.element(.td) { $0.words(pin.type) }
                        html.element(.td) { $0.words(pin.description ?? "") }
                    }
                }
            }
        }
    }
}
