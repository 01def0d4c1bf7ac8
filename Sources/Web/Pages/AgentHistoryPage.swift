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
                    for item in page.history { Self.write(item, &html) }
                }
                html.next(
                    page.pagination.nextCursor.map {
                        Link(Endpoints.historyPage, AgentPageParameters(id: page.id, cursor: $0))
                    })
            }
        }
    }

    private static func write(_ item: HistoryItem, _ html: inout HTML) {
        let happening = Happening(item)
        html.element(.li, .class(happening.gravity)) { html in
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

/// An entry about an agent in words.
private struct Happening {
    let words: String
    /// How grave it is: a class of the style, empty for what is usual.
    let gravity: String

    private init(_ words: String, _ gravity: String = "") {
        self.words = words
        self.gravity = gravity
    }

    init(_ item: HistoryItem) {
        let event = EventCatalogue.payload(of: item.type).flatMap { try? $0.init(data: item.data.bytes) }
        self =
            switch event {
            case is AgentRegistered: Self("Registered")
            case let published as VersionPublished: Self("\(published.version) published")
            case let changed as ListingChanged: Self("What is said of \(changed.version) changed")
            case let yanked as VersionYanked: Self("\(yanked.version) yanked: \(yanked.reason.rawValue)", "warn")
            case let back as VersionUnyanked: Self("The yank of \(back.version) taken back")
            case let deprecated as AgentDeprecated:
                Self("Deprecated\(deprecated.replacement.map { ", use \($0) in its place" } ?? "")", "warn")
            case is AgentUndeprecated: Self("The deprecation taken back")
            case let held as AgentQuarantined:
                Self("\(held.version ?? "All versions") quarantined by moderators: \(held.reason.rawValue)", "bad")
            case let lifted as QuarantineLifted:
                Self("The quarantine of \(lifted.version ?? "all versions") lifted")
            case let added as AgentOwnerAdded: Self("Somebody became \(added.role.rawValue)")
            case is AgentOwnerRemoved: Self("Somebody's role ended")
            case let removed as AgentArtifactRemoved:
                Self("A file of \(removed.versions.joined(separator: ", ")) removed for good", "bad")
            case is ContentErased: Self("Words erased")
            default: Self(item.type)
            }
    }
}
