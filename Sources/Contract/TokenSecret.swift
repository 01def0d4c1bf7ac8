package import Crypto

/// The secret of a credential: `mlm_`, 64 hexadecimal digits, and 8 more that check them.
///
/// The check tells a mistyped or truncated secret from a foreign one without asking the database, and lets
/// scanners find leaked ones. Only the hash is ever stored.
package struct TokenSecret: Sendable {
    /// What the owner keeps. Never logged, never in an entry.
    package let text: String

    /// Makes a new one from 32 random bytes.
    package init(random bytes: [UInt8]) {
        precondition(bytes.count == 32, "a secret has 32 bytes")
        let body = "mlm_\(Hex.encode(bytes))"
        text = body + Self.check(body)
    }

    /// Reads one; nil where form or check are wrong.
    package init?(_ text: String) {
        let body = String(text.dropLast(8))
        guard text.utf8.count == 76, text.hasPrefix("mlm_"), Hex.decode(text.dropFirst(4)) != nil,
            Self.check(body).utf8.elementsEqual(text.utf8.suffix(8))
        else { return nil }
        self.text = text
    }

    /// What is stored.
    package var hash: SHA256Digest { SHA256Digest(of: Array(text.utf8)) }

    private static func check(_ body: String) -> String {
        String(SHA256Digest(of: Array(body.utf8)).hex.prefix(8))
    }
}
