package import Contract
package import Events

/// A publisher's reputation: the points by each rule, and the entry since which each of them counts.
package struct ReputationDocument: PageDocument {
    package let reputation: ReputationPage
    package let query: ReputationQuery
    package let position: Position?
    package let past: PastMoment?

    package init(
        reputation: ReputationPage, query: ReputationQuery, position: Position?, past: PastMoment? = nil
    ) {
        self.reputation = reputation
        self.query = query
        self.position = position
        self.past = past
    }

    private static let rules = [
        "verified": "who they are was proved", "downloads": "readers of an agent, a point for 100, at most 50",
        "rating": "an agent rated 4 or more: 20, from 3 on: 10", "verified-agent": "an agent was verified",
        "wasm": "an agent with a WebAssembly module", "review": "a review that more than 5 people found helpful",
        "hold": "moderators hold what they published", "removal": "a file of theirs was removed",
    ]

    package func written(in setting: PageSetting) -> WrittenPage {
        let name = reputation.publisher.username
        func link(_ cursor: String?, asOf: AsOf?) -> Link {
            Link(Endpoints.reputationPage, ReputationQuery(name: name, cursor: cursor, asOf: asOf))
        }
        var frame = Frame(
            title: "\(name), reputation", canonical: link(nil, asOf: nil), section: .browse, position: position)
        frame.past = past.map { ($0.position, link(nil, asOf: nil)) }
        return frame.written(in: setting) { html in
            html.element(.header, .class("section stack")) { html in
                html.element(.h1) { html in
                    html.text("Reputation of ")
                    html.publisher(name)
                }
                html.element(.p, .class("lead")) { html in
                    html.element(.b, text: reputation.score.counted("point", "points"))
                    html.text(
                        ", by version \(reputation.formula) of the rules. Anybody comes to the same from the log.")
                }
            }
            html.section("By rule") { html in
                html.table(["Rule", "For how many", "Points"]) { html in
                    for rule in reputation.rules {
                        html.element(.tr) { html in
                            html.element(.td, text: Self.rules[rule.rule] ?? rule.rule)
                            html.element(.td, text: rule.items.grouped)
                            html.element(.td, text: rule.points.grouped)
                        }
                    }
                }
            }
            html.section("Where the points come from") { html in
                if reputation.points.isEmpty {
                    html.element(.p, .class("quiet"), text: "There are none yet.")
                } else {
                    html.table(["For", "Agent", "Points", "Since"]) { html in
                        for points in reputation.points { row(points, &html) }
                    }
                }
                html.next(reputation.pagination.nextCursor.map { link($0, asOf: past?.asOf) })
            }
        }
    }

    private func row(_ points: PointsBody, _ html: inout HTML) {
        html.element(.tr) { html in
            html.element(.td, text: Self.rules[points.rule] ?? points.rule)
            html.element(.td) { html in
                html.link(
                    Link(Endpoints.agentPage, AgentParameters(id: points.agent, asOf: past?.asOf)),
                    text: points.agent.description)
                if let version = points.version { html.text(" \(version)") }
            }
            html.element(.td, text: points.points.grouped)
            html.element(.td, .class("small")) { $0.entry(points.position) }
        }
    }
}
