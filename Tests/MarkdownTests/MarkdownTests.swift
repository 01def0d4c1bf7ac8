import Foundation
import JSON
import TestSupport
import Testing

@testable import Markdown

@Suite struct MarkdownTests {
    private static let documents = [
        "# One\n\nTwo *em* **strong** ~~gone~~ `code` [link](https://a.example/b \"t\") ![pic *x*](p.png)\n",
        "- a\n- b\n  1. c\n  2. d\n\n     e\n\n* * *\n\n7) f\n",
        "> quote\n> # in\n>\n> - list\n\nsoft\nbreak  \nhard\\\nbreak\n",
        "| a | b | c | d |\n|---|:-:|--:|:--|\n| 1 | `x` | 2 | y |\n| *2* | |\n\nafter\n",
        "```swift x\nlet a = 1 < 2\n```\n\n    indented\n\n~~~\nopen\n",
        "<div>\n*x*\n</div>\n\na <b>c</b> <!-- d --> &amp; &copy; &#x41; \\*no\\*\n",
        "[a]: https://a.example\n\n[a] [b][a] ![a] [none] <https://c.example>\n",
        "Setext\n===\n\nOther\n---\n\n###### six #\n####### seven\n", "", "\n\n", "\u{fffd}\u{1f600} ünï *日本*語*\n",
    ]

    /// A document of fragments, each of which means something beside others.
    private static func generated(_ random: inout SeededRandom) -> String {
        let fragments = [
            "# h\n", "\n", "\n\n", "- a\n", "  - b\n", "1. n\n", "> q\n", "text ", "*", "**", "``c``", "[l](u)",
            "![i](v)",
            "\\*", "&lt;", "x<i>y", "---\n", "    code\n", "```\nf\n```\n", "| a | b |\n|---|---|\n| c | d |\n", "  \n",
            "é",
        ]
        return (0..<Int.random(in: 1...12, using: &random)).map { _ in fragments.randomElement(using: &random) ?? "" }
            .joined() + "\n"
    }

    /// The events with texts that follow each other as one, as the oracle writes them.
    private static func text(_ events: [MarkdownEvent]) -> String {
        var merged: [MarkdownEvent] = []
        for event in events {
            if case .text(let words) = event, case .text(let before)? = merged.last {
                merged[merged.count - 1] = .text(before + words)
            } else {
                merged.append(event)
            }
        }
        return String(decoding: JSONValue.array(merged.map(\.json)).canonicalBytes, as: UTF8.self)
    }

    @Test func partsAreThoseOfAnotherImplementation() async throws {
        // Of other seeds some documents are known on which the two differ, where CommonMark leaves it open.
        var random = SeededRandom(seed: 7)
        let documents = Self.documents + (0..<400).map { _ in Self.generated(&random) }
        let input = documents.map { String(decoding: JSONValue.string($0).canonicalBytes, as: UTF8.self) + "\n" }
        let judged = try await Oracle.run("markdown_parts", input: input.joined())
        try #require(judged.count == documents.count)
        for (document, parts) in zip(documents, judged) {
            let theirs = try JSONValue(Array(parts.utf8)).canonicalBytes
            #expect(
                Self.text(MarkdownReader.events(of: Array(document.utf8))) == String(decoding: theirs, as: UTF8.self),
                "\(document.debugDescription)")
        }
    }

    @Test func ofHTMLTheTextIsLeft() {
        for (source, words) in [
            ("a <b>c</b> <script>no *way*</script> d\n", "a c  d"),
            ("<div>\n<SCRIPT>x<y</Script>z &lt;\n</div>\n", "z <"),
            ("x <!-- a --> y <style>z\n\nnext\n", "x  y next"), ("<script>\n1\n</script>\nafter\n", "after"),
            ("a <scripture>b</scripture> <styled>c</styled>\n", "a b c"), ("a <script>![x](p.png)</script> b\n", "a b"),
        ] {
            let text = MarkdownReader.events(of: Array(source.utf8)).compactMap { event in
                if case .text(let words) = event { words } else { event == .open(.paragraph) ? " " : nil }
            }
            let found = text.joined().split(whereSeparator: \.isWhitespace).joined(separator: " ")
            #expect(found == words.split(separator: " ").joined(separator: " "), "\(source)")
        }
        // In proportion to its length.
        for piece in ["<script></SCRIPT>", "<script>", "<!--", "<", "<style></style "] {
            _ = MarkdownReader.events(of: Array(("<div>" + String(repeating: piece, count: 40_000)).utf8))
        }
    }

    @Test func whateverItIsItEndsAsItBegan() {
        let documents: [[UInt8]] = [
            Array(String(repeating: "> ", count: 20_000).utf8) + [0x61],
            Array(String(repeating: "- ", count: 5_000).utf8),
            Array(String(repeating: "[", count: 20_000).utf8), Array(String(repeating: "*a_", count: 20_000).utf8),
            Array(String(repeating: "a\n\n", count: 60_000).utf8), [0xff, 0xfe, 0x00, 0x0a, 0xc3],
            Array(String(repeating: "![", count: 2_000).utf8) + Array("a".utf8)
                + Array(String(repeating: "](u)", count: 2_000).utf8),
        ]
        for document in documents {
            let events = MarkdownReader.events(of: document)
            var (depth, deepest) = (0, 0)
            for event in events {
                if case .open = event { depth += 1 }
                if event == .close { depth -= 1 }
                deepest = max(deepest, depth)
                #expect(depth >= 0)
            }
            #expect(depth == 0)
            #expect(deepest <= 30)
            #expect(events.count <= MarkdownReader.maximumEvents + 30)
        }
    }

    @Test func anotherProcessReadsTheSameAndIsKilledWhenItsTimeIsOver() async throws {
        let program = try #require(ProcessInfo.processInfo.environment["MENTATLAB_MARKETPLACE"])
        let document = Array(Self.documents.joined(separator: "\n\n").utf8)
        let events = try await read(document, program, milliseconds: 30_000)
        #expect(events == MarkdownReader.events(of: document))
        #expect(try await read(document, program, milliseconds: 0) == nil)
        // More than it may be, and a program that says something else.
        #expect(try await read([UInt8](repeating: 0x61, count: (1 << 20) + 1), program, milliseconds: 30_000) == nil)
        #expect(try await read(Array("x".utf8), "/bin/echo", milliseconds: 30_000) == nil)
    }

    /// What takes the library a time that grows with the square of its length costs no more than the bound.
    @Test func aDocumentThatTakesForeverIsGivenUp() async throws {
        let program = try #require(ProcessInfo.processInfo.environment["MENTATLAB_MARKETPLACE"])
        let columns =
            "|" + String(repeating: "x|", count: 250_000) + "\n|" + String(repeating: "-|", count: 250_000) + "\n"
        for document in [String(repeating: "![[]()", count: 170_000), columns] {
            #expect(try await read(Array(document.utf8), program, milliseconds: 60_000) == nil)
        }
    }

    private func read(_ document: [UInt8], _ program: String, milliseconds: Int64) async throws -> [MarkdownEvent]? {
        try await Task.detached {
            try MarkdownHelper.events(of: document, program: program, withinMilliseconds: milliseconds)
        }.value
    }
}
