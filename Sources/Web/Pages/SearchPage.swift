package import Contract
package import Events

/// What a search found, with filters, and the list of all agents.
package struct SearchPage: PageDocument {
    package let query: AgentQuery
    package let list: AgentList
    /// True where words are looked for, so that agents can be in the order of relevance.
    package let isRanked: Bool
    package let position: Position?

    package init(query: AgentQuery, list: AgentList, isRanked: Bool, position: Position?) {
        self.query = query
        self.list = list
        self.isRanked = isRanked
        self.position = position
    }

    private var words: String { query.words ?? "" }
    private var hasFilter: Bool {
        [query.category, query.publisher, query.runtime, query.license].contains { $0 != nil } || query.hasWASM != nil
            || query.minimumRating != nil
    }

    package func written(in setting: PageSetting) -> WrittenPage {
        var frame = Frame(
            title: words.isEmpty ? "All agents" : words, canonical: link(cursor: query.cursor), words: words,
            section: .browse, position: position)
        // Pages of results are no pages to list elsewhere; the agents are.
        frame.isIndexed = words.isEmpty && query.cursor == nil
        return frame.written(in: setting) { html in
            html.element(.div, .class("split left")) { html in
                // Filters are for those who click.
                if setting.form == .html { facets(&html) }
                html.element(.section, .class("stack"), .named(.ariaLabel, "Results")) { html in
                    html.element(.h1) { heading(&$0) }
                    notes(&html)
                    chips(&html)
                    html.element(.h2, .class("unseen"), text: "Results")
                    if list.agents.isEmpty { nothing(&html) } else { html.cards(list.agents) }
                    html.next(list.pagination.nextCursor.map { link(cursor: $0) })
                }
            }
        }
    }

    private func heading(_ html: inout HTML) {
        guard let search = list.search, !words.isEmpty || hasFilter else { return html.text("All agents") }
        html.text("\(search.isBounded ? "At least " : "")\(search.total.counted("agent", "agents"))")
        guard !words.isEmpty else { return }
        html.text(" for “")
        html.words(words)
        html.text("”")
    }

    private func notes(_ html: inout HTML) {
        guard let search = list.search else { return }
        if let meant = search.didYouMean {
            html.element(.p) { html in
                html.text("Did you mean ")
                html.link(Link(Endpoints.searchPage, changed(words: meant))) { $0.words(meant) }
                html.text("?")
            }
        }
        for correction in search.corrections {
            html.element(.p, .class("small quiet")) { html in
                html.text("Looked for ")
                html.words(correction.taken)
                html.text(" in place of ")
                html.words(correction.typed)
                html.text(".")
            }
        }
        if !search.leftOut.isEmpty {
            html.element(.p, .class("small quiet")) { html in
                html.text("No agent has all words; left out: ")
                html.words(search.leftOut.joined(separator: ", "))
            }
        }
        if search.isCut {
            html.element(
                .p, .class("small quiet"),
                text: "The search is longer than 256 bytes or 16 words; the rest does not count.")
        }
    }

    /// The filters that hold, each as a link to the same without it.
    private func chips(_ html: inout HTML) {
        guard hasFilter else { return }
        let filters: [(name: String, value: String?, without: AgentQuery)] = [
            ("category", query.category, changed(category: .some(nil))),
            ("publisher", query.publisher, changed(publisher: .some(nil))),
            ("runtime", query.runtime, changed(runtime: .some(nil))),
            ("licence", query.license, changed(license: .some(nil))),
            ("WebAssembly", query.hasWASM.map { $0 ? "yes" : "no" }, changed(hasWASM: .some(nil))),
            ("rating from", query.minimumRating?.description, changed(minimumRating: .some(nil))),
        ]
        html.element(.div, .class("row")) { html in
            for filter in filters {
                guard let value = filter.value else { continue }
                html.link(Link(Endpoints.searchPage, filter.without), .class("chip on")) { html in
                    html.text("\(filter.name): ")
                    html.words(value)
                    html.element(.span, .named(.ariaHidden, "true"), text: " ✕")
                    html.element(.span, .class("unseen"), text: ", remove")
                }
            }
            html.link(
                Link(Endpoints.searchPage, AgentQuery(words: query.words, sort: query.sort)), .class("chip"),
                text: "clear all")
        }
    }

    private func nothing(_ html: inout HTML) {
        html.element(.div, .class("empty")) { html in
            html.element(.p, text: hasFilter ? "Nothing is found with these filters." : "Nothing is found.")
            html.element(.ul) { html in
                html.element(.li, text: "Fewer words find more; “quotes” find words side by side.")
                html.element(.li, text: "A name can be written with or without its separators.")
                html.element(.li) { html in
                    html.text("Or look through ")
                    html.link(Link(Endpoints.searchPage, AgentQuery()), text: "all agents")
                    html.text(".")
                }
            }
        }
    }

    // MARK: Filters

    private static let titles = [
        "category": "Category", "runtime": "Runtime", "license": "Licence", "publisher": "Publisher",
        "min_rating": "Rating", "has_wasm": "Has",
    ]

    /// The filters as a form, which needs no script; on a phone it is closed.
    private func facets(_ html: inout HTML) {
        html.element(.details, .class("facets"), .flag(.open, hasFilter)) { html in
            html.element(.summary, text: "Filter and sort")
            html.element(
                .form, .named(.ariaLabel, "Filter"), .action(Link(Endpoints.searchPage, AgentQuery()))
            ) { html in
                if !words.isEmpty {
                    html.void(.input, .named(.type, "hidden"), .named(.name, "q"), .named(.value, words))
                }
                sort(&html)
                for facet in list.search?.facets ?? [] { fieldset(facet, &html) }
                html.element(.button, .named(.type, "submit"), text: "Apply")
            }
        }
    }

    private func sort(_ html: inout HTML) {
        let sorts: [(AgentSort, String)] = [
            (.relevance, "Relevance"), (.downloads, "Readers"), (.rating, "Rating"), (.stars, "Stars"),
            (.recent, "Last published"), (.name, "Name"),
        ]
        let asked = query.sort == .relevance && !isRanked ? nil : query.sort
        let present = asked ?? (isRanked ? .relevance : .recent)
        html.element(.label, .class("sort")) { html in
            html.text("Sort by ")
            html.element(.select, .named(.name, "sort")) { html in
                for (sort, name) in sorts where sort != .relevance || isRanked {
                    html.element(.option, .named(.value, sort.rawValue), .flag(.selected, sort == present), text: name)
                }
            }
        }
    }

    private func fieldset(_ facet: FacetBody, _ html: inout HTML) {
        guard let title = Self.titles[facet.field] else { return }
        let chosen: String? =
            switch facet.field {
            case "category": query.category
            case "runtime": query.runtime
            case "license": query.license
            case "publisher": query.publisher
            case "min_rating": query.minimumRating?.description
            default: query.hasWASM?.description
            }
        guard !facet.values.isEmpty || chosen != nil else { return }
        html.element(.fieldset) { html in
            html.element(.legend, text: title)
            option(facet.field, "", chosen == nil, nil, &html) { $0.text("any") }
            // Also what is not among the most frequent, or is written in another way, stays chosen.
            let isOther = chosen.map { chosen in !facet.values.contains { $0.value == chosen } } ?? false
            for value in facet.values + (isOther ? [CountBody(value: chosen ?? "", count: 0)] : []) {
                option(
                    facet.field, value.value, value.value == chosen,
                    isOther && value.value == chosen ? nil : value.count, &html
                ) { html in
                    switch facet.field {
                    case "min_rating": html.text("\(value.value) and more")
                    case "has_wasm": html.text(value.value == "true" ? "WebAssembly module" : "no WebAssembly module")
                    default: html.words(value.value)
                    }
                }
            }
        }
    }

    private func option(
        _ field: String, _ value: String, _ isChosen: Bool, _ count: Int64?, _ html: inout HTML,
        label: (inout HTML) -> Void
    ) {
        html.element(.label) { html in
            html.void(
                .input, .named(.type, "radio"), .named(.name, field), .named(.value, value), .flag(.checked, isChosen))
            html.element(.span, .class("value"), content: label)
            // Where the best candidates alone were counted, there may be more.
            let more = list.search?.isBounded == true ? "+" : ""
            if let count { html.element(.span, .class("number"), text: "\(count.grouped)\(more)") }
        }
    }

    // MARK: Links

    private func link(cursor: String?) -> Link {
        Link(
            Endpoints.searchPage,
            AgentQuery(
                words: query.words, category: query.category, publisher: query.publisher, runtime: query.runtime,
                license: query.license, hasWASM: query.hasWASM, minimumRating: query.minimumRating, sort: query.sort,
                cursor: cursor))
    }

    /// The same search with another filter, from its first page on.
    private func changed(
        words: String? = nil, category: String?? = nil, publisher: String?? = nil, runtime: String?? = nil,
        license: String?? = nil,
        hasWASM: Bool?? = nil, minimumRating: Int64?? = nil
    ) -> AgentQuery {
        AgentQuery(
            words: words ?? query.words, category: category ?? query.category, publisher: publisher ?? query.publisher,
            runtime: runtime ?? query.runtime, license: license ?? query.license, hasWASM: hasWASM ?? query.hasWASM,
            minimumRating: minimumRating ?? query.minimumRating, sort: query.sort)
    }
}
