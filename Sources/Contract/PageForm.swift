/// A form of pages: for people in a browser, or as text for those who read without one, programs among them.
package enum PageForm: Sendable, Hashable, CaseIterable {
    case html
    /// Markdown (RFC 7763; CommonMark with the tables of GFM).
    case markdown

    /// What the path of a page ends with where it is asked for as Markdown; that of the first page is `/index` before.
    package static let markdownEnding = ".md"

    /// The media type.
    package var mediaType: String {
        switch self {
        case .html: "text/html; charset=utf-8"
        case .markdown: "text/markdown; charset=utf-8"
        }
    }
}
