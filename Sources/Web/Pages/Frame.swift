import Contract
import Events

/// What every page has around what it is about.
package struct Frame {
    /// A part of the marketplace that the bar on top leads to.
    enum Section {
        case browse, stats, log, guide
    }

    /// The title of the document; nil for the first page.
    var title: String?
    /// One sentence for those who have not opened it yet.
    var summary = "Agents you can find, judge, run, and check for yourself."
    /// Its address, without what does not change it; the rest of a list has an address of its own.
    var canonical: Link
    /// What stands in the field for searches; nil where the page has a field of its own.
    var words: String? = ""
    var section: Section?
    /// The position of the last entry that the page reflects; nil where none is.
    var position: Position?
    /// The moment of the past that it is about; nil for the present.
    var past: (position: Position, back: Link)?
    /// Where news of what it is about are told; nil where nowhere.
    var feed: Link?
    /// True where others should list it.
    var isIndexed = true

    /// The whole page. As Markdown it has neither what is on top of each page nor what one clicks on.
    func written(in setting: PageSetting, _ content: (inout HTML) -> Void) -> WrittenPage {
        var html = HTML(in: setting)
        if setting.form == .markdown {
            if let past { Self.past(past.position, past.back, &html) }
            content(&html)
            let contentBytes = html.bytes.count
            foot(&html)
            return WrittenPage(
                bytes: html.bytes + [UInt8(ascii: "\n")], contentBytes: contentBytes, isIndexed: mayBeListed)
        }
        var contentBytes = 0
        html.doctype()
        html.element(.html, .named(.lang, "en")) { html in
            html.element(.head) { head(&$0) }
            html.element(.body) { html in
                html.link(.anchor("content"), .class("skip"), text: "Skip to what this page is about")
                bar(&html)
                if let past { Self.past(past.position, past.back, &html) }
                html.element(.main, .class("wrap"), .named(.id, "content")) { content(&$0) }
                contentBytes = html.bytes.count
                foot(&html)
            }
        }
        return WrittenPage(bytes: html.bytes, contentBytes: contentBytes, isIndexed: mayBeListed)
    }

    private static let name = "MentatLab Agents"

    // Links that every page has.
    private static let front = Link(Endpoints.frontPage, TotalsQuery())
    static let browse = Link(Endpoints.searchPage, AgentQuery())
    private static let stats = Link(Endpoints.statsPage, StatsQuery())
    private static let ends: [(link: Link, text: String)] =
        [
            (ChapterPage.link(.api), "API"), (LogPage.link, "Log"),
            (Link(Endpoints.comparePage, Comparison()), "Compare"),
        ] + SiteText.allCases.map { (TextPage.link($0), $0.title) }

    private var mayBeListed: Bool { isIndexed && past == nil }

    private func head(_ html: inout HTML) {
        html.void(.meta, .named(.charset, "utf-8"))
        html.void(.meta, .named(.name, "viewport"), .named(.content, "width=device-width, initial-scale=1"))
        html.element(.title, text: title.map { "\($0) – \(Self.name)" } ?? Self.name)
        html.void(.meta, .named(.name, "description"), .named(.content, summary))
        if !mayBeListed {
            html.void(.meta, .named(.name, "robots"), .named(.content, "noindex, nofollow"))
        }
        let canonical = html.setting.isLater ? html.setting.own ?? canonical : canonical
        html.void(.link, .named(.rel, "canonical"), .href(canonical, at: html.setting.origin))
        // The Open Graph protocol (ogp.me), for those who show a link with what it leads to.
        for (property, content) in [
            ("og:site_name", Self.name), ("og:type", "website"), ("og:title", title ?? Self.name),
            ("og:description", summary),
        ] {
            html.void(.meta, .named(.property, property), .named(.content, content))
        }
        html.void(.meta, .named(.property, "og:url"), .content(canonical, at: html.setting.origin))
        html.void(.meta, .named(.property, "og:image"), .content(Link(.cover), at: html.setting.origin))
        if let own = html.setting.own {
            html.void(.link, .named(.rel, "alternate"), .named(.type, "text/markdown"), .href(own.asMarkdown))
        }
        if let feed, past == nil {
            html.void(.link, .named(.rel, "alternate"), .named(.type, "application/atom+xml"), .href(feed))
        }
        html.void(.link, .named(.rel, "icon"), .named(.type, "image/svg+xml"), .href(Link(.icon)))
        html.void(.link, .named(.rel, "stylesheet"), .href(Link(.style)))
        // Before anything is shown, so that no page flashes in the other theme.
        html.element(.script, .src(.script)) { _ in }
    }

    private func bar(_ html: inout HTML) {
        html.element(.header, .class("bar")) { html in
            html.element(.div, .class("wrap")) { html in
                html.link(Self.front, .class("mark")) { html in
                    html.element(.svg, .named(.viewBox, "0 0 24 24"), .named(.ariaHidden, "true")) { html in
                        html.element(
                            .path,
                            .named(
                                .d,
                                "M12 1.5 21.5 7v10L12 22.5 2.5 17V7zm0 2.6L4.7 8.3v7.4l7.3 4.2 7.3-4.2V8.3zM12 8.8a3.2 3.2 0 1 1 0 6.400 3.2 3.2 0 0 1 0-6.400z"
                            )
                        ) { _ in }
                    }
                    html.element(.span, text: Self.name)
                }
                if let words { SearchField(words: words, id: "find").write(&html) }
                html.element(.nav, .named(.ariaLabel, "Main")) { html in
                    html.link(
                        Self.browse,
                        section == .browse ? .named(.ariaCurrent, "page") : nil, text: "Browse")
                    html.link(Self.stats, section == .stats ? .named(.ariaCurrent, "page") : nil, text: "Stats")
                    html.link(LogPage.link, section == .log ? .named(.ariaCurrent, "page") : nil, text: "Log")
                    html.link(GuidePage.link, section == .guide ? .named(.ariaCurrent, "page") : nil, text: "Guide")
                    html.element(
                        .button, .named(.type, "button"), .class("theme"), .flag(.hidden), .flag(.dataTheme),
                        text: "Dark")
                }
            }
        }
    }

    private static func past(_ position: Position, _ back: Link, _ html: inout HTML) {
        html.element(.div, .class("past"), .named(.role, "status")) { html in
            html.element(.div, .class("wrap")) { html in
                html.element(.span) { html in
                    html.text("You are looking at the marketplace as it was at ")
                    html.element(.b, text: "position \(position.value.grouped)")
                    html.text(".")
                }
                html.link(back, text: "Back to now")
            }
        }
    }

    private func foot(_ html: inout HTML) {
        html.element(.footer, .class("foot")) { html in
            html.element(.div, .class("wrap")) { html in
                html.element(.span) { html in
                    guard let position else { return html.text("Everything here comes from a log.") }
                    html.text("As of ")
                    html.entry(position)
                    html.text(" of the log")
                }
                if let feed, past == nil { html.link(feed, text: "Feed") }
                for end in Self.ends { html.link(end.link, text: end.text) }
            }
        }
    }
}

/// The field with which one searches.
struct SearchField {
    let words: String
    let id: String
    var placeholder = "Search agents"

    func write(_ html: inout HTML) {
        guard !html.isMarkdown else {
            return html.element(.p) { html in
                html.text("Search: ")
                html.element(.code, text: "\(Endpoints.searchPage.declaration.path)?q=WORDS")
            }
        }
        html.element(
            .form, .class("find"), .named(.role, "search"),
            .action(Frame.browse)
        ) { html in
            html.void(
                .input, .named(.id, id), .named(.type, "search"), .named(.name, "q"), .named(.value, words),
                .named(.ariaLabel, "Search agents"), .named(.placeholder, placeholder), .named(.autocomplete, "off"),
                .named(.spellcheck, "false"), .named(.maxlength, "256"))
            html.element(.button, .named(.type, "submit"), text: "Search")
        }
    }
}
