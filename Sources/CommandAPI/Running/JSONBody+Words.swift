import Crypto
import Events

extension JSONBody {
    /// A few words on why, where there are any.
    mutating func note() -> Content? {
        text("note", maximumCharacters: NoteContent.maximumCharacters).map {
            Content(NoteContent(text: $0), nonce: SecureRandom.bytes(32))
        }
    }
}
