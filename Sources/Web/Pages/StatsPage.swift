package import Contract
package import Events

/// What the marketplace comes to: figures, charts, and who comes first.
package struct StatsPage: PageDocument {
    /// What has no past, since it is counted now and then.
    package struct Present: Sendable {
        package let figures: StatisticsPage
        /// The most read agents, with their readers of as many days before.
        package let top: [(agent: PopularLine, before: Int64)]
        /// Of how many days they are.
        package let topDays: Int64
        package let trending: [AgentHit]
        package let new: [AgentHit]
        package let updated: [AgentHit]

        package init(
            figures: StatisticsPage, top: [(agent: PopularLine, before: Int64)], topDays: Int64,
            trending: [AgentHit], new: [AgentHit], updated: [AgentHit]
        ) {
            self.figures = figures
            self.top = top
            self.topDays = topDays
            self.trending = trending
            self.new = new
            self.updated = updated
        }
    }

    package let query: StatsQuery
    package let charts: [Chart]
    /// Nil for the past.
    package let present: Present?
    package let position: Position?
    package let past: PastMoment?

    package init(
        query: StatsQuery, charts: [Chart], present: Present?, position: Position?, past: PastMoment? = nil
    ) {
        self.query = query
        self.charts = charts
        self.present = present
        self.position = position
        self.past = past
    }

    package func written(in setting: PageSetting) -> WrittenPage {
        var frame = Frame(title: "Stats", canonical: link(query.days, asOf: nil), section: .stats, position: position)
        frame.feed = Link(Endpoints.newAgentsFeed, TotalsQuery())
        frame.summary = "Readers, downloads, publishing and categories of all agents, as charts and tables."
        frame.past = past.map { ($0.position, link(query.days, asOf: nil)) }
        return frame.written(in: setting) { html in
            html.element(.header, .class("section row")) { html in
                html.element(.h1, text: "Stats")
                html.element(.nav, .class("row"), .named(.ariaLabel, "Days")) { html in
                    for days in ChartDays.allCases {
                        html.link(
                            link(days, asOf: past?.asOf),
                            days == query.days ? .named(.ariaCurrent, "page") : nil,
                            text: days.words)
                    }
                }
            }
            if let present {
                figures(present.figures, &html)
            } else {
                html.element(
                    .p, .class("note"),
                    text:
                        "These are the days that were over then, with what was told late of them. How many agents there are, by category and licence, and which are popular is counted now and then and has no past."
                )
            }
            html.element(.div, .class("section charts")) { html in
                for chart in charts { chart.write(&html) }
            }
            guard let present else { return }
            top(present, &html)
            for (title, hits) in [
                ("Trending this week", present.trending), ("New", present.new), ("Recently updated", present.updated),
            ] where !hits.isEmpty {
                html.section(title) { $0.cards(hits) }
            }
        }
    }

    private func link(_ days: ChartDays, asOf: AsOf?) -> Link {
        Link(Endpoints.statsPage, StatsQuery(days: days, asOf: asOf))
    }

    private func figures(_ figures: StatisticsPage, _ html: inout HTML) {
        let most = figures.isAtMost ? "at most, " : ""
        html.figures([
            // Counted now and then: before the first time nobody knows.
            (figures.counted == nil ? "–" : figures.agents.grouped, figures.agents == 1 ? "agent" : "agents"),
            (figures.activePublishers.grouped, "active publishers, 30 days"),
            (figures.downloads.grouped, "downloads, 7 days"),
            (figures.readers.grouped, "readers, \(most)7 days"),
            (
                figures.rated == 0 ? "–" : figures.ratingHundredths.oneDecimal,
                "average rating, \(figures.rated.counted("rated agent", "rated agents"))"
            ),
        ])
    }

    private func top(_ present: Present, _ html: inout HTML) {
        guard !present.top.isEmpty else { return }
        html.section("Top agents") { html in
            html.table([
                "Agent", "Readers, \(present.topDays) days, today so far",
                "Against the \(present.topDays) days before", "Rating",
            ]) { html in
                for (line, before) in present.top {
                    html.element(.tr) { html in
                        html.element(.td) { html in
                            if let id = AgentID(line.agent.id)?.key {
                                html.link(Link(Endpoints.agentPage, AgentParameters(id: id))) {
                                    $0.words(line.agent.displayName)
                                }
                            }
                            html.element(.span, .class("small quiet"), text: " \(line.agent.agentID)")
                        }
                        html.element(.td, text: line.readers.grouped)
                        html.element(.td, text: Self.change(from: before, to: line.readers))
                        html.element(.td) { $0.stars(line.agent.ratingHundredths, line.agent.ratings) }
                    }
                }
            }
        }
    }

    /// How much more or less there is, in percent.
    static func change(from before: Int64, to now: Int64) -> String {
        guard before > 0 else { return now > 0 ? "new" : "–" }
        let (hundredfold, overflow) = (now - before).multipliedReportingOverflow(by: 100)
        guard !overflow else { return "–" }
        // Rounded to the nearest, away from zero in the middle.
        let percent = (hundredfold + (hundredfold < 0 ? -before : before) / 2) / before
        return percent > 0 ? "+\(percent.grouped) %" : "\(percent.grouped) %"
    }
}
