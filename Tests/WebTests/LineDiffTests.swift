import TestSupport
import Testing
import Web

@Suite struct LineDiffTests {
    @Test func bothTextsComeOutOfIt() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<300 {
            // Few enough that all lines stand beside a change.
            let lines = (0..<3).map { _ in ["a", "b", "c", ""].randomElement(using: &random) ?? "" }
            let old = lines.joined(separator: "\n")
            let new = lines.filter { _ in Bool.random(using: &random) }.joined(separator: "\nb\n")
            let difference = try #require(LineDiff(Array(old.utf8), Array(new.utf8)))
            guard !difference.isEmpty else { continue }
            let known = difference.lines.compactMap(\.self)
            func text(without change: LineDiff.Change) -> [String] { known.filter { $0.change != change }.map(\.text) }
            #expect(
                text(without: .added) == Self.split(old),
                "\(old.debugDescription) \(new.debugDescription), seed \(seed)")
            #expect(
                text(without: .removed) == Self.split(new),
                "\(old.debugDescription) \(new.debugDescription), seed \(seed)")
        }
    }

    @Test func linesDifferByTheirBytes() throws {
        let difference = try #require(LineDiff(Array("a\r\n\u{e9}".utf8), Array("a\r\ne\u{301}".utf8)))
        #expect(difference.lines.compactMap(\.self).map(\.change) == [.kept, .removed, .added])
        #expect(difference.lines.compactMap(\.self).map(\.text) == ["a", "\u{e9}", "e\u{301}"])
        let ends = try #require(LineDiff(Array("a\r\nb\r\n".utf8), Array("a\r\nb\n".utf8)))
        #expect(ends.lines.compactMap(\.self).map(\.text) == ["a", "b\u{240d}", "b"])
        // Long lines that differ at their ends alone are compared once.
        let prefix = String(repeating: "x", count: 400)
        func long(_ end: String) -> [UInt8] {
            Array((0..<600).map { "\(prefix)\($0)\(end)" }.joined(separator: "\n").utf8)
        }
        #expect(LineDiff(long("a"), long("b"))?.lines.count == 1_200)
        // Takes time in proportion to what follows the last change.
        let lines = String(repeating: "\n", count: 400_000)
        #expect(LineDiff(Array("a\(lines)".utf8), Array("b\(lines)".utf8)) != nil)
    }

    private static func split(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }

    @Test func farLinesAreLeftOut() throws {
        let old = (0..<100).map { "line \($0)" }
        var new = old
        new[10] = "other"
        new[90] = "another"
        let difference = try #require(
            LineDiff(Array(old.joined(separator: "\n").utf8), Array(new.joined(separator: "\n").utf8)))
        #expect(difference.lines.count { $0 == nil } == 1)
        #expect(difference.lines.compactMap(\.self).filter { $0.change == .kept }.count == 12)
        #expect(try #require(LineDiff(Array("a\nb".utf8), Array("a\nb\n".utf8))).isEmpty)
    }

    @Test func whatDiffersInTooMuchIsNotCompared() {
        let old = (0..<2_000).map { "old \($0)" }.joined(separator: "\n")
        let new = (0..<2_000).map { "new \($0)" }.joined(separator: "\n")
        #expect(LineDiff(Array(old.utf8), Array(new.utf8)) == nil)
        #expect(LineDiff(Array(old.utf8), Array((old + "\nmore").utf8)) != nil)
    }
}
