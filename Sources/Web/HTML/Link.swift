import Contract
import Text

/// Where a link leads to: into the marketplace, or to an address of the web. Nothing that runs can be one.
struct Link {
    let text: String
    /// True where it leads out of the marketplace, to what somebody has written.
    let isOutside: Bool

    /// The target of the endpoint that it leads to, without what asks for a form.
    private let target: String

    private init(_ text: String, target: String? = nil, isOutside: Bool = false) {
        self.text = text
        self.target = target ?? text
        self.isOutside = isOutside
    }

    /// A target of an endpoint.
    init<Input, Sent, Given>(_ endpoint: Endpoint<Input, Sent, Given>, _ input: Input) {
        let target = endpoint.target(input)
        let isPage = endpoint.declaration.dialect == .page
        self.init(isPage ? PageForm.html.address(of: target) : target, target: target)
    }

    /// A target of an endpoint that shows a page.
    init(page target: PageTarget) { self.init(PageForm.html.address(of: target.text), target: target.text) }

    /// A file of the pages' own.
    init(_ asset: Asset) { self.init(asset.path) }

    /// The same page as Markdown.
    var asMarkdown: Link { Link(PageForm.markdown.address(of: target)) }

    /// A place on the page that it leads to.
    func at(_ id: String) -> Link { Link("\(text)#\(id)", target: target) }

    /// A place on the same page.
    static func anchor(_ id: String) -> Link { Link("#\(id)") }

    /// An address that somebody has written; nil for what is none.
    init?(outside text: String?) {
        guard let address = text.flatMap(WebAddress.init) else { return nil }
        self.init(address.text, isOutside: true)
    }
}

extension HTML {
    /// Writes a link.
    mutating func link(_ link: Link, _ attribute: Attribute? = nil, content: (inout HTML) -> Void) {
        // `nofollow ugc`: an author gains no rank in search engines by it. `noopener`: the page behind it can't script
        // this one.
        let rel: Attribute? = link.isOutside ? .named(.rel, "nofollow ugc noopener") : nil
        element(.a, .href(link), rel, attribute, content: content)
    }

    /// Writes a link with a text.
    mutating func link(_ target: Link, _ attribute: Attribute? = nil, text: String) {
        link(target, attribute) { $0.text(text) }
    }
}
