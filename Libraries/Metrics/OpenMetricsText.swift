/// The text format of OpenMetrics 1.0.
public enum OpenMetricsText {
    /// Its media type.
    public static let mediaType = "application/openmetrics-text; version=1.0.0; charset=utf-8"

    /// Writes families, each with all its numbers.
    public static func bytes(_ families: [MetricFamily]) -> [UInt8] {
        var text = ""
        for family in families where !family.samples.isEmpty {
            text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            if !family.unit.isEmpty { text += "# UNIT \(family.name) \(family.unit)\n" }
            text += "# HELP \(family.name) \(escaped(family.help))\n"
            for sample in family.samples {
                text += family.name + sample.suffix
                if !sample.labels.isEmpty {
                    text += "{\(sample.labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ","))}"
                }
                text += " \(number(sample.value))\n"
            }
        }
        return Array((text + "# EOF\n").utf8)
    }

    /// A bound as a label: a whole number has a point, which tells it from no other spelling (OpenMetrics 1.0, canonical numbers).
    static func bound(_ value: Double) -> String {
        let text = number(value)
        return value == value.rounded() && text.allSatisfy { $0.isNumber || $0 == "-" } ? "\(text).0" : text
    }

    /// A number, without a point where it is whole.
    public static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        guard value == value.rounded(), abs(value) < 1e15 else { return "\(value)" }
        return "\(Int64(value))"
    }

    private static func escaped(_ text: String) -> String {
        var written = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": written += "\\\\"
            case "\n": written += "\\n"
            case "\"": written += "\\\""
            default: written.unicodeScalars.append(character)
            }
        }
        return written
    }

    /// Text that is not what this format allows, or more than is read.
    public struct Fault: Error, CustomStringConvertible {
        /// Which line, from 1.
        public let line: Int
        /// What is wrong with it.
        public let reason: String

        public var description: String { "line \(line): \(reason)" }
    }

    /// The most lines that are read.
    public static let maximumLines = 100_000

    /// Reads a document of another program of this marketplace: numbers with labels, without times and exemplars. Families of
    /// other kinds than those of `MetricFamily` are left out.
    public static func families(_ text: String) throws(Fault) -> [MetricFamily] {
        var reader = Reader()
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            guard number <= maximumLines else { throw Fault(line: number, reason: "there are too many") }
            if line == "# EOF" { return reader.families }
            do throws(Reader.Reason) {
                try reader.take(line)
            } catch {
                throw Fault(line: number, reason: error.text)
            }
        }
        throw Fault(line: number, reason: "the end is missing")
    }

    private struct Reader {
        struct Reason: Error { let text: String }

        private(set) var families: [MetricFamily] = []
        private var isSkipping = false
        private var head: (name: String, kind: MetricFamily.Kind, unit: String, help: String)?

        mutating func take(_ line: Substring) throws(Reason) {
            guard line.hasPrefix("#") else { return try sample(line) }
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            guard words.count >= 3 else { throw Reason(text: "a description has no name") }
            let rest = words.count > 3 ? words[3] : ""
            guard MetricFamily.isName(words[2]) else { throw Reason(text: "'\(words[2])' is no name") }
            switch words[1] {
            case "TYPE":
                isSkipping = false
                guard let kind = MetricFamily.Kind(rawValue: rest) else {
                    isSkipping = true
                    head = nil
                    return
                }
                head = (words[2], kind, "", "")
                families.append(MetricFamily(words[2], kind, ""))
            case "UNIT" where head?.name == words[2]:
                head?.unit = rest
                try replace()
            case "HELP" where head?.name == words[2]:
                head?.help = OpenMetricsText.unescaped(rest)
                try replace()
            default: if !isSkipping { throw Reason(text: "'\(words[1])' is unknown here") }
            }
        }

        private mutating func replace() throws(Reason) {
            guard let head, let last = families.popLast() else { return }
            guard head.unit.isEmpty || head.name.hasSuffix("_\(head.unit)") else {
                throw Reason(text: "'\(head.name)' does not end in its unit")
            }
            families.append(
                MetricFamily(head.name, head.kind, unit: head.unit, head.help, samples: last.samples))
        }

        private mutating func sample(_ line: Substring) throws(Reason) {
            guard !isSkipping else { return }
            guard let head else { throw Reason(text: "a number has no description before it") }
            let name = line.prefix { $0 != "{" && $0 != " " }
            guard name.hasPrefix(head.name) else { throw Reason(text: "'\(name)' does not belong to \(head.name)") }
            var rest = line[name.endIndex...]
            var labels: [MetricFamily.Label] = []
            if rest.hasPrefix("{") {
                rest = rest.dropFirst()
                while !rest.hasPrefix("}") { labels.append(try label(&rest)) }
                rest = rest.dropFirst()
            }
            guard rest.hasPrefix(" "), let value = OpenMetricsText.value(rest.dropFirst()) else {
                throw Reason(text: "there is no number")
            }
            families[families.count - 1].samples.append(
                MetricFamily.Sample(suffix: String(name.dropFirst(head.name.count)), labels: labels, value: value))
        }

        private func label(_ rest: inout Substring) throws(Reason) -> MetricFamily.Label {
            if rest.hasPrefix(",") { rest = rest.dropFirst() }
            let name = rest.prefix { $0 != "=" }
            guard MetricFamily.isName(String(name)), rest[name.endIndex...].hasPrefix("=\"") else {
                throw Reason(text: "a label has no name")
            }
            rest = rest[name.endIndex...].dropFirst(2)
            var end = rest.startIndex
            while end < rest.endIndex, rest[end] != "\"" {
                if rest[end] == "\\" { rest.formIndex(after: &end) }
                guard end < rest.endIndex else { break }
                rest.formIndex(after: &end)
            }
            guard end < rest.endIndex else { throw Reason(text: "a label has no end") }
            let value = OpenMetricsText.unescaped(String(rest[..<end]))
            rest = rest[rest.index(after: end)...]
            return MetricFamily.Label(String(name), value)
        }
    }

    private static func unescaped(_ text: String) -> String {
        var (written, isEscaped) = ("", false)
        for character in text.unicodeScalars {
            if isEscaped {
                written.unicodeScalars.append(character == "n" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                written.unicodeScalars.append(character)
            }
        }
        return written
    }

    private static func value(_ text: Substring) -> Double? {
        switch text {
        case "+Inf": .infinity
        case "-Inf": -.infinity
        case "NaN": .nan
        default: Double(String(text))
        }
    }
}
