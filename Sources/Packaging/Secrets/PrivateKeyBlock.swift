/// A private key between the lines that PEM (RFC 7468) or OpenPGP (RFC 9580) put around it.
enum PrivateKeyBlock {
    private static let maximumBytes = 65_536

    /// Judges the bytes from `-----BEGIN ` on; nil for what is no private key, or one that is there for everybody.
    static func judge(_ bytes: ArraySlice<UInt8>) -> SecretKind.Certainty? {
        let text = bytes.prefix(maximumBytes).dropFirst("-----BEGIN ".utf8.count)
        guard let dashes = text.prefix(64).firstRange(of: Array("-----".utf8)) else { return nil }
        let label = String(decoding: text[..<dashes.lowerBound], as: UTF8.self)
        guard label.hasSuffix("PRIVATE KEY") || label.hasSuffix("PRIVATE KEY BLOCK") else { return nil }
        var body = text[dashes.upperBound...]
        let end = body.firstRange(of: Array("-----END".utf8))
        if let next = end ?? body.firstRange(of: Array("-----BEGIN".utf8)) { body = body[..<next.lowerBound] }
        let block = Block(body)
        guard block.key.count >= 16, !isDocumented(block.key) else { return nil }
        if label.hasSuffix("BLOCK") {
            // A secret key or subkey comes first (RFC 9580, 4.2): the words alone stand in many a text.
            let tags: Set<UInt8> = [0x94, 0x95, 0x96, 0x97, 0x9c, 0x9d, 0x9e, 0x9f, 0xc5, 0xc7]
            return end != nil && block.isClean && block.key.count >= 64 && tags.contains(block.key[0]) ? .certain : nil
        }
        if block.key.starts(with: "openssh-key-v1\0".utf8) { return block.key.count >= 100 ? .certain : .likely }
        if block.isEncrypted { return .certain }
        // What is long and was changed in a way that is not known here, or was cut, may be one all the same.
        guard block.key[0] == 0x30 else { return block.key.count >= 75 && block.isClean ? .likely : nil }
        return wholeLength(block.key).map { $0 <= block.key.count } ?? false ? .certain : .likely
    }

    /// What stands between the lines of a block. Line breaks may be escaped, as in JSON or a URL, and lines be quoted or
    /// marked, as in source code, patches and lists.
    private struct Block {
        let key: [UInt8]
        /// True where nothing but digits of base 64 stands in its lines.
        let isClean: Bool
        /// True where its header says that the key is encrypted.
        let isEncrypted: Bool

        private static let breaks = [
            "\\u000a", "\\u000A", "\\u000d", "\\u000D", "\\x0a", "\\x0d", "%0A", "%0a", "%0D", "%0d", "&#10;", "&#13;",
            "<br>", "<br/>",
        ]
        private static let marks = Set("+-/#>|*;!%. \t".utf8)
        private static let quotes = Set(" \t\"'`,\\".utf8)

        init(_ body: ArraySlice<UInt8>) {
            var text = String(decoding: body, as: UTF8.self)
            for escaped in Self.breaks where text.contains(escaped) { text = text.replacing(escaped, with: "\n") }
            for escaped in ["\\n", "\\r", "\\t"] { text = text.replacing(escaped, with: "\n") }
            var lines = text.split(whereSeparator: \.isNewline).map { line in
                Array(line.utf8.drop { Self.quotes.contains($0) })
            }.filter { !$0.isEmpty }
            // What stands before each line alike marks it: a line of a patch, a comment, an element of a list.
            while lines.count > 1, let mark = lines[0].first, Self.marks.contains(mark),
                lines.allSatisfy({ $0.first == mark })
            {
                lines = lines.map { Array($0.dropFirst()) }.filter { !$0.isEmpty }
            }
            let headers = lines.filter { $0.contains(UInt8(ascii: ":")) }
            isEncrypted = headers.contains { SecretKind.holds("ENCRYPTED", $0[...]) }
            // The checksum of OpenPGP begins with '='.
            let content = lines.filter { !$0.contains(UInt8(ascii: ":")) && $0.first != UInt8(ascii: "=") }.map {
                line in
                var line = line.drop { Self.quotes.contains($0) }
                while let last = line.last, Self.quotes.contains(last) || last == UInt8(ascii: ";") {
                    line = line.dropLast()
                }
                // Strings that are added up.
                if line.last == UInt8(ascii: "+"), line.dropLast().last == 0x20 { line = line.dropLast(2) }
                while let last = line.last, Self.quotes.contains(last) { line = line.dropLast() }
                if line.first == UInt8(ascii: "+"), line.dropFirst().first == 0x20 {
                    line = line.dropFirst().drop { Self.quotes.contains($0) }
                }
                return line
            }
            isClean = content.allSatisfy { line in
                line.allSatisfy { Base64.isDigit($0) || $0 == UInt8(ascii: "=") }
            }
            key = Base64.decode(content.flatMap { $0.filter(Base64.isDigit) }[...])
        }
    }

    /// The length that the header of a DER sequence gives, with the header.
    private static func wholeLength(_ key: [UInt8]) -> Int? {
        guard key[1] & 0x80 != 0 else { return Int(key[1]) + 2 }
        let count = Int(key[1] & 0x7f)
        guard (1...3).contains(count), key.count > 2 + count else { return nil }
        return key[2..<(2 + count)].reduce(0) { $0 << 8 | Int($1) } + 2 + count
    }

    /// The public halves of the test keys of RFC 9500, which exist so that they can be told: how their moduli or points
    /// begin.
    private static let documented: [[UInt8]] = [
        "sNGDUqiPU9VRb0bCDno2fX3ois9UoBn2", "sPnoGUOnrpiSqt4XynxA+HRP7S+BSObI", "s4tJYOY75qjbqJqCl47x9jJE5Vd9jPWG",
        "QiVI+I+3gv+17KN0RFLHKh5Vj71vc75e", "WwkBuIUjKW65GdUP+hqcs3S8TUCVhigr", "0P1yV6hMdH9WJXXAc4Xb6/L1K+pYCD24",
    ].map { Base64.decode(Array($0.utf8)[...]) }

    private static func isDocumented(_ key: [UInt8]) -> Bool {
        documented.contains { key.firstRange(of: $0) != nil }
    }
}

/// Base 64, with the digits of both alphabets of RFC 4648.
enum Base64 {
    static func isDigit(_ byte: UInt8) -> Bool { value(byte) != nil }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }

    /// The bytes of a text, up to the first byte that is no digit.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var (bits, count): (UInt32, Int) = (0, 0)
        for byte in text {
            guard let value = value(byte) else { break }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}

/// The check of Bech32 (BIP 173), as keys of age have it.
enum Bech32 {
    private static let digits = Array("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".utf8)

    /// True for a text in capitals whose last six digits check the others.
    static func holds(_ text: [UInt8]) -> Bool {
        guard let one = text.lastIndex(of: UInt8(ascii: "1")) else { return false }
        let prefix = text[..<one].map { $0 | 0x20 }
        var values = prefix.map { $0 >> 5 } + [0] + prefix.map { $0 & 31 }
        for byte in text[(one + 1)...] {
            guard let value = digits.firstIndex(of: byte) else { return false }
            values.append(UInt8(value))
        }
        var check: UInt32 = 1
        for value in values {
            let top = check >> 25
            check = (check & 0x1ff_ffff) << 5 ^ UInt32(value)
            for (bit, generator) in [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3].enumerated()
            where top >> UInt32(bit) & 1 == 1 {
                check ^= UInt32(generator)
            }
        }
        return check == 1
    }
}
