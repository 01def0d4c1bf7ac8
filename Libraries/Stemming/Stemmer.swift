import CStemmer
import Synchronization

/// Reduces the inflected forms of a word to one, by Snowball: `databases` and `database` to `databas`.
///
/// Words are in lower case. A stem need not be a word. Calls from several threads take turns.
public final class Stemmer: Sendable {
    /// A language whose rules Snowball has.
    public enum Language: String, Sendable, CaseIterable {
        case arabic, english, greek, hindi, russian
    }

    @safe private struct Handle: ~Copyable {
        let stemmer: OpaquePointer

        init(_ language: Language) {
            guard let stemmer = unsafe sb_stemmer_new(language.rawValue, "UTF_8") else {
                preconditionFailure("libstemmer has no rules for \(language.rawValue)")
            }
            unsafe self.stemmer = stemmer
        }

        deinit { unsafe sb_stemmer_delete(stemmer) }
    }

    private let handle: Mutex<Handle>

    /// Creates a stemmer for a language; traps where the library has no rules for it.
    public init(_ language: Language) {
        handle = Mutex(Handle(language))
    }

    /// The stem of a word; the word itself where nothing can be taken off.
    public func stem(_ word: String) -> String {
        handle.withLock { handle in
            var word = word
            let stem: String? = word.withUTF8 { bytes in
                guard let start = unsafe sb_stemmer_stem(handle.stemmer, bytes.baseAddress, Int32(bytes.count)) else {
                    return nil
                }
                let length = unsafe Int(sb_stemmer_length(handle.stemmer))
                return unsafe String(decoding: UnsafeBufferPointer(start: start, count: length), as: UTF8.self)
            }
            return stem ?? word
        }
    }
}
