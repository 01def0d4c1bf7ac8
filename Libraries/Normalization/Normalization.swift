import CUtf8proc
import Glibc

/// Forms of text that make equal what means the same (UAX #15), by utf8proc.
public enum Normalization {
    /// The text without differences of case and of compatibility, and without what nobody sees: `NFKC_Casefold` (Unicode,
    /// 3.13 R5). `Ｇｒüße` becomes `grüsse`.
    public static func folded(_ text: String) -> String {
        map(text, [UTF8PROC_COMPOSE, UTF8PROC_COMPAT, UTF8PROC_CASEFOLD, UTF8PROC_IGNORE])
    }

    /// The text without differences of compatibility: `NFKC`. `Ｇ` becomes `G`.
    public static func compatible(_ text: String) -> String { map(text, [UTF8PROC_COMPOSE, UTF8PROC_COMPAT]) }

    /// The text with each letter apart from its marks: `NFD`.
    public static func decomposed(_ text: String) -> String { map(text, [UTF8PROC_DECOMPOSE]) }

    /// The text with letters and marks as one where there is such a character: `NFC`.
    public static func composed(_ text: String) -> String { map(text, [UTF8PROC_COMPOSE]) }

    private static func map(_ text: String, _ options: [utf8proc_option_t]) -> String {
        let flags = options.reduce(UTF8PROC_STABLE.rawValue) { $0 | $1.rawValue }
        var text = text
        return text.withUTF8 { bytes in
            var result: UnsafeMutablePointer<UInt8>?
            let length = unsafe utf8proc_map(bytes.baseAddress, bytes.count, &result, utf8proc_option_t(flags))
            defer { unsafe free(result) }
            // A string is sound UTF-8, so that nothing but memory can be missing.
            guard length >= 0, let start = unsafe result else { preconditionFailure("utf8proc has no memory") }
            return unsafe String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self)
        }
    }
}
