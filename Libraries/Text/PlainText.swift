/// A text that a person wrote, cleaned to be stored: without invisible characters that mean nothing, and without
/// changes of direction that reach beyond a line.
///
/// Line ends become LF; tabs stay. Taken out are other C0 and C1 controls and DEL, U+00AD, U+200B, U+FEFF, interlinear
/// marks (U+FFF9–FFFB), tags (U+E0000–E007F) outside of a flag, and selectors of variants behind what has none. Marks of
/// direction and the joiners of scripts and emoji stay. Embeddings, overrides and isolates (UAX #9) that a line leaves open are closed at its end, so that they do
/// not reorder what follows.
public struct PlainText: Sendable, Equatable {
    /// The text to keep.
    public let text: String
    /// What was taken out, each character once, in the order of the first.
    public let removed: [Unicode.Scalar]
    /// True where an embedding, override or isolate was closed.
    public let isClosed: Bool

    /// What was changed, in words for a warning; nil where only line ends were, or nothing.
    public var words: String? {
        var parts: [String] = []
        if !removed.isEmpty {
            let names = removed.prefix(8).map { "U+\(Self.hex($0))" }.joined(separator: ", ")
            parts.append("what can't be seen was taken out: \(names)\(removed.count > 8 ? " and others" : "")")
        }
        if isClosed {
            parts.append("a change of the text's direction was left open and is closed at the end of its line")
        }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    private static func hex(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// Cleans a text. A text that was cleaned stays as it is.
    public init(_ raw: String) {
        let scalars = Array(raw.unicodeScalars)
        var kept = String.UnicodeScalarView()
        var removed: [Unicode.Scalar] = []
        var known: Set<Unicode.Scalar> = []
        var open: [Unicode.Scalar] = []
        var openIsolates = 0
        var isClosed = false
        func closeAll() {
            for control in open.reversed() { kept.append(Self.closes(control)) }
            isClosed = isClosed || !open.isEmpty
            open = []
            openIsolates = 0
        }
        func remove(_ scalar: Unicode.Scalar) {
            if known.insert(scalar).inserted { removed.append(scalar) }
        }
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            switch scalar.value {
            case 0x0d:
                if index < scalars.count, scalars[index] == "\n" { index += 1 }
                closeAll()
                kept.append("\n")
            case 0x0a:
                closeAll()
                kept.append(scalar)
            case 0x202a, 0x202b, 0x202d, 0x202e, 0x2066...0x2068:
                open.append(scalar)
                if Self.isIsolate(scalar) { openIsolates += 1 }
                kept.append(scalar)
            case 0x202c:
                if let last = open.last, !Self.isIsolate(last) { open.removeLast() }
                kept.append(scalar)
            case 0x2069:
                // It ends its isolate and all that was begun inside.
                if openIsolates > 0, let start = open.lastIndex(where: Self.isIsolate) {
                    open.removeSubrange(start...)
                    openIsolates -= 1
                }
                kept.append(scalar)
            case 0xe0020...0xe007e where kept.last == Self.flag:
                let end =
                    scalars[index...].firstIndex { !(0xe0020...0xe007e).contains($0.value) } ?? scalars.count
                if end - index < Self.maximumTags, end < scalars.count, scalars[end].value == 0xe007f {
                    kept.append(contentsOf: scalars[(index - 1)...end])
                    index = end + 1
                } else {
                    // All of the run at once: each of its tags would look for the end again.
                    for tag in scalars[(index - 1)..<end] { remove(tag) }
                    index = end
                }
            case 0xfe00...0xfe0f, 0xe0100...0xe01ef:
                let next = index < scalars.count ? scalars[index] : nil
                if DangerousCharacters.isVariant(scalar, of: kept.last, before: next) {
                    kept.append(scalar)
                } else {
                    remove(scalar)
                }
            case _ where Self.meansNothing(scalar): remove(scalar)
            default: kept.append(scalar)
            }
        }
        closeAll()
        text = String(kept)
        self.removed = removed
        self.isClosed = isClosed
    }

    /// The flag that tags make one of a region (UTS #51, 1.4.9), of six letters and digits at most.
    private static let flag: Unicode.Scalar = "\u{1f3f4}"
    private static let maximumTags = 6

    private static func meansNothing(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09: false
        case 0..<0x20, 0x7f..<0xa0, 0xad, 0x200b, 0xfeff, 0xfff9...0xfffb, 0xe0000...0xe007f: true
        default: false
        }
    }

    private static func isIsolate(_ control: Unicode.Scalar) -> Bool { control.value >= 0x2066 }

    private static func closes(_ control: Unicode.Scalar) -> Unicode.Scalar {
        isIsolate(control) ? "\u{2069}" : "\u{202c}"
    }
}
