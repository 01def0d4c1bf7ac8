package import Contract

/// A page, before it is written in a form.
package protocol PageDocument: Sendable {
    /// Writes the page.
    func written(in setting: PageSetting) -> WrittenPage
}

/// How a page is written.
package struct PageSetting: Sendable {
    /// Its form.
    package let form: PageForm
    /// Where clients reach the marketplace, without a slash at the end.
    package let origin: String
    private let target: PageTarget?

    /// - Parameter target: that of the endpoint that shows the page, without what asks for a form; nil for what is no page of its
    ///   own. What it had to wait for is no part of its address.
    package init(form: PageForm, origin: String, target: String? = nil) {
        self.form = form
        self.origin = origin
        self.target = target.map { PageTarget($0).without("min_position") }
    }

    /// The page's own address; nil where it has none.
    var own: Link? { target.map { Link(page: $0) } }

    /// True for a page that goes on with a list.
    var isLater: Bool { target?.has("cursor") ?? false }
}

/// A page in one of its forms.
package struct WrittenPage: Sendable {
    /// All of it.
    package let bytes: [UInt8]
    /// How many of its bytes, from the first on, do not change with each entry of the log.
    package let contentBytes: Int
    /// True where others should list it.
    package let isIndexed: Bool
}
