/// A pattern of an ignore file, as git's wildmatch reads it: over bytes, where `*`, `?` and `[…]` never stand for a slash,
/// and `**` as a whole component stands for any folders.
///
/// All places at which a text can stand in the pattern are followed at once, so no pattern takes longer than its length
/// times the text's.
struct IgnorePattern {
    private enum Step {
        case byte(UInt8)
        /// Any byte but a slash.
        case any
        case set([Bool])
        /// Any bytes but slashes, also none.
        case run
        /// Any bytes.
        case folders
        /// Nothing, or any bytes that end with a slash.
        case foldersAndSlash
        /// What no text fits, such as a set that is not closed.
        case nothing
    }

    private let steps: [Step]
    private let leastBytes: Int

    /// Reads a pattern.
    ///
    /// - Parameter isPath: true where it stands for a whole path and not for the last part alone; only there `**` means
    ///   more than `*`.
    init(_ pattern: ArraySlice<UInt8>, isPath: Bool) {
        // git compares what comes before the first special byte apart, and what is left begins anew: so `a**/b` crosses
        // folders although `**` is no component there.
        let plain = pattern.prefix { !Self.special.contains($0) }
        var reader = Reader(pattern[plain.endIndex...], isPath: isPath)
        steps = plain.map(Step.byte) + reader.steps()
        leastBytes = steps.count { step in
            switch step {
            case .byte, .any, .set, .nothing: true
            case .run, .folders, .foldersAndSlash: false
            }
        }
    }

    private static let special: Set<UInt8> = Set("*?[\\".utf8)

    /// True for a text that the whole pattern stands for.
    func fits(_ text: ArraySlice<UInt8>) -> Bool {
        guard leastBytes <= text.count else { return false }
        if leastBytes == steps.count, leastBytes < text.count { return false }
        var places = [Bool](repeating: false, count: steps.count + 1)
        var next = places
        enter(0, &places)
        for byte in text {
            var isAlive = false
            for index in steps.indices where places[index] {
                places[index] = false
                switch steps[index] {
                case .byte(let wanted): guard byte == wanted else { continue }
                case .any: guard byte != Self.slash else { continue }
                case .set(let members): guard byte != Self.slash, members[Int(byte)] else { continue }
                case .run:
                    guard byte != Self.slash else { continue }
                    next[index] = true
                case .folders: next[index] = true
                case .foldersAndSlash:
                    next[index] = true
                    isAlive = true
                    guard byte == Self.slash else { continue }
                case .nothing: continue
                }
                isAlive = true
                enter(index + 1, &next)
            }
            places[steps.count] = false
            guard isAlive else { return false }
            swap(&places, &next)
        }
        return places[steps.count]
    }

    /// Opens a place, and those behind it where steps may stand for nothing.
    private func enter(_ place: Int, _ places: inout [Bool]) {
        var place = place
        while true {
            places[place] = true
            guard place < steps.count else { return }
            switch steps[place] {
            case .run, .folders, .foldersAndSlash: place += 1
            case .byte, .any, .set, .nothing: return
            }
        }
    }

    private static let slash = UInt8(ascii: "/")

    /// Takes a pattern apart.
    private struct Reader {
        private let pattern: ArraySlice<UInt8>
        private let isPath: Bool
        private var index: Int

        init(_ pattern: ArraySlice<UInt8>, isPath: Bool) {
            self.pattern = pattern
            self.isPath = isPath
            index = pattern.startIndex
        }

        private func byte(at index: Int) -> UInt8? { index < pattern.endIndex ? pattern[index] : nil }

        mutating func steps() -> [Step] {
            var steps: [Step] = []
            while let byte = byte(at: index) {
                switch byte {
                case UInt8(ascii: "*"): steps += stars()
                case UInt8(ascii: "?"):
                    steps.append(.any)
                    index += 1
                case UInt8(ascii: "["):
                    guard let members = set() else { return steps + [.nothing] }
                    steps.append(.set(members))
                case UInt8(ascii: "\\"):
                    guard let escaped = self.byte(at: index + 1) else { return steps + [.nothing] }
                    steps.append(.byte(escaped))
                    index += 2
                default:
                    steps.append(.byte(byte))
                    index += 1
                }
            }
            return steps
        }

        private mutating func stars() -> [Step] {
            let first = index
            while byte(at: index) == UInt8(ascii: "*") { index += 1 }
            let isComponentStart = first == pattern.startIndex || pattern[first - 1] == slash
            guard isPath, index - first > 1, isComponentStart else { return [.run] }
            switch byte(at: index) {
            case nil: return [.folders]
            case slash:
                index += 1
                return [.foldersAndSlash]
            case UInt8(ascii: "\\") where byte(at: index + 1) == slash: return [.folders]
            default: return [.run]
            }
        }

        /// A set in brackets, with what it holds for each byte; nil where it is not closed or names an unknown class.
        private mutating func set() -> [Bool]? {
            var members = [Bool](repeating: false, count: 256)
            index += 1
            let isNegated = byte(at: index) == UInt8(ascii: "!") || byte(at: index) == UInt8(ascii: "^")
            if isNegated { index += 1 }
            var previous: UInt8?
            // The first byte belongs to the set even where it is a closing bracket.
            repeat {
                guard let byte = byte(at: index) else { return nil }
                let next = self.byte(at: index + 1)
                if byte == UInt8(ascii: "\\") {
                    guard let next else { return nil }
                    members[Int(next)] = true
                    previous = next
                    index += 2
                } else if byte == UInt8(ascii: "-"), let low = previous, let next, next != UInt8(ascii: "]") {
                    index += 1
                    var high = next
                    if next == UInt8(ascii: "\\") {
                        guard let escaped = self.byte(at: index + 1) else { return nil }
                        high = escaped
                        index += 1
                    }
                    if low <= high { for value in low...high { members[Int(value)] = true } }
                    previous = nil
                    index += 1
                } else if byte == UInt8(ascii: "["), next == UInt8(ascii: ":") {
                    guard let end = pattern[(index + 2)...].firstIndex(of: UInt8(ascii: "]")) else { return nil }
                    let name = pattern[(index + 2)..<end]
                    if name.last == UInt8(ascii: ":") {
                        guard let holds = Self.classes[String(decoding: name.dropLast(), as: UTF8.self)] else {
                            return nil
                        }
                        for value in UInt8(0)...127 where holds(value) { members[Int(value)] = true }
                        previous = nil
                        index = end + 1
                    } else {
                        members[Int(byte)] = true
                        previous = byte
                        index += 1
                    }
                } else {
                    members[Int(byte)] = true
                    previous = byte
                    index += 1
                }
            } while byte(at: index) != UInt8(ascii: "]")
            index += 1
            return isNegated ? members.map { !$0 } : members
        }

        private static let classes: [String: @Sendable (UInt8) -> Bool] = [
            "alnum": { isLetter($0) || isDigit($0) }, "alpha": isLetter,
            "blank": { $0 == 0x20 || $0 == 0x09 }, "cntrl": { $0 < 0x20 || $0 == 0x7f }, "digit": isDigit,
            "graph": { (0x21...0x7e).contains($0) }, "lower": { (0x61...0x7a).contains($0) },
            "print": { (0x20...0x7e).contains($0) },
            "punct": { (0x21...0x7e).contains($0) && !isLetter($0) && !isDigit($0) },
            "space": { $0 == 0x20 || (0x09...0x0d).contains($0) }, "upper": { (0x41...0x5a).contains($0) },
            "xdigit": { isDigit($0) || (0x41...0x46).contains($0) || (0x61...0x66).contains($0) },
        ]

        private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
        private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    }
}
