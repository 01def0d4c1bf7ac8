import Text

/// Looks for tokens of a marketplace in bytes that come in pieces.
package struct TokenSearch {
    /// Checking one costs a hash, so a text with very many candidates is refused.
    package static let maximumCandidates = 1_000

    private static let length = 76
    private static let prefix = Array("mlm_".utf8)

    /// What was found in the bytes so far.
    package enum Outcome: Sendable {
        case nothing
        /// A token whose check digits are right.
        case token
        /// More than `maximumCandidates` texts that have the form of a token.
        case tooMany
    }

    private var rest: [UInt8] = []
    /// True for a file in UTF-16, of which every other byte is NUL.
    private var isWide = false
    private var isAtStart = true
    private var candidates = 0

    package init() {}

    /// Looks through the next piece, and what of the one before may belong to it.
    package mutating func take(_ piece: [UInt8]) -> Outcome {
        if isAtStart, piece.count > 1 {
            isWide = piece.beginsAsUTF16
            isAtStart = false
        }
        let piece = isWide ? piece.filter { $0 != 0 } : piece
        // Most pieces hold nothing that begins as a token does, and are not copied.
        let bytes = rest.isEmpty ? piece : rest + piece
        var index = 0
        let last = bytes.count - Self.length
        while let place = bytes.firstPlace(of: Self.prefix[0], from: index), place <= last {
            index = place
            if bytes[place + 1] == Self.prefix[1], bytes[place...].starts(with: Self.prefix) {
                let text = bytes[index..<(index + Self.length)]
                if text.dropFirst(Self.prefix.count).allSatisfy(Self.isHex) {
                    candidates += 1
                    guard candidates <= Self.maximumCandidates else { return .tooMany }
                    if TokenSecret(String(decoding: text, as: UTF8.self)) != nil { return .token }
                }
            }
            index += 1
        }
        let tail = bytes.suffix(Self.length - 1)
        rest = Array(tail)
        rest = rest.firstPlace(of: Self.prefix[0], from: 0).map { Array(rest[$0...]) } ?? []
        return .nothing
    }

    /// Begins another file.
    package mutating func beginFile() {
        rest = []
        isAtStart = true
    }

    private static func isHex(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) || (0x41...0x46).contains(byte)
    }
}
