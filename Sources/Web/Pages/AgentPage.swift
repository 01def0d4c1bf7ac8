package import Contract
package import Events

/// An agent: what it is, what it asks for, how many read it.
package struct AgentPage: Sendable {
    package let agent: AgentDetail
    package let days: [DayDownloads]
    /// The last day of the chart.
    package let today: Day
    package let position: Position?
    package let past: PastMoment?

    package init(agent: AgentDetail, days: [DayDownloads], today: Day, position: Position?, past: PastMoment? = nil) {
        self.agent = agent
        self.days = days
        self.today = today
        self.position = position
        self.past = past
    }

    /// The days of the chart.
    package static let days: Int64 = 90

    /// The document.
    package var document: [UInt8] {
        AgentFrame(agent: agent, tab: .overview, position: position, past: past).document { html in
            if let description = agent.description, description != agent.summary.summary {
                html.section("Description") { html in
                    html.element(.div, .class("prose")) { html in
                        for paragraph in description.split(separator: "\n\n") {
                            html.element(.p) { $0.words(String(paragraph)) }
                        }
                    }
                }
            }
            let first = today.adding(days: 1 - Self.days)
            DayChart(
                title: "Readers a day", first: first, last: today,
                values: Dictionary(days.compactMap { day in Day(day.day).map { ($0, day.readers) } }) { $1 }
            ).write(&html)
            asks(&html)
            pins("Inputs", agent.inputs, &html)
            pins("Outputs", agent.outputs, &html)
        }
    }

    private func asks(_ html: inout HTML) {
        html.section("What it asks for") { html in
            guard !agent.capabilities.isEmpty else {
                return html.element(.p, .class("quiet"), text: "Its manifest names no capability.")
            }
            html.element(.ul, .class("plain")) { html in
                for capability in agent.capabilities {
                    html.element(.li) { html in html.element(.code) { $0.words(capability) } }
                }
            }
        }
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
