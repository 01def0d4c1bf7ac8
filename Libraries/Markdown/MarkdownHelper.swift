import JSON
public import System

/// Reads untrusted Markdown in a process of its own, since `MarkdownReader` takes quadratic time for some documents.
///
/// The process has at most 2 seconds of processor time and 1 GiB of address space, gets no environment variable but
/// `LD_LIBRARY_PATH`, and answers with the events of the document.
public enum MarkdownHelper {
    /// The only argument of a program that is to be this process; the program then calls `serve` and nothing else.
    public static let argument = "read-markdown"

    /// The most bytes of a document.
    public static let maximumBytes = 1 << 20

    private static let maximumAnswerBytes = 8 << 20
    private static let processorSeconds: UInt = 2
    private static let memoryBytes: UInt = 1 << 30

    /// Reads a document from standard input and writes its events to standard output, as JSON. A program that was
    /// started with `argument` calls it.
    ///
    /// - Returns: the exit code: 0, or 1 where the document is larger than `maximumBytes` or can't be read or written.
    public static func serve() -> Int32 {
        Host.limitItself(processorSeconds: processorSeconds, memoryBytes: memoryBytes)
        guard let document = Host.readInput(limit: maximumBytes) else { return 1 }
        let events = MarkdownReader.events(of: document)
        return Host.write(JSONValue.array(events.map(\.json)).canonicalBytes) ? 0 : 1
    }

    /// Reads a document; blocks the calling thread.
    ///
    /// - Parameters:
    ///   - program: the absolute path of a program that does what `serve` does when it is started with `argument`.
    ///   - milliseconds: how long that may take.
    /// - Returns: nil where the document is larger than `maximumBytes`, or where the process exceeds a limit, fails, or
    ///   answers with more than 8 MiB or something else than events.
    /// - Throws: `SystemError` where the program can't be started.
    public static func events(
        of document: [UInt8], program: String, withinMilliseconds milliseconds: Int64
    ) throws(SystemError) -> [MarkdownEvent]? {
        guard document.count <= maximumBytes else { return nil }
        let answer = try Subprocess.answer(
            of: [program, argument], to: document, maximumBytes: maximumAnswerBytes, withinMilliseconds: milliseconds)
        guard let answer else { return nil }
        let limits = JSONLimits(bytes: maximumAnswerBytes, depth: 4, values: 5 * MarkdownReader.maximumEvents)
        guard let parts = try? JSONValue(answer, limits: limits).array else { return nil }
        var events: [MarkdownEvent] = []
        var depth = 0
        for part in parts {
            guard let event = MarkdownEvent(part) else { return nil }
            // What is read here is not trusted: whatever opens has to close.
            if case .open = event { depth += 1 }
            if event == .close { depth -= 1 }
            guard depth >= 0 else { return nil }
            events.append(event)
        }
        return depth == 0 ? events : nil
    }
}

extension MarkdownEvent {
    private enum Name: String {
        case open, close, text, code, lines, image, soft, hard, rule
    }

    private enum Element: String {
        case paragraph, quotation, heading, list, item, table, row, cell, emphasis, strong, struck, link
    }

    /// The event as an array: its name, then what belongs to it.
    var json: JSONValue {
        func array(_ name: Name, _ rest: JSONValue...) -> JSONValue { .array([.string(name.rawValue)] + rest) }
        func element(_ element: Element, _ rest: JSONValue...) -> JSONValue {
            .array([.string(Name.open.rawValue), .string(element.rawValue)] + rest)
        }
        func number(_ number: Int) -> JSONValue { .number(JSONNumber(Int64(number))) }
        switch self {
        case .close: return array(.close)
        case .text(let text): return array(.text, .string(text))
        case .code(let text): return array(.code, .string(text))
        case .codeBlock(let text, let language): return array(.lines, .string(text), .string(language))
        case .image(let address, let words): return array(.image, .string(address), .string(words))
        case .softBreak: return array(.soft)
        case .lineBreak: return array(.hard)
        case .rule: return array(.rule)
        case .open(.paragraph): return element(.paragraph)
        case .open(.quotation): return element(.quotation)
        case .open(.heading(let level)): return element(.heading, number(level))
        case .open(.list(let start, let isTight)):
            return element(.list, number(start ?? -1), number(isTight ? 1 : 0))
        case .open(.item(let isChecked)): return element(.item, number(isChecked.map { $0 ? 1 : 0 } ?? -1))
        case .open(.table): return element(.table)
        case .open(.row(let isHead)): return element(.row, number(isHead ? 1 : 0))
        case .open(.cell(let alignment)): return element(.cell, .string(alignment?.rawValue ?? ""))
        case .open(.emphasis): return element(.emphasis)
        case .open(.strong): return element(.strong)
        case .open(.struck): return element(.struck)
        case .open(.link(let address)): return element(.link, .string(address))
        }
    }

    fileprivate init?(_ json: JSONValue) {
        guard let parts = json.array, let name = parts.first?.string.flatMap(Name.init) else { return nil }
        func text(_ index: Int) -> String? { index < parts.count ? parts[index].string : nil }
        switch name {
        case .close: self = .close
        case .soft: self = .softBreak
        case .hard: self = .lineBreak
        case .rule: self = .rule
        case .text, .code:
            guard let words = text(1) else { return nil }
            self = name == .text ? .text(words) : .code(words)
        case .lines, .image:
            guard let first = text(1), let second = text(2) else { return nil }
            self = name == .lines ? .codeBlock(first, language: second) : .image(address: first, words: second)
        case .open:
            guard let element = text(1).flatMap(Element.init) else { return nil }
            func integer(_ index: Int) -> Int? {
                index < parts.count ? parts[index].integer.map { Int(clamping: $0) } : nil
            }
            let number = integer(2)
            switch element {
            case .paragraph: self = .open(.paragraph)
            case .quotation: self = .open(.quotation)
            case .table: self = .open(.table)
            case .cell: self = .open(.cell(text(2).flatMap(MarkdownAlignment.init)))
            case .emphasis: self = .open(.emphasis)
            case .strong: self = .open(.strong)
            case .struck: self = .open(.struck)
            case .link:
                guard let address = text(2) else { return nil }
                self = .open(.link(address))
            case .heading, .list, .item, .row:
                guard let number else { return nil }
                switch element {
                case .heading: self = .open(.heading(max(1, min(6, number))))
                case .list: self = .open(.list(start: number < 0 ? nil : number, isTight: integer(3) == 1))
                case .item: self = .open(.item(isChecked: number < 0 ? nil : number == 1))
                default: self = .open(.row(isHead: number == 1))
                }
            }
        }
    }
}
