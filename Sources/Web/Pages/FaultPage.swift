package import Contract

/// What somebody sees in place of a page that can't be shown: what is wrong, and what to do.
package struct FaultPage: PageDocument {
    private let problem: Problem
    private let request: String
    private let meant: [AgentHit]
    /// Where the list begins that can't go on; nil where there is none.
    private let beginning: Link?

    /// Creates the page of a problem.
    ///
    /// - Parameters:
    ///   - request: the id of the request.
    ///   - meant: agents that may have been meant, where one is not there.
    ///   - list: the target of the endpoint whose list can't go on.
    package init(_ problem: Problem, request: String, meant: [AgentHit] = [], list: String? = nil) {
        self.problem = problem
        self.request = request
        self.meant = meant
        beginning = list.map { Link(page: PageTarget($0).without("cursor")) }
    }

    /// What the reader of the page can do about the problem.
    private var remedy: String {
        switch problem.code.status {
        case 400: "The address is not as it should be. Begin again with a search."
        case 404: "It may be there under another name. Look for it:"
        case 403, 451: "Moderators hold it, or it is not for everybody."
        case 410 where problem.code == .cursorExpired: "The list has changed meanwhile. Begin it anew."
        case 410: "It was removed for good; nobody gets it any more."
        case 429: "There were too many questions from here. Wait a little, then try again."
        case 503: "Try again in a moment; nothing is lost."
        case 500...:
            "That is a fault of this marketplace. Whoever runs it finds more in the log under the number of your request."
        default: "Begin again with a search."
        }
    }

    package func written(in setting: PageSetting) -> WrittenPage {
        let title = problem.code.declaration.title
        var frame = Frame(title: title, canonical: Link(Endpoints.frontPage, TotalsQuery()), words: nil)
        frame.isIndexed = false
        return frame.written(in: setting) { html in
            html.element(.div, .class("hero")) { html in
                html.element(.p, .class("quiet"), text: "\(problem.code.status)")
                html.element(.h1, text: title)
                if problem.code != .pathNotFound {
                    html.element(.p, .class("lead")) { $0.words(problem.body(request: request).detail) }
                }
                html.element(.p, text: remedy)
                if let seconds = problem.retryAfterSeconds {
                    html.element(.p, text: "Try again in \(Int64(seconds).counted("second", "seconds")).")
                }
                if let beginning {
                    html.element(.p) { $0.link(beginning, text: "The beginning of the list") }
                } else {
                    SearchField(words: "", id: "look").write(&html)
                }
                html.element(.p) { html in
                    html.link(Link(Endpoints.frontPage, TotalsQuery()), text: "The first page")
                    html.text(" · ")
                    html.link(Link(Endpoints.searchPage, AgentQuery()), text: "All agents")
                }
                html.element(.p, .class("small quiet"), text: "Request \(request)")
            }
            if !meant.isEmpty { html.section("Did you mean") { $0.cards(meant) } }
        }
    }
}
