import System
import Text

/// A secret in a file.
package struct FoundSecret: Sendable, Equatable {
    /// The file, by its name in the package.
    package let file: String
    /// The line that it begins in, from 1.
    package let line: Int
    /// What it is, with an article.
    package let what: String
    /// True where its own check digits or its structure say so; else it looks like one.
    package let isCertain: Bool
    /// The token itself where it is one of a MentatLab marketplace, so that it can be revoked. Never printed.
    package let token: String?
}

/// Looks for secrets in files.
enum SecretSearch {
    /// How many bytes are read at once, and how many at the end are searched again with the next ones: more than any
    /// secret has.
    private static let (windowBytes, overlapBytes) = (4 << 20, 128 << 10)
    /// The most secrets of one file that are listed, for certain and for likely ones apart, so that neither hides the
    /// other.
    private static let maximumFound = 20

    /// All secrets of a file; blocks the calling thread.
    ///
    /// Text in UTF-16, as PowerShell writes it, is read as well. What lies in archives is not looked at.
    static func secrets(in path: String, named name: String, progress: (Int64) -> Void) throws(SystemError)
        -> [FoundSecret]
    {
        let file = try Descriptor.reading(path)
        var found: [FoundSecret] = []
        var (offset, line) = (Int64(0), 1)
        var isWide = false
        var window: [UInt8] = []
        while true {
            var piece = try file.read(at: offset, count: windowBytes)
            if offset == 0 { isWide = piece.beginsAsUTF16 }
            offset += Int64(piece.count)
            progress(Int64(piece.count))
            let isLast = piece.isEmpty
            if isWide { piece.removeAll { $0 == 0 } }
            window += piece
            let end = isLast ? window.count : max(0, window.count - overlapBytes)
            for (index, kind, certainty) in matches(in: window, before: end) {
                let isCertain = certainty == .certain
                let known = found.count { $0.isCertain == isCertain }
                guard known < maximumFound else { continue }
                let breaks = window[..<index].count { $0 == UInt8(ascii: "\n") }
                let token = kind.prefix == SecretKind.own.prefix ? SecretKind.ownText(window[index...]) : nil
                found.append(
                    FoundSecret(file: name, line: line + breaks, what: kind.name, isCertain: isCertain, token: token))
            }
            guard !isLast else { return found }
            line += window[..<end].count { $0 == UInt8(ascii: "\n") }
            window.removeFirst(end)
        }
    }

    private static let lookBytes = 65_536
    private static let kindsByFirst = Dictionary(grouping: SecretKind.all) { $0.prefix[0] }
    private static let isFirst: [Bool] = (0..<256).map { kindsByFirst[UInt8($0)] != nil }

    /// The secrets that begin before an index, in order.
    private static func matches(
        in bytes: [UInt8], before end: Int
    ) -> [(index: Int, kind: SecretKind, certainty: SecretKind.Certainty)] {
        var found: [(index: Int, kind: SecretKind, certainty: SecretKind.Certainty)] = []
        var index = 0
        while index < end {
            guard isFirst[Int(bytes[index])] else {
                index += 1
                continue
            }
            // No judge looks further, so a file full of beginnings takes no longer than its length times that.
            let rest = bytes[index...].prefix(lookBytes)
            for kind in kindsByFirst[bytes[index]] ?? [] where rest.starts(with: kind.prefix) {
                // What its own digits prove is one wherever it stands; what only looks like one begins a word.
                guard let certainty = kind.judge(rest), certainty == .certain || isStart(index, bytes) else { continue }
                found.append((index, kind, certainty))
                index += kind.prefix.count
                break
            }
            index += 1
        }
        return found
    }

    /// False within a word; a letter after a backslash stands for a line break or the like.
    private static func isStart(_ index: Int, _ bytes: [UInt8]) -> Bool {
        guard index > 0, SecretKind.isWord(bytes[index - 1]) else { return true }
        return index > 1 && bytes[index - 2] == UInt8(ascii: "\\") && "nrt".utf8.contains(bytes[index - 1])
    }
}
