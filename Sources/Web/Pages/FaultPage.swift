package import Contract

/// What somebody sees in place of a page that can't be shown: what is wrong, and what to do.
package struct FaultPage: Sendable {
    private let problem: Problem

    /// Creates the page of a problem.
    package init(_ problem: Problem) { self.problem = problem }

    /// The document.
    package var document: [UInt8] {
        let declaration = problem.code.declaration
        var frame = Frame(
            title: declaration.title, canonical: Link(Endpoints.frontPage, TotalsQuery()), words: nil)
        frame.isIndexed = false
        return frame.document { html in
            html.element(.div, .class("hero")) { html in
                html.element(.p, .class("quiet"), text: "\(problem.code.status)")
                html.element(.h1, text: declaration.title)
                html.element(.p, .class("lead")) { $0.words(problem.body(request: "").detail) }
                html.element(.p, text: declaration.remedy)
                if let seconds = problem.retryAfterSeconds {
                    html.element(.p, text: "Try again in \(Int64(seconds).counted("second", "seconds")).")
                }
                SearchField(words: "", id: "look").write(&html)
                html.element(.p) { html in
                    html.link(Link(Endpoints.frontPage, TotalsQuery()), text: "The first page")
                    html.text(" · ")
                    html.link(Link(Endpoints.searchPage, AgentQuery()), text: "All agents")
                }
            }
        }
    }
}
