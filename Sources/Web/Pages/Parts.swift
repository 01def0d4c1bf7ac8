import Contract
import Events

// What several pages have in common.

extension Int64 {
    /// The number with a comma between thousands.
    var grouped: String {
        let digits = Array(description.utf8.reversed())
        var grouped: [UInt8] = []
        for (index, digit) in digits.enumerated() {
            if index > 0, index % 3 == 0, digit != UInt8(ascii: "-") { grouped.append(UInt8(ascii: ",")) }
            grouped.append(digit)
        }
        return String(decoding: grouped.reversed(), as: UTF8.self)
    }

    /// Hundredths as a number with one decimal, rounded.
    var oneDecimal: String {
        let tenths = (self + 5) / 10
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// The number with the word for what is counted.
    func counted(_ one: String, _ many: String) -> String { "\(grouped) \(self == 1 ? one : many)" }
}

extension Timestamp {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// The day in words, such as `27 Nov 2026`.
    var dayInWords: String {
        let parts = description.prefix(10).split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3 else { return description }
        return "\(parts[2]) \(Self.months[parts[1] - 1]) \(parts[0])"
    }
}

extension Timestamp {
    /// The time of the day in UTC, such as `23:10:58`.
    var clock: String { String(description.dropFirst(11).prefix(8)) }
}

extension HTML {
    /// Writes a day in UTC; a script puts the one of the reader's zone in its place, and adds the exact time.
    mutating func day(_ time: Timestamp) {
        element(.time, .named(.datetime, time.description), text: time.dayInWords)
    }

    /// Writes a time in UTC, to the second; a script puts the one of the reader's zone in its place.
    mutating func moment(_ time: Timestamp) {
        element(.time, .named(.datetime, time.description), text: "\(time.dayInWords), \(time.clock) UTC")
    }

    /// Writes a link to an entry of the log.
    mutating func entry(_ position: Position) {
        link(EntryPage.link(position), text: "entry \(position.value.grouped)")
    }

    /// Writes an agent, as a link to its page.
    mutating func agent(_ key: AgentKey) {
        link(Link(Endpoints.agentPage, AgentParameters(id: key))) { $0.words(key.description) }
    }

    /// Writes a rating as stars, with the same in words.
    mutating func stars(_ hundredths: Int64, _ count: Int64) {
        guard count > 0 else { return element(.span, text: "no ratings yet") }
        element(.span, .class("rating")) { html in
            let label = "\(hundredths.oneDecimal) of 5"
            html.element(
                .svg, .class("stars"), .named(.viewBox, "0 0 50 10"), .named(.role, "img"), .named(.ariaLabel, label)
            ) { html in
                html.element(.path, .named(.d, Self.fiveStars)) { _ in }
                // The inner one shows what lies within its own bounds.
                html.element(.svg, .named(.width, "\(hundredths / 10)"), .named(.height, "10")) { html in
                    html.element(.path, .class("lit"), .named(.d, Self.fiveStars)) { _ in }
                }
            }
            html.text(" \(hundredths.oneDecimal) (\(count.grouped))")
        }
    }

    private static let fiveStars = (0..<5).map {
        "M\(5 + 10 * $0) .6l1.400 2.900 3.100.400-2.300 2.200.600 3.100-2.800-1.500-2.800 1.500.600-3.100-2.300-2.200 3.100-.400z"
    }
    .joined()

    /// Writes the name of a publisher, as a link to their page.
    mutating func publisher(_ name: String) {
        guard !name.isEmpty else { return element(.span, .class("quiet"), text: "somebody who left") }
        link(Link(Endpoints.publisherPage, PublisherParameters(name: name))) { $0.words(name) }
    }

    /// Writes a text in which some characters are marked.
    ///
    /// - Parameter ranges: each the first character and the one behind the last, in code points, in order.
    mutating func marked(_ text: String, _ ranges: [[Int64]]) {
        element(.bdi) { html in
            let scalars = Array(text.unicodeScalars)
            func part(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }
            var place = 0
            for range in ranges where range.count == 2 {
                let (begin, end) = (Int(range[0]), Int(range[1]))
                guard begin >= place, end > begin, end <= scalars.count else { continue }
                html.text(part(place..<begin))
                html.element(.mark, text: part(begin..<end))
                place = end
            }
            html.text(part(place..<scalars.count))
        }
    }

    /// Writes what somebody should know before anything else of an agent.
    mutating func states(_ agent: AgentSummary) {
        if agent.isQuarantined { element(.span, .class("state bad"), text: "quarantined") }
        if agent.isDeprecated { element(.span, .class("state warn"), text: "deprecated") }
        if agent.isYanked, !agent.isQuarantined { element(.span, .class("state warn"), text: "yanked") }
    }

    /// Writes since when something is withheld, and why.
    ///
    /// - Parameter words: what is withheld, up to "since".
    mutating func withheld(_ words: String, _ remark: ReasonRemark, _ more: String = "", gravity: String) {
        element(.p, .class("note \(gravity)")) { html in
            html.text("\(words) since ")
            html.day(remark.since)
            html.text(": \(remark.reason). \(more)")
            if let note = remark.note { html.words(note) }
        }
    }

