package import Contract
package import Events
import Manifest

/// What people say of an agent.
package struct ReviewsPage: PageDocument {
    package let agent: AgentDetail
    package let query: ReviewQuery
    package let list: ReviewList
    package let position: Position?

    package init(agent: AgentDetail, query: ReviewQuery, list: ReviewList, position: Position?) {
        self.agent = agent
        self.query = query
        self.list = list
        self.position = position
    }

    package func written(in setting: PageSetting) -> WrittenPage {
        let id = agent.summary.id
        return AgentFrame(agent: agent, tab: .reviews, position: position).written(in: setting) { html in
            html.section("Reviews") { html in
                guard list.ratings > 0 else {
                    html.element(
                        .p, .class("quiet"), text: "Nobody has reviewed it yet. Whoever has an account may:")
                    return html.command("mentatctl agent review \(agent.summary.agentID) --rating 4")
                }
                histogram(&html)
                html.element(.nav, .class("row small"), .named(.ariaLabel, "Order")) { html in
                    for (sort, name) in [
                        (ReviewSort.recent, "Latest"), (.helpful, "Most helpful"), (.rating, "By rating"),
                    ] {
                        html.link(
                            Link(Endpoints.reviewsPage, ReviewQuery(id: id, sort: sort, version: query.version)),
                            sort == query.sort ? .named(.ariaCurrent, "true") : nil, text: name)
                    }
                }
                if let version = query.version {
                    html.element(.p) { html in
                        html.link(
                            Link(Endpoints.reviewsPage, ReviewQuery(id: id, sort: query.sort)), .class("chip on")
                        ) { html in
                            html.text("of v\(version)")
                            html.element(.span, .named(.ariaHidden, "true"), text: " ✕")
                            html.element(.span, .class("unseen"), text: ", show all")
                        }
                    }
                    if list.reviews.isEmpty {
                        html.element(.p, .class("quiet"), text: "Nobody has reviewed this version.")
                    }
                }
                html.element(.ul, .class("plain stack")) { html in
                    for review in list.reviews { item(review, &html) }
                }
                html.next(
                    list.pagination.nextCursor.map {
                        Link(
                            Endpoints.reviewsPage,
                            ReviewQuery(id: id, sort: query.sort, version: query.version, cursor: $0))
                    })
            }
        }
    }

    private func histogram(_ html: inout HTML) {
        html.table(["Stars", "Reviews"]) { html in
            for stars in (1...5).reversed() {
                html.element(.tr) { html in
                    html.element(.th, .named(.scope, "row"), text: "\(stars)")
                    html.element(.td, text: (list.histogram["\(stars)"] ?? 0).grouped)
                }
            }
        }
    }

    private func item(_ review: ReviewBody, _ html: inout HTML) {
        html.element(.li) { html in
            html.element(.article, .class("stack review")) { html in
                html.element(.div, .class("row")) { html in
                    html.stars(review.rating * 100, 1)
                    if let title = review.title { html.element(.h3) { $0.words(title) } }
                }
                if let text = review.text { html.paragraphs(text) }
                html.element(.p, .class("row small quiet")) { html in
                    html.publisher(review.author.username)
                    if let version = SemVer(review.version) {
                        html.link(
                            Link(
                                Endpoints.reviewsPage,
                                ReviewQuery(id: agent.summary.id, sort: query.sort, version: version)),
                            text: "of v\(version)")
                    }
                    html.day(review.updated)
                    html.element(
                        .span,
                        text:
                            "\(review.helpful.grouped) of \((review.helpful + review.unhelpful).grouped) found it helpful"
                    )
                    html.entry(review.position)
                }
            }
        }
    }
}
