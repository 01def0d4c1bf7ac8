package import Contract
package import Events

/// The first page: what there is, and how one begins.
package struct FrontPage: PageDocument {
    package let figures: StatisticsPage
    package let trending: [AgentHit]
    package let popular: [AgentHit]
    package let new: [AgentHit]
    package let updated: [AgentHit]
    package let categories: [CountBody]
    package let position: Position?

    package init(
        figures: StatisticsPage, trending: [AgentHit], popular: [AgentHit], new: [AgentHit], updated: [AgentHit],
        categories: [CountBody], position: Position?
    ) {
        self.figures = figures
        self.trending = trending
        self.popular = popular
        self.new = new
        self.updated = updated
        self.categories = categories
        self.position = position
    }

    package func written(in setting: PageSetting) -> WrittenPage {
        var frame = Frame(canonical: Link(Endpoints.frontPage, TotalsQuery()), words: nil, position: position)
        frame.feed = Link(Endpoints.newAgentsFeed, TotalsQuery())
        return frame.written(in: setting) { html in
            html.element(.div, .class("hero")) { html in
                html.element(.h1, text: "Agents you can find, judge, run, and check for yourself.")
                html.element(
                    .p, .class("lead"),
                    text:
                        "Every publish, yank and review is an entry in a public log, and so are the numbers of downloads. Every list on this page can be recomputed from it."
                )
                SearchField(words: "", id: "look", placeholder: "Try kubernetes, browser automation, or a package name")
                    .write(&html)
            }
            figures(&html)
            list("Trending this week", trending, nil, &html)
            list("Popular", popular, .downloads, &html)
            list("New", new, nil, &html)
            list("Recently updated", updated, .recent, &html)
            if !categories.isEmpty {
                html.section("Categories") { html in
                    html.element(.ul, .class("chips")) { html in
                        for category in categories {
                            html.element(.li) { html in
                                html.category(category.value)
                                html.element(.span, .class("small quiet"), text: " \(category.count.grouped)")
                            }
                        }
                    }
                }
            }
            html.section(
                "Publish in three commands",
                (GuideChapter.firstAgent.title, ChapterPage.link(.firstAgent))
            ) { html in
                html.command("mentatctl register ada\nmentatctl agent new ada.hello\nmentatctl agent publish hello")
            }
        }
    }

    private func figures(_ html: inout HTML) {
        let figures: [(String, String)] = [
            // Counted now and then: before the first time nobody knows.
            (
                self.figures.counted == nil ? "–" : self.figures.agents.grouped,
                self.figures.agents == 1 ? "agent" : "agents"
            ),
            (self.figures.activePublishers.grouped, "active publishers, 30 days"),
            (self.figures.readers.grouped, "readers, 7 days"),
            (self.figures.rated == 0 ? "–" : self.figures.ratingHundredths.oneDecimal, "average rating"),
            (((position?.value ?? -1) + 1).grouped, "entries in the log"),
        ]
        html.figures(figures)
    }

    private func list(_ title: String, _ hits: [AgentHit], _ sort: AgentSort?, _ html: inout HTML) {
        guard !hits.isEmpty else { return }
        let more = sort.map { (text: "All of them", link: Link(Endpoints.searchPage, AgentQuery(sort: $0))) }
        html.section(title, more) { $0.cards(hits) }
    }
}
