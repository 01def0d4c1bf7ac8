package import Contract
package import Events

/// What people say of an agent.
package struct ReviewsPage: PageDocument {
    package let agent: AgentDetail
    package let sort: ReviewSort
    package let list: ReviewList
    package let position: Position?

    package init(agent: AgentDetail, sort: ReviewSort, list: ReviewList, position: Position?) {
        self.agent = agent
        self.sort = sort
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
                            Link(Endpoints.reviewsPage, ReviewQuery(id: id, sort: sort)),
                            sort == self.sort ? .named(.ariaCurrent, "true") : nil, text: name)
                    }
                }
                html.element(.ul, .class("plain stack")) { html in
                    for review in list.reviews { item(review, &html) }
                }
                html.next(
                    list.pagination.nextCursor.map {
                        Link(Endpoints.reviewsPage, ReviewQuery(id: id, sort: sort, cursor: $0))
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
                if let text = review.text { html.element(.p) { $0.words(text) } }
                html.element(.p, .class("row small quiet")) { html in
                    html.publisher(review.author.username)
                    html.element(.span, text: "of v\(review.version)")
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