    /// Writes an agent as a card of a list.
    mutating func card(_ hit: AgentHit) {
        let agent = hit.summary
        func ranges(_ field: String) -> [[Int64]] { hit.highlights?.first { $0.field == field }?.ranges ?? [] }
        element(.li, .class("card")) { html in
            html.element(.div, .class("row")) { html in
                html.element(.h3) { html in
                    html.link(Link(Endpoints.agentPage, AgentParameters(id: agent.id))) {
                        $0.marked(agent.displayName, ranges("display_name"))
                    }
                }
                html.states(agent)
            }
            html.element(.span, .class("id"), text: "\(agent.agentID) \(agent.latestVersion.map { "v\($0)" } ?? "")")
            html.element(.p) { $0.marked(agent.summary, ranges("summary")) }
            if !agent.categories.isEmpty || agent.hasWASM {
                html.element(.div, .class("row")) { html in
                    for category in agent.categories { html.category(category) }
                    if agent.hasWASM { html.element(.span, .class("chip"), text: "WebAssembly") }
                }
            }
            html.element(.footer) { html in
                html.stars(agent.ratingHundredths, agent.ratings)
                html.element(.span, text: agent.downloads.counted("reader", "readers"))
                html.element(.span) { html in
                    html.text("by ")
                    html.publisher(agent.publisher.username)
                }
            }
            html.why(hit)
        }
    }

    /// Says in which fields words stand, where none is marked on the card.
    private mutating func why(_ hit: AgentHit) {
        guard hit.highlights == nil else { return }
        let others = (hit.matched ?? []).filter { !["title", "summary"].contains($0.field) }
        guard !others.isEmpty else { return }
        element(.p, .class("small quiet")) { html in
            html.text("Found in ")
            for (index, match) in others.enumerated() {
                if index > 0 { html.text("; ") }
                html.text("the \(match.field): ")
                html.words(match.words.joined(separator: ", "))
            }
        }
    }

    /// Writes a category, as a link to what is in it.
    mutating func category(_ name: String) {
        link(Link(Endpoints.categoryPage, CategoryParameters(name: name)), .class("chip")) { $0.words(name) }
    }

    /// Writes numbers, each with what it counts.
    mutating func figures(_ figures: [(number: String, words: String)]) {
        element(.div, .class("figures")) { html in
            for figure in figures {
                html.element(.div, .class("figure")) { html in
                    html.element(.b, text: figure.number)
                    html.text(figure.words)
                }
            }
        }
    }

    /// Writes agents as cards; nothing where there are none.
    mutating func cards(_ hits: [AgentHit]) {
        guard !hits.isEmpty else { return }
        element(.ul, .class("cards")) { html in
            for hit in hits { html.card(hit) }
        }
    }

    /// Writes a command that can be copied.
    mutating func command(_ text: String) {
        element(.div, .class("copyable")) { html in
            html.element(.pre, .class("shell"), .named(.tabindex, "0"), text: text)
            html.copy(text)
        }
    }

    /// Writes what copies a text, where a script can.
    mutating func copy(_ text: String) {
        element(
            .button, .named(.type, "button"), .class("copy"), .flag(.hidden), .named(.dataCopy, text), text: "Copy")
    }

    /// Writes a table with a head.
    mutating func table(_ columns: [String], rows: (inout HTML) -> Void) {
        // Wider than a phone, it moves in its own box.
        element(.div, .class("wide"), .named(.tabindex, "0"), .named(.role, "group"), .named(.ariaLabel, "Table")) {
            html in
            html.element(.table) { html in
                html.element(.thead) { html in
                    html.element(.tr) { html in
                        for column in columns {
                            if column.isEmpty {
                                html.element(.td) { _ in }
                            } else {
                                html.element(.th, .named(.scope, "col"), text: column)
                            }
                        }
                    }
                }
                html.element(.tbody, content: rows)
            }
        }
    }

    /// Writes a section with a heading, which can be that of the page.
    mutating func section(
        _ title: String, _ more: (text: String, link: Link)? = nil, isHeading: Bool = false,
        content: (inout HTML) -> Void
    ) {
        element(.section, .class("section")) { html in
            html.element(.header) { html in
                html.element(isHeading ? .h1 : .h2, text: title)
                if let more { html.link(more.link, text: more.text) }
            }
            content(&html)
        }
    }

    /// Writes where a list goes on; nothing on its last page.
    mutating func next(_ link: Link?) {
        guard let link else { return }
        element(.p, .class("next")) { $0.link(link, .named(.rel, "next"), text: "Next page") }
    }

    /// Writes facts, each under its name.
    mutating func facts(_ facts: [(name: String, write: ((inout HTML) -> Void)?)]) {
        element(.dl, .class("facts")) { html in
            for fact in facts {
                guard let write = fact.write else { continue }
                html.element(.dt, text: fact.name)
                html.element(.dd, content: write)
            }
        }
    }
}
