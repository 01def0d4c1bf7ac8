import Foundation
import JSON
import TestSupport
import Testing
import YAML

/// What is read has the value that an independent implementation of YAML 1.2 gives it.
@Suite struct YAMLJudgeTests {
    /// Documents that are put together from what YAML is made of, most of them by structure and some by chance.
    @Test func whatIsReadHasTheValueOfYAML12() async throws {
        var random = SeededRandom(seed: 17)
        var writer = Generator()
        var taken: [(text: String, value: JSONValue)] = []
        let count = 30_000
        for round in 0..<count {
            var text = writer.document(&random)
            if round % 3 > 0 { text = writer.changed(text, &random) }
            if let value = try? YAMLDocument.read(Array(text.utf8)) { taken.append((text, value)) }
        }
        let input = taken.map { text, value in
            "\(Data(text.utf8).base64EncodedString())\t\(Data(value.canonicalBytes).base64EncodedString())\n"
        }
        let verdicts = try await Oracle.run("yaml_judge", input: input.joined())
        print("YAML: \(taken.count) of \(count) generated documents were read and held to py-yaml12")
        try #require(verdicts.count == taken.count)
        let wrong = zip(taken, verdicts).filter { $1 != "same" }
        #expect(
            wrong.isEmpty,
            "\(wrong.count): \(wrong.prefix(12).map { "\($0.0.text.debugDescription) -> \(String(decoding: $0.0.value.canonicalBytes, as: UTF8.self)): \($0.1)" }.joined(separator: "\n"))"
        )
        #expect(taken.count > count / 4)
    }

    private struct Generator {
        private func pick<Element>(_ choices: [Element], _ random: inout SeededRandom) -> Element {
            choices[Int.random(in: 0..<choices.count, using: &random)]
        }

        mutating func document(_ random: inout SeededRandom) -> String {
            let head = pick(["", "", "", "# head\n", "---\n", "\n", "--- # x\n"], &random)
            return head + node(0, depth: 0, &random) + pick(["", "", "", "...\n", "# tail\n", "\n\n"], &random)
        }

        /// A block node whose entries stand at a column.
        private func node(_ column: Int, depth: Int, _ random: inout SeededRandom) -> String {
            let pad = String(repeating: " ", count: column)
            switch Int.random(in: 0..<(depth < 3 ? 8 : 1), using: &random) {
            case 1...4:
                var names: [String] = []
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let name = pick(
                        [
                            "a", "b", "key", "a b", "'q'", "\"d\"", "x-y", "-z", "?v", ":w", "é", "a#b", "u:v",
                            "\"a\\tb\"", "''",
                        ],
                        &random)
                    if !names.contains(name) { names.append(name) }
                }
                return names.map { "\(pad)\($0)\(pick(["", "", "", " "], &random)):" + value(column, depth, &random) }
                    .joined()
            case 5, 6:
                return (0..<Int.random(in: 1...3, using: &random)).map { _ in
                    let gap = pick([" ", " ", "  ", "   "], &random)
                    if Bool.random(using: &random), depth < 3 {
                        let inner = node(column + 1 + gap.count, depth: depth + 1, &random)
                        return "\(pad)-\(gap)\(inner.drop { $0 == " " })"
                    }
                    return "\(pad)-" + value(column, depth, &random, isEntry: true)
                }.joined()
            default: return pad + scalar(column - 1, &random) + "\n"
            }
        }

        private func value(
            _ column: Int, _ depth: Int, _ random: inout SeededRandom, isEntry: Bool = false
        ) -> String {
            switch Int.random(in: 0..<10, using: &random) {
            case 0: return pick(["\n", " \n", " # c\n", "\t\n"], &random)
            case 1,
                2 where depth < 3:
                let deeper = column + Int.random(in: (isEntry ? 1 : 0)...3, using: &random)
                return pick(["\n", " # c\n", "\n\n"], &random) + node(deeper, depth: depth + 1, &random)
            case 3, 4: return " " + block(column, &random)
            default:
                return pick([" ", " ", "  ", "\t"], &random) + scalar(column, &random)
                    + pick(["\n", "\n", "\n", " # c\n", "  \n"], &random)
            }
        }

        private let words = [
            "x", "12", "0x1F", "012", "1e3", ".5", "true", "no", "null", "~", "a b", "a  b", "http://x", "a:b", "a#b",
            "a #b",
            "-x", "?x", ":x", "é", "- x", "1.2.3", "x,y", "x]", "{", "*a", "&a", "!t", "@x", "%x", "a: b", "'", "it's",
            "-", "?",
        ]

        private func scalar(_ parent: Int, _ random: inout SeededRandom) -> String {
            switch Int.random(in: 0..<10, using: &random) {
            case 0...3: return pick(words, &random)
            case 4:
                let pad = String(repeating: " ", count: max(0, parent + Int.random(in: 0...2, using: &random)))
                return pick(words, &random) + pick(["\n", "\n\n", " \n", "\n \n\n", "\n\t\n"], &random) + pad
                    + pick(words, &random)
            case 5: return "'" + inside(parent, &random, ["''", "x", " ", "#", ": ", "\t", "é"]) + "'"
            case 6:
                return "\""
                    + inside(
                        parent, &random,
                        ["\\n", "\\\\", "\\\"", "x", " ", "\\x41", "\\u00e9", "\\ ", "\\t", "\\\n  ", "# "]) + "\""
            default: return flow(parent, 0, &random)
            }
        }

        private func inside(_ parent: Int, _ random: inout SeededRandom, _ pieces: [String]) -> String {
            let pad = String(repeating: " ", count: max(0, parent + Int.random(in: 0...2, using: &random)))
            return (0..<Int.random(in: 0...5, using: &random)).map { _ in
                random.once(in: 6) ? pick(["\n", "\n\n", " \n", "\n\t"], &random) + pad : pick(pieces, &random)
            }.joined()
        }

        private func flow(_ parent: Int, _ depth: Int, _ random: inout SeededRandom) -> String {
            let pad = String(repeating: " ", count: max(0, parent + Int.random(in: 0...2, using: &random)))
            func space(_ random: inout SeededRandom) -> String {
                pick(["", " ", " ", " ", "\n\(pad)", " # c\n\(pad)", "\t", "  "], &random)
            }
            func item(_ random: inout SeededRandom) -> String {
                switch Int.random(in: 0..<(depth < 2 ? 6 : 4), using: &random) {
                case 0: "'" + inside(parent, &random, ["x", " ", "''"]) + "'"
                case 1: "\"" + inside(parent, &random, ["x", " ", "\\n"]) + "\""
                case 2, 3: pick(words, &random)
                default: flow(parent, depth + 1, &random)
                }
            }
            let count = Int.random(in: 0...3, using: &random)
            if Bool.random(using: &random) {
                let items = (0..<count).map { _ in space(&random) + item(&random) + space(&random) }
                return "[" + items.joined(separator: ",") + pick(["", "", ","], &random) + "]"
            }
            let items = (0..<count).map { index in
                let name = pick(["k\(index)", "'k\(index)'", "\"k\(index)\"", "?k\(index)", "k \(index)"], &random)
                let colon = pick([":", ": ", ":", " : ", ""], &random)
                return space(&random) + name + colon + space(&random) + (random.once(in: 5) ? "" : item(&random))
                    + space(&random)
            }
            return "{" + items.joined(separator: ",") + pick(["", "", ","], &random) + "}"
        }

        private func block(_ column: Int, _ random: inout SeededRandom) -> String {
            let header = pick(["|", ">"], &random) + pick(["", "", "", "-", "+", "2", "1-", "+1"], &random)
            let width = column + Int.random(in: 1...3, using: &random)
            let lines = (0..<Int.random(in: 0...5, using: &random)).map { _ -> String in
                let pad = String(repeating: " ", count: max(0, width + pick([0, 0, 0, 0, 1, 2, -1, -2], &random)))
                return pad + pick(["x", "y z", "", "", "# no comment", "- a", "a: b", "\tz", " "], &random)
            }
            return header + pick(["\n", "\n", " # c\n", "  \n"], &random) + lines.map { $0 + "\n" }.joined()
        }

        /// A document with a piece put in, taken out or doubled.
        func changed(_ text: String, _ random: inout SeededRandom) -> String {
            var characters = Array(text.unicodeScalars.map(Character.init))
            guard !characters.isEmpty else { return text }
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                let place = Int.random(in: 0..<max(1, characters.count), using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0:
                    let piece = pick(
                        [
                            " ", "\n", "\t", "#", ":", "-", ",", "[", "]", "{", "}", "'", "\"", "|", ">", "? ", "- ",
                            ": ", "\n ", "---\n", "x",
                        ],
                        &random)
                    characters.insert(contentsOf: Array(piece), at: min(place, characters.count))
                case 1: if place < characters.count { characters.remove(at: place) }
                default: characters.removeLast(min(characters.count, Int.random(in: 0...2, using: &random)))
                }
            }
            return String(characters)
        }
    }
}
