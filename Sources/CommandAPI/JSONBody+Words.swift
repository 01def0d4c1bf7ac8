import Crypto
import Events

extension JSONBody {
    /// A few words on why, where there are any.
    mutating func note() -> Content? { words("note", as: .note) }

    /// A content of one text.
    mutating func words(_ name: String, as kind: WrittenContent.Kind) -> Content? {
        let limit = kind.members.first?.maximumCharacters ?? 0
        guard let text = text(name, maximumCharacters: limit) else { return nil }
        return Content(document: WrittenContent(kind, ["text": text]).document, nonce: SecureRandom.bytes(32))
    }

    /// A content whose members are members of the body.
    mutating func words(as kind: WrittenContent.Kind) -> WrittenContent {
        var texts: [String: String] = [:]
        for member in kind.members {
            texts[member.name] = text(member.name, maximumCharacters: member.maximumCharacters)
        }
        return WrittenContent(kind, texts)
    }
}
