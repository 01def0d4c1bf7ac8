package import Contract
package import Events

/// What happened, the last first; where a script can follow the log, as it happens.
package struct LogPage: PageDocument {
    package let query: LogQuery
    package let lines: [LogLine]
    /// The first position that was searched; 0 where there are no earlier entries to search.
    package let first: Position
    /// The number of entries of the log.
    package let head: Position

    package init(query: LogQuery, lines: [LogLine], first: Position, head: Position) {
        self.query = query
        self.lines = lines
        self.first = first
        self.head = head
    }

    /// How many entries a page has.
    package static let lines = 50

    static let link = Link(Endpoints.logPage, LogQuery())

    package func written(in setting: PageSetting) -> WrittenPage {
        var frame = Frame(
            title: "Log", canonical: Self.link, section: .log,
            position: head.value == 0 ? nil : Position(head.value - 1))
        frame.summary = "Every entry of the log, in words and in bytes."
        // There is no end of them, and what they say of somebody should be found here alone.
        frame.isIndexed = false
        return frame.written(in: setting) { html in
            html.element(.header, .class("section stack")) { html in
                html.element(.h1, text: "Log")
                html.element(
                    .p, .class("lead"),
                    text: "\(head.value.counted("entry", "entries")), and everything here comes from them.")
                filter(&html)
            }
            html.element(.section, .class("section")) { html in
                html.element(.header) { html in
                    html.element(.h2, text: query.before.map { "Before \($0.value.grouped)" } ?? "Last")
                    if query.before == nil { follow(&html) }
                }
                list(&html)
            }
        }
    }

    private func list(_ html: inout HTML) {
        html.element(.ol, .class("time"), .named(.id, "entries")) { html in
            for line in lines {
                html.element(.li, .class(line.words.gravity)) { html in
                    if let time = line.envelope?.time { html.moment(time) }
                    html.element(.div) { html in
                        line.writeWords(&html)
                        html.text(" ")
                        html.element(.span, .class("small")) { $0.entry(line.position) }
                    }
                }
            }
        }
        if lines.isEmpty {
            html.element(
                .p, .class("empty"),
                text: first.value > 0
                    ? "Nothing of it among the entries from \(first.value.grouped) on. What is older is looked at on the next page."
                    : "Nothing of it.")
            if let agent = query.agent, first.value > 0 {
                html.element(.p) { html in
                    html.link(
                        Link(Endpoints.logPage, LogQuery(stream: StreamName.agent(agent).description)),
                        text: "What was done with the agent itself is found at once")
                }
            }
        }
        if first.value > 0 {
            html.next(
                Link(
                    Endpoints.logPage,
                    LogQuery(agent: query.agent, type: query.type, stream: query.stream, before: first)))
        }
    }

    /// What a script needs to follow the log from here on; it can be stopped.
    private func follow(_ html: inout HTML) {
        guard !html.isMarkdown else { return }
        let stream = Link(
            Endpoints.followEvents,
            FollowQuery(agent: query.agent, type: query.type, stream: query.stream))
        html.element(
            .button, .named(.type, "button"), .class("copy"), .flag(.hidden), .named(.dataFollow, stream.text),
            text: "Stop following")
    }

    private func filter(_ html: inout HTML) {
        guard !html.isMarkdown else { return }
        html.element(.form, .class("row"), .named(.ariaLabel, "Choose"), .action(Self.link)) { html in
            for (name, words, value) in [
                ("agent", "Agent ", query.agent?.description), ("stream", "or stream ", query.stream),
            ] {
                html.element(.label) { html in
                    html.text(words)
                    html.void(
                        .input, .named(.name, name), .named(.value, value ?? ""),
                        .named(.maxlength, "512"), .named(.autocomplete, "off"), .named(.spellcheck, "false"))
                }
            }
            html.element(.label) { html in
                html.text("Type ")
                html.element(.select, .named(.name, "type")) { html in
                    html.element(.option, .named(.value, ""), .flag(.selected, query.type == nil), text: "any")
                    for type in EventCatalogue.types {
                        html.element(.option, .named(.value, type), .flag(.selected, type == query.type), text: type)
                    }
                }
            }
            html.element(.button, .named(.type, "submit"), text: "Show")
        }
        html.element(.p, .class("small quiet")) { html in
            if let stream = query.stream {
                html.text("Stream ")
                html.element(.code) { $0.words(stream) }
                html.text(" · ")
            }
            if query.agent != nil || query.type != nil || query.stream != nil {
                html.link(Self.link, text: "All entries")
                html.text(" · ")
            }
            html.link(Link(Endpoints.listEvents, EventQuery()), text: "JSON")
            html.text(" · as a stream of events: ")
            html.element(.code, text: Endpoints.followEvents.declaration.path)
        }
    }
}
