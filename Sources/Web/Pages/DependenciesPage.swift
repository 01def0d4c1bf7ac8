package import Contract
package import Events

/// What an agent needs, and who needs it.
package struct DependenciesPage: PageDocument {
    package let agent: AgentDetail
    package let dependents: DependentList
    package let position: Position?

    package init(agent: AgentDetail, dependents: DependentList, position: Position?) {
        self.agent = agent
        self.dependents = dependents
        self.position = position
    }

    package func written(in setting: PageSetting) -> WrittenPage {
        let id = agent.summary.id
        return AgentFrame(agent: agent, tab: .dependencies, position: position).written(in: setting) { html in
            html.section("What it needs") { html in
                guard !agent.dependencies.isEmpty else {
                    return html.element(.p, .class("quiet"), text: "No other agent.")
                }
                html.table(["Agent", "Versions", ""]) { html in
                    for dependency in agent.dependencies {
                        html.element(.tr) { html in
                            html.element(.td) { Self.agent(dependency.id, &$0) }
                            html.element(.td) { html in html.element(.code, text: dependency.range) }
                            html.element(.td, text: dependency.isPeer ? "beside it" : "")
                        }
                    }
                }
            }
            html.section("Who needs it") { html in
                guard !dependents.dependents.isEmpty else {
                    return html.element(.p, .class("quiet"), text: "No agent that is shown.")
                }
                html.table(["Agent", "Versions", "Leads to"]) { html in
                    for dependent in dependents.dependents {
                        html.element(.tr) { html in
                            html.element(.td) { html in
                                Self.agent(dependent.agentID, &html)
                                html.text(" \(dependent.version)")
                            }
                            html.element(.td) { html in html.element(.code, text: dependent.range) }
                            html.element(.td, text: dependent.resolved ?? "–")
                        }
                    }
                }
                html.next(
                    dependents.pagination.nextCursor.map {
                        Link(Endpoints.dependenciesPage, AgentPageParameters(id: id, cursor: $0))
                    })
            }
        }
    }

    /// Writes an agent's id, as a link where it can be one.
    private static func agent(_ id: String, _ html: inout HTML) {
        guard let key = AgentID(id)?.key else { return html.words(id) }
        html.link(Link(Endpoints.agentPage, AgentParameters(id: key)), text: id)
    }
}
