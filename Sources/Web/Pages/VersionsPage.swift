package import Contract
package import Events
import Manifest

/// The versions of an agent.
package struct VersionsPage: PageDocument {
    package let agent: AgentDetail
    package let list: VersionList
    package let position: Position?
    package let past: PastMoment?

    package init(agent: AgentDetail, list: VersionList, position: Position?, past: PastMoment? = nil) {
        self.agent = agent
        self.list = list
        self.position = position
        self.past = past
    }

    package func written(in setting: PageSetting) -> WrittenPage {
        let id = agent.summary.id
        return AgentFrame(agent: agent, tab: .versions, position: position, past: past).written(in: setting) { html in
            html.section("Versions") { html in
                html.table(["Version", "Published", "By", "Size", "Entry", "Manifest"]) { html in
                    for (index, version) in list.versions.enumerated() {
                        row(version, before: list.versions.dropFirst(index + 1).first, &html)
                    }
                }
                html.next(
                    list.pagination.nextCursor.map {
                        Link(
                            Endpoints.versionsPage,
                            VersionListParameters(id: id, cursor: $0, asOf: past?.asOf))
                    })
            }
        }
    }

    private func row(_ version: VersionPage, before: VersionPage?, _ html: inout HTML) {
        html.element(.tr) { html in
            html.element(.td) { html in
                html.element(.b) { html in
                    guard let number = SemVer(version.version) else { return html.text(version.version) }
                    html.link(
                        Link(
                            Endpoints.versionPage,
                            VersionParameters(id: agent.summary.id, version: number, asOf: past?.asOf)),
                        text: version.version)
                }
                if let hold = version.quarantine {
                    html.element(.span, .class("state bad"), text: "quarantined: \(hold.reason)")
                }
                if let yank = version.yank { html.element(.span, .class("state warn"), text: "yanked: \(yank.reason)") }
                if version.artifacts.contains(where: { $0.isRemoved == true }) {
                    html.element(.span, .class("state bad"), text: "removed")
                }
            }
            html.element(.td) { $0.day(version.published) }
            html.element(.td) { $0.publisher(version.publisher.username) }
            html.element(.td, text: Self.size(version.artifacts.reduce(0) { $0 + $1.sizeBytes }))
            html.element(.td, .class("small")) { $0.entry(version.position) }
            html.element(.td, .class("small")) { html in
                guard let before, past == nil,
                    let link = Link.comparison(of: agent.summary.id, before.version, version.version)
                else { return }
                html.link(link, text: "compare with \(before.version)")
            }
        }
    }

    /// A size in the units of people.
    static func size(_ bytes: Int64) -> String {
        switch bytes {
        case ..<1_000: "\(bytes) B"
        case ..<1_000_000: "\((bytes + 500) / 1_000) KB"
        default: "\(bytes / 1_000_000).\(bytes % 1_000_000 / 100_000) MB"
        }
    }
}
