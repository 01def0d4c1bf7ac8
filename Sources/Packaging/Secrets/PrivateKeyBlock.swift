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
        if let end = body.firstRange(of: Array("-----END".utf8)) { body = body[..<end.lowerBound] }
        let key = decode(body)
        guard key.count >= 16, !isDocumented(key) else { return nil }
        if label.hasSuffix("BLOCK") { return key[0] & 0x80 != 0 ? .certain : nil }
        if key.starts(with: "openssh-key-v1\0".utf8) { return key.count >= 100 ? .certain : .likely }
        if SecretKind.holds("ENCRYPTED", body) { return .certain }
        guard key[0] == 0x30 else { return nil }
        // A sample that was cut is no key.
        return wholeLength(key).map { $0 <= key.count } ?? false ? .certain : .likely
    }

    /// The bytes of a block. Line breaks may be escaped, as in JSON, and lines be quoted, as in source code.
    private static func decode(_ body: ArraySlice<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        var isEscaped = false
        var line: [UInt8] = []
        func end() {
            // Headers such as `Proc-Type:` are no part of it, nor is the checksum of OpenPGP.
            if !line.contains(UInt8(ascii: ":")), line.first != UInt8(ascii: "=") {
                text += line.filter(Base64.isDigit)
            }
            line = []
        }
        for (index, byte) in zip(body.indices, body) {
            if isEscaped {
                isEscaped = false
                if "nrt".utf8.contains(byte) {
                    end()
                    continue
                }
            }
            switch byte {
            case UInt8(ascii: "\\"): isEscaped = true
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): end()
            case UInt8(ascii: " "), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ","), UInt8(ascii: "\t"): break
            // Strings that are added up; a line may begin with the digit as well.
            case UInt8(ascii: "+") where line.isEmpty && body.dropFirst(index + 1 - body.startIndex).first == 0x20:
                break
            default: line.append(byte)
            }
        }
        end()
        return Base64.decode(text[...])
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
