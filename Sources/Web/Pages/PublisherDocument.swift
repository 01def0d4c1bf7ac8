package import Contract
package import Events

/// A publisher and their agents.
package struct PublisherDocument: Sendable {
    package let publisher: PublisherPage
    package let position: Position?

    package init(publisher: PublisherPage, position: Position?) {
        self.publisher = publisher
        self.position = position
    }

    /// The document.
    package var document: [UInt8] {
        let name = publisher.username
        let frame = Frame(
            title: publisher.displayName ?? name,
            canonical: Link(Endpoints.publisherPage, PublisherParameters(name: name)), section: .browse,
            position: position)
        return frame.document { html in
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
                if let bio = publisher.bio { html.element(.p, .class("lead")) { $0.words(bio) } }
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
