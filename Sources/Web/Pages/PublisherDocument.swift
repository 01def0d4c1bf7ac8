package import Contract
package import Events

/// A publisher and their agents.
package struct PublisherDocument: PageDocument {
    package let publisher: PublisherPage
    package let statistics: PublisherStatisticsPage
    /// The points of their reputation.
    package let score: Int64
    package let position: Position?

    package init(publisher: PublisherPage, statistics: PublisherStatisticsPage, score: Int64, position: Position?) {
        self.publisher = publisher
        self.statistics = statistics
        self.score = score
        self.position = position
    }

    package func written(in setting: PageSetting) -> WrittenPage {
        let name = publisher.username
        var frame = Frame(
            title: publisher.displayName ?? name,
            canonical: Link(Endpoints.publisherPage, PublisherParameters(name: name)), section: .browse,
            position: position)
        frame.feed = Link(Endpoints.publisherFeed, PersonQuery(name: name))
        return frame.written(in: setting) { html in
            html.element(.header, .class("section stack")) { html in
                html.element(.h1) { $0.words(publisher.displayName ?? name) }
                html.element(.div, .class("row small quiet")) { html in
                    html.element(.code) { $0.words(name) }
                    html.element(.span) { html in
                        html.text(publisher.kind == "organization" ? "an organisation, here since " : "here since ")
                        html.day(publisher.created)
                    }
                    if let website = Link(outside: publisher.websiteURL) { html.link(website, text: website.text) }
                }
                if let bio = publisher.bio { html.paragraphs(bio) }
            }
            html.figures([
                (statistics.agents.grouped, statistics.agents == 1 ? "agent" : "agents"),
                (statistics.readers.grouped, "readers in all"), (statistics.downloads.grouped, "downloads in all"),
                (statistics.ratingHundredths == 0 ? "–" : statistics.ratingHundredths.oneDecimal, "average rating"),
                (score.grouped, score == 1 ? "point of reputation" : "points of reputation"),
            ])
            html.element(.p, .class("next")) { html in
                html.link(
                    Link(Endpoints.reputationPage, ReputationQuery(name: name)),
                    text: "Where the points come from, entry by entry")
            }
            html.section("Agents") { html in
                if publisher.agents.isEmpty { html.element(.p, .class("quiet"), text: "None that is listed.") }
                html.cards(publisher.agents.map { AgentHit($0) })
                html.next(
                    publisher.pagination.nextCursor.map {
                        Link(Endpoints.publisherPage, PublisherParameters(name: name, cursor: $0))
                    })
            }
        }
    }
}
