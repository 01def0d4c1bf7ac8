/// Keeps secrets out of what is said: a token that stands where none belongs is never repeated.
package enum Redaction {
    private static let prefix = Array("mlm_".utf8)

    /// The text with whatever looks like a token, or the beginning of one, as `mlm_…`.
    package static func ofTokens(in text: String) -> String {
        // Most texts have none, and looking at the bytes costs little.
        guard text.utf8.contains(UInt8(ascii: "_")) else { return text }
        var redacted: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let first = rest.first {
            if rest.starts(with: prefix) {
                redacted += "mlm_…".utf8
                rest = rest.dropFirst(prefix.count).drop { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "_"): true
                    default: false
                    }
                }
            } else {
                redacted.append(first)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: redacted, as: UTF8.self)
    }
}
