package import Contract
package import Events

/// What happened to an agent, in words, each with its entry.
package struct AgentHistoryPage: PageDocument {
    package let agent: AgentDetail
    package let page: HistoryPage
    package let position: Position?

    package init(agent: AgentDetail, page: HistoryPage, position: Position?) {
        self.agent = agent
        self.page = page
        self.position = position
    }

    package func written(in setting: PageSetting) -> WrittenPage {
        AgentFrame(agent: agent, tab: .history, position: position).written(in: setting) { html in
            html.section("What happened") { html in
                html.element(.ol, .class("time")) { html in
                    for item in page.history { html.happening(item) }
                }
                html.next(
                    page.pagination.nextCursor.map {
                        Link(Endpoints.historyPage, AgentPageParameters(id: page.id, cursor: $0))
                    })
            }
        }
    }
}

extension HTML {
    /// Writes what happened to an agent, as an item of a list.
    mutating func happening(_ item: HistoryItem) {
        let event = EventCatalogue.payload(of: item.type).flatMap { try? $0.init(data: item.data.bytes) }
        let happening = EventWords(event, type: item.type)
        element(.li, .class(happening.gravity)) { html in
            html.day(item.time)
            html.element(.div) { html in
                html.text(happening.words)
                if let actor = item.actor {
                    html.text(", by ")
                    html.publisher(actor.username)
                }
                html.text(". ")
                if let note = item.note {
                    html.text("“")
                    html.words(note)
                    html.text("” ")
                }
                html.element(.span, .class("small")) { $0.entry(item.position) }
            }
        }
    }
}
