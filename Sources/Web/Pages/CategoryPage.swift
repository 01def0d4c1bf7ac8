package import Contract
package import Events

/// A category: what is in it, the most read and the last published first.
package struct CategoryPage: PageDocument {
    package let name: String
    package let total: Int64
    package let trending: [AgentHit]
    package let popular: [AgentHit]
    package let updated: [AgentHit]
    package let position: Position?

    package init(
        name: String, total: Int64, trending: [AgentHit], popular: [AgentHit], updated: [AgentHit], position: Position?
    ) {
        self.name = name
        self.total = total
        self.trending = trending
        self.popular = popular
        self.updated = updated
        self.position = position
    }

    package func written(in setting: PageSetting) -> WrittenPage {
        var frame = Frame(
            title: name, canonical: Link(Endpoints.categoryPage, CategoryParameters(name: name)), section: .browse,
            position: position)
        frame.feed = Link(Endpoints.categoryFeed, CategoryParameters(name: name))
        frame.summary = "\(total.counted("agent", "agents")) of the category \(name)."
        return frame.written(in: setting) { html in
            html.element(.header, .class("section")) { html in
                html.element(.h1) { $0.words(name) }
                html.element(.p, .class("row")) { html in
                    html.element(.span, .class("quiet"), text: total.counted("agent", "agents"))
                    html.link(
                        Link(Endpoints.searchPage, AgentQuery(category: name, sort: .downloads)),
                        text: "All of them, with filters")
                }
            }
            for (title, hits) in [
                ("Trending this week", trending), ("Popular", popular), ("Recently updated", updated),
            ] where !hits.isEmpty {
                html.section(title) { $0.cards(hits) }
            }
        }
    }
}
