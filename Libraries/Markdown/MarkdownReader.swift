import CMarkdown
import Glibc

/// Reads Markdown: CommonMark with tables, struck words, tasks and bare addresses of GitHub Flavored Markdown.
///
/// The library below takes quadratic time for some documents, so documents of others are read in a process of their own: see
/// `MarkdownHelper`.
public enum MarkdownReader {
    /// The most events of a document; what is behind them is left out.
    public static let maximumEvents = 100_000

    /// The most levels of elements. Deeper elements are left out; their content stays.
    private static let maximumDepth = 30

    private static let extensions = ["table", "strikethrough", "autolink", "tasklist"]

    /// Returns the events of a document.
    ///
    /// Bytes that are not UTF-8 become U+FFFD. After `maximumEvents` events the rest is left out, and the elements that
    /// are open are closed. Elements deeper than 30 levels are left out; their content stays.
    public static func events(of document: [UInt8]) -> [MarkdownEvent] {
        cmark_gfm_core_extensions_ensure_registered()
        guard let parser = unsafe cmark_parser_new(CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8) else { return [] }
        defer { unsafe cmark_parser_free(parser) }
        for name in extensions {
            guard let found = unsafe cmark_find_syntax_extension(name) else { continue }
            unsafe cmark_parser_attach_syntax_extension(parser, found)
        }
        unsafe document.withUnsafeBytes { bytes in
            unsafe cmark_parser_feed(parser, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard let root = unsafe cmark_parser_finish(parser) else { return [] }
        defer { unsafe cmark_node_free(root) }
        return unsafe events(below: root)
    }

    @unsafe private static func events(below root: OpaquePointer) -> [MarkdownEvent] {
        guard let iterator = unsafe cmark_iter_new(root) else { return [] }
        defer { unsafe cmark_iter_free(iterator) }
        var events: [MarkdownEvent] = []
        var depth = 0
        /// The tag within a line whose content is left out.
        var unread: String?
        /// The words in the place of a picture, which are read instead of what is in it.
        var picture: (depth: Int, words: String)?
        var place = 0
        var columns = Columns()
        while true {
            let step = unsafe cmark_iter_next(iterator)
            if step == CMARK_EVENT_DONE || events.count >= maximumEvents { break }
            let node = unsafe cmark_iter_get_node(iterator)
            let isEntering = step == CMARK_EVENT_ENTER
            let kind = unsafe String(cString: cmark_node_get_type_string(node))
            place += isEntering ? 1 : -1
            if kind == "image" {
                if isEntering {
                    picture = picture ?? (place, "")
                } else if let found = picture, found.depth == place + 1 {
                    let address = unsafe text(cmark_node_get_url(node))
                    if unread == nil { events.append(.image(address: address, words: found.words)) }
                    picture = nil
                }
                continue
            }
            // Leaves are entered and never left.
            let literal = unsafe cmark_node_get_literal(node)
            if unsafe cmark_node_first_child(node) == nil, isEntering, isLeaf(kind) {
                place -= 1
                guard picture == nil else {
                    picture?.words += unsafe kind == "softbreak" ? " " : text(literal)
                    continue
                }
                if kind.hasPrefix("html") {
                    let source = unsafe text(literal)
                    if let name = unread {
                        if PlainHTML.isEnd(source, of: name) { unread = nil }
                        continue
                    }
                    unread = kind == "html_inline" ? PlainHTML.unread(source) : nil
                    let words = PlainHTML.text(of: source)
                    if words.contains(where: { !$0.isWhitespace }) { events.append(.text(words)) }
                    continue
                }
                let part = unsafe leaf(kind, node)
                if part != .text(""), unread == nil { events.append(part) }
                continue
            }
            // What is left out ends with its line at the latest.
            if !isEntering, kind == "paragraph" || kind == "heading" || kind == "table_cell" { unread = nil }
            if isEntering { unsafe columns.enter(kind, node) }
            guard picture == nil, let element = unsafe element(kind, node, in: columns) else { continue }
            if isEntering {
                guard depth < maximumDepth else {
                    depth += 1
                    continue
                }
                depth += 1
                events.append(.open(element))
            } else {
                depth -= 1
                if depth < maximumDepth { events.append(.close) }
            }
        }
        for _ in 0..<min(depth, maximumDepth) { events.append(.close) }
        return events
    }

    /// The columns of the table that is read, and the one that the present cell is in.
    private struct Columns {
        private var alignments: [MarkdownAlignment?] = []
        private var number = 0

        var alignment: MarkdownAlignment? { alignments.indices.contains(number - 1) ? alignments[number - 1] : nil }

        @unsafe mutating func enter(_ kind: String, _ node: OpaquePointer?) {
            switch kind {
            case "table":
                let count = unsafe Int(cmark_gfm_extensions_get_table_columns(node))
                guard let known = unsafe cmark_gfm_extensions_get_table_alignments(node) else { return alignments = [] }
                alignments = (0..<count).map { column in
                    switch unsafe known[column] {
                    case UInt8(ascii: "l"): .left
                    case UInt8(ascii: "c"): .center
                    case UInt8(ascii: "r"): .right
                    default: nil
                    }
                }
            case "table_header", "table_row": number = 0
            case "table_cell": number += 1
            default: break
            }
        }
    }

    private static func isLeaf(_ kind: String) -> Bool {
        ["text", "code", "code_block", "html_block", "html_inline", "softbreak", "linebreak", "thematic_break"]
            .contains(kind)
    }

    @unsafe private static func leaf(_ kind: String, _ node: OpaquePointer?) -> MarkdownEvent {
        let literal = unsafe text(cmark_node_get_literal(node))
        switch kind {
        case "code": return .code(literal)
        case "code_block":
            let language = unsafe text(cmark_node_get_fence_info(node)).split(separator: " ").first.map(String.init)
            return .codeBlock(literal, language: language ?? "")
        case "softbreak": return .softBreak
        case "linebreak": return .lineBreak
        case "thematic_break": return .rule
        default: return .text(literal)
        }
    }

    /// The element that a node is; nil for the document itself and for what is unknown, which only holds others.
    @unsafe private static func element(
        _ kind: String, _ node: OpaquePointer?, in columns: Columns
    ) -> MarkdownElement? {
        switch kind {
        case "paragraph": return .paragraph
        case "block_quote": return .quotation
        case "heading": return .heading(unsafe Int(cmark_node_get_heading_level(node)))
        case "list":
            let isOrdered = unsafe cmark_node_get_list_type(node) == CMARK_ORDERED_LIST
            let isTight = unsafe cmark_node_get_list_tight(node) != 0
            return .list(start: isOrdered ? unsafe Int(cmark_node_get_list_start(node)) : nil, isTight: isTight)
        case "item": return .item(isChecked: nil)
        case "tasklist": return .item(isChecked: unsafe cmark_gfm_extensions_get_tasklist_item_checked(node))
        case "table": return .table
        case "table_header": return .row(isHead: true)
        case "table_row": return .row(isHead: false)
        case "table_cell": return .cell(columns.alignment)
        case "emph": return .emphasis
        case "strong": return .strong
        case "strikethrough": return .struck
        case "link": return .link(unsafe text(cmark_node_get_url(node)))
        default: return nil
        }
    }

    @unsafe private static func text(_ bytes: UnsafePointer<CChar>?) -> String {
        guard let bytes = unsafe bytes else { return "" }
        return unsafe String(cString: bytes)
    }
}
