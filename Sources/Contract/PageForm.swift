/// A form of pages: for people in a browser, or as text for those who read without one, programs among them.
package enum PageForm: Sendable, Hashable, CaseIterable {
    case html
    /// Markdown (RFC 7763; CommonMark with the tables of GFM).
    case markdown

    /// What the path of a page ends with where it is asked for in this form; that of the first page is `/index` before.
    package var ending: String {
        switch self {
        case .html: ".html"
        case .markdown: ".md"
        }
    }

    /// The form that a path asks for by its ending; nil for one without.
    package init?(ending path: some StringProtocol) {
        guard let form = Self.allCases.first(where: { path.hasSuffix($0.ending) }) else { return nil }
        self = form
    }

    /// The address of a page in a form, by its target: path, and query where there is one.
    ///
    /// HTML needs no ending, unless the path itself ends like that of another form, as that of a version `1.0.0-rc.md` does.
    package func address(of target: String) -> String {
        let path = target.prefix { $0 != "?" }
        guard self != .html || Self(ending: path) != nil else { return target }
        return "\(path == "/" ? "/index" : path)\(ending)\(target.dropFirst(path.count))"
    }

    /// The media type.
    package var mediaType: String {
        switch self {
        case .html: "text/html; charset=utf-8"
        case .markdown: "text/markdown; charset=utf-8"
        }
    }
}
