/// A part of a Markdown document, in the order of the text: elements open, hold others, and close.
///
/// HTML in a document is left out but for its text.
public enum MarkdownEvent: Sendable, Equatable {
    /// An element begins.
    case open(MarkdownElement)
    /// The element that began last and has not ended ends.
    case close
    /// Words.
    case text(String)
    /// Code within a line.
    case code(String)
    /// Lines of code; the language is empty where none is named.
    case codeBlock(String, language: String)
    /// A picture, with the words in its place.
    case image(address: String, words: String)
    /// The end of a line of the source within a paragraph.
    case softBreak
    /// The end of a line that was asked for.
    case lineBreak
    /// A line across.
    case rule
}

/// An element of a Markdown document that holds others.
public enum MarkdownElement: Sendable, Equatable {
    /// A paragraph, a quotation.
    case paragraph, quotation
    /// A heading, from 1 to 6.
    case heading(Int)
    /// A list; `start` is the number of its first item, nil for one without numbers. Of a tight one the paragraphs of items are
    /// lines (CommonMark 5.3).
    case list(start: Int?, isTight: Bool)
    /// An item of a list; `isChecked` is nil where it is no task.
    case item(isChecked: Bool?)
    /// A table, and a row of it.
    case table, row(isHead: Bool)
    /// A cell of a row; nil where its column has no alignment.
    case cell(MarkdownAlignment?)
    /// Emphasis, strong emphasis, words that were struck through.
    case emphasis, strong, struck
    /// A link to an address as it was written.
    case link(String)
}

/// The side to which the column of a table is set (GitHub Flavored Markdown, 4.10).
public enum MarkdownAlignment: String, Sendable {
    /// `:---`
    case left
    /// `:---:`
    case center
    /// `---:`
    case right
}
