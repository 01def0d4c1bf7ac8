package import Contract
package import Events

/// A moment of the past that a page is about.
package struct PastMoment: Sendable {
    /// Its position.
    package let position: Position
    /// How it was asked for, which links keep.
    package let asOf: AsOf

    package init(position: Position, asOf: AsOf) {
        self.position = position
        self.asOf = asOf
    }
}

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

/// The versions of an agent.
package struct VersionsPage: Sendable {
    package let agent: AgentDetail
    package let list: VersionList
    package let position: Position?
    package let past: PastMoment?

    package init(agent: AgentDetail, list: VersionList, position: Position?, past: PastMoment? = nil) {
        self.agent = agent
        self.list = list
        self.position = position
        self.past = past
    }

    /// The document.
    package var document: [UInt8] {
        let id = agent.summary.id
        return AgentFrame(agent: agent, tab: .versions, position: position, past: past).document { html in
            html.section("Versions") { html in
                html.table(["Version", "Published", "By", "Size", ""]) { html in
                    for version in list.versions { row(version, &html) }
                }
                html.next(
                    list.pagination.nextCursor.map {
                        Link(
                            Endpoints.versionsPage,
                            VersionListParameters(id: id, cursor: $0, asOf: past?.asOf))
                    })
            }
        }
    }

    private func row(_ version: VersionPage, _ html: inout HTML) {
        html.element(.tr) { html in
            html.element(.td) { html in
                html.element(.b, text: version.version)
                if let hold = version.quarantine {
                    html.element(.span, .class("state bad"), text: "quarantined: \(hold.reason)")
                }
                if let yank = version.yank { html.element(.span, .class("state warn"), text: "yanked: \(yank.reason)") }
                if version.artifacts.contains(where: { $0.isRemoved == true }) {
                    html.element(.span, .class("state bad"), text: "removed")
                }
            }
            html.element(.td) { $0.day(version.published) }
            html.element(.td) { $0.publisher(version.publisher.username) }
            html.element(.td, text: Self.size(version.artifacts.reduce(0) { $0 + $1.sizeBytes }))
            html.element(.td, .class("small")) { $0.entry(version.position) }
        }
    }

    /// A size in the units of people.
    static func size(_ bytes: Int64) -> String {
        switch bytes {
        case ..<1_000: "\(bytes) B"
        case ..<1_000_000: "\((bytes + 500) / 1_000) KB"
        default: "\(bytes / 1_000_000).\(bytes % 1_000_000 / 100_000) MB"
        }
    }
}

/// What people say of an agent.
package struct ReviewsPage: Sendable {
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

    /// The document.
    package var document: [UInt8] {
        let id = agent.summary.id
        return AgentFrame(agent: agent, tab: .reviews, position: position).document { html in
            html.section("Reviews") { html in
                guard list.ratings > 0 else {
                    html.element(
                        .p, .class("quiet"), text: "Nobody has reviewed it yet. Whoever has downloaded it may:")
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
