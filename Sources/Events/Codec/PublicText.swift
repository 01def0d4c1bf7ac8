/// The grammars of texts. Those of entries are narrow, so that no personal data gets into an entry.
extension TextGrammar {
    static let id = TextGrammar("an id", pattern: "^[0-9a-f]{32}$") { isHex($0, 32) }
    static let digest = TextGrammar("a digest", pattern: "^[0-9a-f]{64}$") { isHex($0, 64) }
    static let uuid = TextGrammar(
        "a UUIDv7", pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
    ) { UUIDv7(utf8: $0) != nil }
    static let time = TextGrammar(
        "a time",
        pattern:
            "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z$"
    ) { Timestamp(utf8: $0) != nil }
    static let day = TextGrammar(
        "a day such as 2026-01-31", pattern: "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
    ) { Day(utf8: $0) != nil }
    static let agentID = TextGrammar(
        "an agent id", pattern: "^[A-Za-z0-9]+((\\.|[-_]+)[A-Za-z0-9]+)*$", length: 1...128
    ) { AgentID(utf8: $0) != nil }
    static let agentKey = TextGrammar(
        "the key of an agent", pattern: "^[a-z0-9]+([.-][a-z0-9]+)*$", length: 1...128
    ) { AgentKey(utf8: $0) != nil }
    static let namespace = TextGrammar("a namespace", pattern: "^[a-z0-9]+(-[a-z0-9]+)*$", length: 1...128) {
        Namespace(utf8: $0) != nil
    }
    /// Semantic Versioning 2.0.0.
    static let version = TextGrammar(
        "a version by SemVer 2.0",
        pattern:
            "^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(-(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(\\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?(\\+[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?$",
        length: 1...128, accepts: isVersion)
    static let runtime = TextGrammar("a runtime", pattern: "^[a-z0-9][a-z0-9.+-]{0,31}$") { text in
        (1...32).contains(text.count) && isLowerOrDigit(text[0])
            && text.indices.allSatisfy { isLowerOrDigit(text[$0]) || [0x2e, 0x2b, 0x2d].contains(text[$0]) }
    }
    /// An SPDX expression; the command parsed it when the version was published, so only its characters are checked
    /// here.
    static let license = TextGrammar("a licence", pattern: "^[ -~]{1,128}$") { isPrintable($0, 1...128, spaces: true) }
    static let capability = TextGrammar("a capability", pattern: "^[!-~]{1,200}$") {
        isPrintable($0, 1...200, spaces: false)
    }
    static let range = TextGrammar("a range of versions", pattern: "^[ -~]{0,128}$") {
        isPrintable($0, 0...128, spaces: true)
    }
    static let projection = TextGrammar("the name of a projection", pattern: "^[a-z][a-z0-9-]{0,63}$") { text in
        (1...64).contains(text.count) && (0x61...0x7a).contains(text[0])
            && text.indices.allSatisfy { isLowerOrDigit(text[$0]) || text[$0] == 0x2d }
    }
    static let commitmentField = TextGrammar(
        "a field that commits", pattern: "^[a-z_]+_commitment$", length: 1...64
    ) { text in
        (1...64).contains(text.count) && text.count > 11 && String(copying: text).hasSuffix("_commitment")
            && text.indices.allSatisfy { (0x61...0x7a).contains(text[$0]) || text[$0] == 0x5f }
    }

    /// Any text of at most `maximum` characters, for what people write.
    static func prose(_ maximum: Int) -> TextGrammar {
        TextGrammar("a text of at most \(maximum) characters", length: 0...maximum) { bytes in
            // A character has at least one byte, so a short text need not be decoded.
            bytes.count <= maximum || String(copying: bytes).unicodeScalars.count <= maximum
        }
    }

    private static func isHex(_ text: Span<UInt8>, _ count: Int) -> Bool {
        text.count == count
            && text.indices.allSatisfy { (0x30...0x39).contains(text[$0]) || (0x61...0x66).contains(text[$0]) }
    }

    private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte) || (0x30...0x39).contains(byte)
    }

    private static func isPrintable(_ text: Span<UInt8>, _ length: ClosedRange<Int>, spaces: Bool) -> Bool {
        length.contains(text.count) && text.indices.allSatisfy { text[$0] < 0x7f && text[$0] >= (spaces ? 0x20 : 0x21) }
    }

    /// Checks three numbers, then the identifiers of a pre-release, then those of a build.
    private static func isVersion(_ text: Span<UInt8>) -> Bool {
        guard (1...128).contains(text.count) else { return false }
        var index = 0
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        /// Skips identifiers separated by dots; false where one is empty or, in a pre-release, a number begins with 0.
        func identifiers(strict: Bool) -> Bool {
            while true {
                let start = index
                var isNumber = true
                while index < text.count,
                    isDigit(text[index]) || (0x41...0x5a).contains(text[index]) || (0x61...0x7a).contains(text[index])
                        || text[index] == 0x2d
                {
                    isNumber = isNumber && isDigit(text[index])
                    index += 1
                }
                let length = index - start
                guard length > 0, !strict || !isNumber || length == 1 || text[start] != 0x30 else { return false }
                guard index < text.count, text[index] == 0x2e else { return true }
                index += 1
            }
        }
        for part in 0..<3 {
            let start = index
            while index < text.count, isDigit(text[index]) { index += 1 }
            guard index > start, index - start == 1 || text[start] != 0x30 else { return false }
            if part < 2 {
                guard index < text.count, text[index] == 0x2e else { return false }
                index += 1
            }
        }
        if index < text.count, text[index] == 0x2d {
            index += 1
            guard identifiers(strict: true) else { return false }
        }
        if index < text.count, text[index] == 0x2b {
            index += 1
            guard identifiers(strict: false) else { return false }
        }
        return index == text.count
    }
}

extension String {
    /// Copies bytes that the reader has checked as UTF-8; traps otherwise.
    init(copying bytes: Span<UInt8>) {
        guard let text = try? UTF8Span(validating: bytes) else { preconditionFailure("the text is not UTF-8") }
        self.init(copying: text)
    }
}
