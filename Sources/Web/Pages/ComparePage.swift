package import Contract
package import Events
import Manifest

/// Two agents, or two versions of one, side by side.
package struct ComparePage: PageDocument {
    /// One side.
    package struct Side: Sendable {
        package let asked: Compared
        package let agent: AgentDetail
        package let version: VersionPage

        package init(asked: Compared, agent: AgentDetail, version: VersionPage) {
            self.asked = asked
            self.agent = agent
            self.version = version
        }
    }

    /// What two manifests of one agent differ in.
    package enum Manifests: Sendable {
        case differ(LineDiff)
        case tooLong
        /// They are one file.
        case same
        /// One of them is not served.
        case withheld
    }

    package let query: Comparison
    package let sides: [Side]
    package let manifests: Manifests?
    package let position: Position?

    /// - Parameters:
    ///   - sides: both, or none where not both are named.
    ///   - manifests: what the manifests of two versions differ in; nil for two agents.
    package init(query: Comparison, sides: [Side], manifests: Manifests?, position: Position?) {
        self.query = query
        self.sides = sides
        self.manifests = manifests
        self.position = position
    }

    private var isOfVersions: Bool { sides.count == 2 && sides[0].agent.summary.id == sides[1].agent.summary.id }

    package func written(in setting: PageSetting) -> WrittenPage {
        let names = sides.map { isOfVersions ? $0.version.version : $0.agent.summary.displayName }
        var frame = Frame(
            title: names.isEmpty ? "Compare" : "\(names[0]) and \(names[1])",
            canonical: Link(Endpoints.comparePage, Comparison(left: query.left, right: query.right)),
            section: .browse, position: position)
        frame.isIndexed = false
        return frame.written(in: setting) { html in
            html.section(
                isOfVersions ? "Two versions of \(sides[0].agent.summary.agentID)" : "Compare", isHeading: true
            ) { html in
                fields(&html)
                if sides.count == 2 { table(sides[0], sides[1], &html) }
            }
            if let manifests { difference(manifests, &html) }
        }
    }

    /// The form with which others are chosen.
    private func fields(_ html: inout HTML) {
        html.element(
            .form, .class("row compare"), .named(.ariaLabel, "Compare"),
            .action(Link(Endpoints.comparePage, Comparison()))
        ) { html in
            for (name, label, side) in [("a", "Agent", query.left), ("b", "beside", query.right)] {
                html.element(.label) { html in
                    html.text("\(label) ")
                    html.void(
                        .input, .named(.type, "text"), .named(.name, name), .named(.placeholder, "ID or ID@VERSION"),
                        .named(.value, side.map { $0.id.description + ($0.version.map { "@\($0)" } ?? "") } ?? ""),
                        .named(.maxlength, "300"), .named(.spellcheck, "false"), .named(.autocomplete, "off"))
                }
            }
            html.element(.button, .named(.type, "submit"), text: "Compare")
        }
    }

    private struct Row {
        let name: String
        let write: (Side, inout HTML) -> Void
        /// What is compared; nil for what differs anyway.
        let value: ((Side) -> String)?
    }

    private func table(_ left: Side, _ right: Side, _ html: inout HTML) {
        func text(_ name: String, _ value: @escaping (Side) -> String) -> Row {
            Row(name: name, write: { $1.words(value($0)) }, value: value)
        }
        var rows: [Row] = [
            Row(
                name: "Version",
                write: { side, html in
                    guard let number = SemVer(side.version.version) else { return }
                    html.link(
                        Link(
                            Endpoints.versionPage,
                            VersionParameters(id: side.agent.summary.id, version: number)), text: side.version.version)
                }, value: nil),
            Row(name: "Published", write: { $1.day($0.version.published) }, value: nil),
            Row(
                name: "Published by", write: { $1.publisher($0.version.publisher.username) },
                value: { $0.version.publisher.username }),
            text("State") { side in
                let states = [
                    side.version.quarantine.map { "quarantined: \($0.reason)" },
                    side.version.yank.map { "yanked: \($0.reason)" },
                    side.agent.summary.isDeprecated ? "deprecated" : nil,
                ]
                let known = states.compactMap(\.self)
                return known.isEmpty ? "as usual" : known.joined(separator: "; ")
            },
            text("Licence") { $0.version.license ?? "–" }, text("Runtime") { $0.version.runtime ?? "–" },
            text("Needs MentatLab") { $0.version.minimumMentatVersion ?? "–" },
            text("Size") { VersionsPage.size($0.version.artifacts.reduce(0) { $0 + $1.sizeBytes }) },
        ]
        if !isOfVersions {
            rows += [
                text("Readers") { $0.agent.summary.downloads.grouped },
                text("Stars") { $0.agent.summary.stars.grouped },
                Row(
                    name: "Rating", write: { $1.stars($0.agent.summary.ratingHundredths, $0.agent.summary.ratings) },
                    value: nil),
                text("Categories") { $0.agent.summary.categories.joined(separator: ", ") },
                Row(name: "Last published", write: { $1.day($0.agent.summary.updated) }, value: nil),
            ]
        }
        html.table(["", Self.title(left, isOfVersions), Self.title(right, isOfVersions)]) { html in
            if !isOfVersions {
                html.element(.tr) { html in
                    html.element(.th, .named(.scope, "row"), text: "Agent")
                    for side in [left, right] {
                        html.element(.td) { html in
                            html.link(
                                Link(Endpoints.agentPage, AgentParameters(id: side.agent.summary.id))
                            ) { $0.words(side.agent.summary.agentID) }
                        }
                    }
                }
            }
            for row in rows {
                let differs = row.value.map { $0(left) != $0(right) } ?? false
                html.element(.tr, differs ? .class("differs") : nil) { html in
                    html.element(.th, .named(.scope, "row"), text: row.name)
                    for side in [left, right] { html.element(.td) { row.write(side, &$0) } }
                }
            }
            marks("Asks for", left.version.capabilities, right.version.capabilities, &html)
            marks(
                "Needs", left.version.dependencies.map { "\($0.id) \($0.range)" },
                right.version.dependencies.map { "\($0.id) \($0.range)" }, &html)
        }
    }

    private static func title(_ side: Side, _ isOfVersions: Bool) -> String {
        isOfVersions ? side.version.version : side.agent.summary.displayName
    }

    /// A row for each thing that one of both has.
    private func marks(_ name: String, _ left: [String], _ right: [String], _ html: inout HTML) {
        let all = left + right.filter { !left.contains($0) }
        for item in all {
            let (isLeft, isRight) = (left.contains(item), right.contains(item))
            html.element(.tr, isLeft != isRight ? .class("differs") : nil) { html in
                html.element(.th, .named(.scope, "row")) { html in
                    html.text("\(name) ")
                    html.element(.code) { $0.words(item) }
                }
                for isThere in [isLeft, isRight] { html.element(.td, text: isThere ? "yes" : "no") }
            }
        }
    }

    private func difference(_ manifests: Manifests, _ html: inout HTML) {
        html.section("Manifests") { html in
            switch manifests {
            case .withheld: html.element(.p, .class("quiet"), text: "One of them is not served.")
            case .tooLong: html.element(.p, .class("quiet"), text: "They differ in too much to be shown line by line.")
            case .same: html.element(.p, .class("quiet"), text: "They are the same, byte by byte.")
            case .differ(let difference) where difference.isEmpty:
                html.element(.p, .class("quiet"), text: "They have the same lines.")
            case .differ(let difference):
                html.element(.pre, .class("shell diff"), .named(.tabindex, "0")) { html in
                    for line in difference.lines {
                        switch line {
                        case nil: html.text("⋯\n")
                        case (.kept, let text)?: html.text("  \(text)\n")
                        case (.removed, let text)?: html.element(.del, text: "- \(text)\n")
                        case (.added, let text)?: html.element(.ins, text: "+ \(text)\n")
                        }
                    }
                }
            }
        }
    }
}
