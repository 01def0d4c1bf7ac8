import Compression
import Contract

/// A kind of secret that can be told by its form.
struct SecretKind: Sendable {
    /// How sure it is that a text is a secret.
    enum Certainty {
        /// Its own check digits, or its structure, say so.
        case certain
        /// It looks like one.
        case likely
    }

    /// What it is, with an article.
    let name: String
    /// How it begins.
    let prefix: [UInt8]
    /// Judges the bytes from the prefix on; nil for what is no secret, such as a placeholder.
    let judge: @Sendable (ArraySlice<UInt8>) -> Certainty?

    /// The token of this marketplace.
    static let own = SecretKind("a token of a MentatLab marketplace", "mlm_") { bytes in
        TokenSecret(ownText(bytes)) == nil ? nil : .certain
    }

    /// The text of a token of this marketplace, if it is one.
    static func ownText(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix(76), as: UTF8.self)
    }

    /// All kinds.
    static let all: [SecretKind] =
        [
            own,
            SecretKind("a private key", "-----BEGIN ") { PrivateKeyBlock.judge($0) },
            SecretKind("a private key of PuTTY", "PuTTY-User-Key-File-") { bytes in
                holds("Private-Lines: ", bytes.prefix(4_096)) ? .certain : nil
            },
            SecretKind("a secret key of age", "AGE-SECRET-KEY-1") { bytes in
                let text = bytes.prefix(75).prefix { isUpper($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
                return text.count >= 74 && Bech32.holds(Array(text.prefix(74))) ? .certain : nil
            },
            SecretKind("an API token of PyPI", "pypi-") { bytes in
                let text = bytes.prefix(1_200).dropFirst(5).prefix { isWord($0) || $0 == UInt8(ascii: "-") }
                guard text.count >= 85 else { return nil }
                let decoded = Base64.decode(text)
                // A macaroon, version 2, whose first field is the place that it is for.
                return decoded.starts(with: [2, 1, 8] + Array("pypi.org".utf8))
                    || decoded.starts(with: [2, 1, 13] + Array("test.pypi.org".utf8)) ? .certain : nil
            },
        ]
        + ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map { checked("a token of GitHub", $0) }
        + [checked("a token of npm", "npm_")]
        + [
            shaped("a token of GitHub", "github_pat_", 82...82), shaped("a token of GitLab", "glpat-", 20...300),
            shaped("a token of crates.io", "cio", 32...32), shaped("an access key of AWS", "AKIA", 16...16),
            shaped("an access key of AWS", "ASIA", 16...16), shaped("a token of Slack", "xoxb-", 20...250),
            shaped("a token of Slack", "xoxp-", 20...250), shaped("a token of Slack", "xapp-", 20...250),
            shaped("a key of Google", "AIza", 35...35), shaped("a live key of Stripe", "sk_live_", 24...247),
            shaped("a live key of Stripe", "rk_live_", 24...247), shaped("a key of OpenAI", "sk-proj-", 40...250),
            shaped("a key of Anthropic", "sk-ant-", 40...250), shaped("a token of Hugging Face", "hf_", 34...34),
            shaped("a token of DigitalOcean", "dop_v1_", 64...64), shaped("a key of SendGrid", "SG.", 66...66),
            shaped("a token of Docker", "dckr_pat_", 27...27), shaped("a token of Shopify", "shpat_", 32...32),
            shaped("a token of PyPI", "pypi-", 100...1_000),
            shaped("a JSON Web Token", "eyJ", 60...2_048) { text in
                text.count { $0 == UInt8(ascii: ".") } == 2
            },
        ]

    /// Credentials that documentation shows, which open nothing.
    private static let documented = [
        "AKIAIOSFODNN7EXAMPLE", "ASIAIOSFODNN7EXAMPLE", "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "gho_16C7e42F292c6912E7710c838347Ae178B4a", "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",
    ].map { Array($0.utf8) }
    /// The claims of the token that jwt.io shows.
    private static let documentedClaims = "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6Ikpv"

    init(_ name: String, _ prefix: String, _ judge: @escaping @Sendable (ArraySlice<UInt8>) -> Certainty?) {
        self.name = name
        self.prefix = Array(prefix.utf8)
        self.judge = judge
    }

    /// 30 letters and digits whose CRC-32 stands behind them in base 62, as GitHub and npm have it.
    private static func checked(_ name: String, _ prefix: String) -> SecretKind {
        SecretKind(name, prefix) { bytes in
            let text = bytes.dropFirst(prefix.utf8.count).prefix(36).prefix { isLetter($0) || isDigit($0) }
            guard text.count == 36, !isDocumented(bytes.prefix(prefix.utf8.count + 36)) else { return nil }
            var rest = CRC32.of(Array(text.prefix(30)))
            var digits: [UInt8] = []
            for _ in 0..<6 {
                digits.append(base62[Int(rest % 62)])
                rest /= 62
            }
            if text.suffix(6).elementsEqual(digits.reversed()) { return .certain }
            return isVaried(text) ? .likely : nil
        }
    }

    private static let base62 = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// A prefix with so many letters, digits, and marks behind it.
    private static func shaped(
        _ name: String, _ prefix: String, _ length: ClosedRange<Int>,
        _ isSound: @escaping @Sendable (ArraySlice<UInt8>) -> Bool = { _ in true }
    ) -> SecretKind {
        SecretKind(name, prefix) { bytes in
            var text = bytes.dropFirst(prefix.utf8.count).prefix(min(length.upperBound, 2_048) + 8).prefix {
                isWord($0) || "-.".utf8.contains($0)
            }
            // The end of a sentence is no part of it.
            while let last = text.last, "-.".utf8.contains(last) { text = text.dropLast() }
            guard length.contains(text.count), isVaried(text), isSound(text) else { return nil }
            let whole = bytes.prefix(prefix.utf8.count + text.count)
            return isDocumented(whole) || holds(documentedClaims, whole) ? nil : .likely
        }
    }

    private static func isDocumented(_ bytes: ArraySlice<UInt8>) -> Bool {
        documented.contains { $0.elementsEqual(bytes) }
    }

    /// False for placeholders, which repeat a few characters or say what they are.
    private static func isVaried(_ text: ArraySlice<UInt8>) -> Bool {
        let lowered = text.map { isUpper($0) ? $0 | 0x20 : $0 }
        // Names of variables have no digits, and one case.
        guard Set(lowered).count >= 10, text.contains(where: isDigit) || text.contains(where: isUpper) else {
            return false
        }
        return !["example", "xxxx", "your", "placeholder", "changeme", "dummy"].contains { holds($0, lowered[...]) }
    }

    static func holds(_ words: String, _ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.firstRange(of: Array(words.utf8)) != nil
    }

    static func isUpper(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) }
    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
    static func isWord(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "_") }
}
