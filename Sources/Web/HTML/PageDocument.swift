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

    package init(form: PageForm, origin: String) {
        self.form = form
        self.origin = origin
    }
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
