/// The lines in which two texts differ, with some around them.
package struct LineDiff: Sendable {
    /// What became of a line.
    package enum Change: Sendable {
        case kept, removed, added
    }

    /// The lines in order; nil stands for kept ones that are left out.
    package let lines: [(change: Change, text: String)?]
    /// True where both have the same lines.
    package var isEmpty: Bool { lines.isEmpty }

    /// More changed lines are not compared: the time grows with the square of their number.
    private static let maximumLines = 600
    /// How many kept lines are shown beside a change.
    private static let context = 3

    /// Compares two texts; nil where more than 600 lines of one lie between the first and the last difference.
    package init?(_ old: [UInt8], _ new: [UInt8]) {
        let (old, new) = (Self.split(old), Self.split(new))
        let head = zip(old, new).prefix { $0 == $1 }.count
        let rest = min(old.count, new.count) - head
        let tail = zip(old.reversed(), new.reversed()).prefix(rest).prefix { $0 == $1 }.count
        let (left, right) = (old[head..<old.count - tail], new[head..<new.count - tail])
        guard left.count <= Self.maximumLines, right.count <= Self.maximumLines else { return nil }
        var all: [(change: Change, line: ArraySlice<UInt8>)] = old[..<head].map { (.kept, $0) }
        // Lines are compared once, and their numbers as often as it takes.
        var numbers: [ArraySlice<UInt8>: Int] = [:]
        func number(_ line: ArraySlice<UInt8>) -> Int {
            if let known = numbers[line] { return known }
            numbers[line] = numbers.count
            return numbers.count - 1
        }
        let difference = right.map(number).difference(from: left.map(number))
        let removed = Set(difference.removals.map(\.offset)), added = Set(difference.insertions.map(\.offset))
        var (from, to) = (0, 0)
        while from < left.count || to < right.count {
            if removed.contains(from), from < left.count {
                all.append((.removed, left[head + from]))
                from += 1
            } else if added.contains(to), to < right.count {
                all.append((.added, right[head + to]))
                to += 1
            } else {
                all.append((.kept, left[head + from]))
                from += 1
                to += 1
            }
        }
        all += old[(old.count - tail)...].map { (.kept, $0) }
        lines = Self.shown(all)
    }

    /// The lines of a text, compared byte by byte.
    private static func split(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    /// A line as it is shown. A carriage return at its end, as Windows writes it, is said where it may be all that differs.
    private static func text(_ line: ArraySlice<UInt8>, isChanged: Bool) -> String {
        guard line.last == UInt8(ascii: "\r") else { return String(decoding: line, as: UTF8.self) }
        return String(decoding: line.dropLast(), as: UTF8.self) + (isChanged ? "\u{240d}" : "")
    }

    /// The changes with their surroundings.
    private static func shown(
        _ all: [(change: Change, line: ArraySlice<UInt8>)]
    ) -> [(change: Change, text: String)?] {
        var isShown = [Bool](repeating: false, count: all.count)
        for (index, line) in all.enumerated() where line.change != .kept {
            for near in max(0, index - context)..<min(all.count, index + context + 1) { isShown[near] = true }
        }
        let last = isShown.lastIndex(of: true) ?? -1
        var lines: [(change: Change, text: String)?] = []
        for (index, line) in all.enumerated() where index <= last {
            if isShown[index] {
                lines.append((line.change, text(line.line, isChanged: line.change != .kept)))
            } else if let before = lines.last, before != nil {
                lines.append(nil)
            }
        }
        return lines
    }
}

extension CollectionDifference.Change {
    fileprivate var offset: Int {
        switch self {
        case .insert(let offset, _, _), .remove(let offset, _, _): offset
        }
    }
}
