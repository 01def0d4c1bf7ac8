package import Events
import JSON
package import Manifest
import Text

extension Form where Value == SemVer {
    package static let version = spelled(
        "a version by SemVer 2.0, such as 1.0.0", .string(), { SemVer($0) }, write: { $0.description })
}

extension Form where Value == PermissionWord {
    /// A permission as clients write it.
    package static let permission = spelled(
        "one of \(PermissionWord.forms)",
        .string(pattern: "^(\(Scope.allCases.map(\.rawValue).joined(separator: "|"))|publish:.+)$"),
        { PermissionWord($0) }, write: { $0.description })
}

extension Form where Value == Username {
    package static let username = spelled(
        "2 to 39 of A-Z, a-z, 0-9, - and _, beginning and ending with a letter or digit",
        .string(pattern: "^[A-Za-z0-9][A-Za-z0-9_-]{0,37}[A-Za-z0-9]$"), { Username($0) }, write: { $0.description })
}

extension Form where Value == String {
    /// An e-mail address; only its form is checked.
    package static let mailbox = spelled(
        "an e-mail address of at most 254 characters", .string(maximumLength: 254), { isMailbox($0) ? $0 : nil },
        write: { $0 })

    private static func isMailbox(_ text: String) -> Bool {
        let sides = text.split(separator: "@", omittingEmptySubsequences: false)
        return text.utf8.count <= 254 && sides.count == 2 && (1...64).contains(sides[0].utf8.count)
            && sides[1].contains(".") && !sides[1].hasPrefix(".") && !sides[1].hasSuffix(".")
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
    }

    /// The URL of a website, which has to begin with `https://`.
    package static func website(_ maximumCharacters: Int) -> Form {
        let prose = prose(maximumCharacters)
        var form = Form(
            .string(pattern: "^https://", maximumLength: maximumCharacters),
            "an address that begins with https://, of at most \(maximumCharacters) characters"
        ) { value, reading in
            guard let text = prose.read(value, &reading) else { return nil }
            guard text.hasPrefix("https://") else {
                reading.refuse("\(shown(value)) can't be; it has to begin with https://")
                return nil
            }
            // Of an address nothing can be left out.
            guard value.string?.unicodeScalars.contains(where: { DangerousCharacters.kind(of: $0) != nil }) == false
            else {
                reading.refuse("a character that can't be seen stands in the address")
                return nil
            }
            return text
        } write: {
            prose.write($0, &$1)
        }
        form.isBlank = prose.isBlank
        return form
    }

    /// A label of 1 to `maximumBytes` bytes.
    package static func label(_ maximumBytes: Int) -> Form {
        spelled(
            "a text of 1 to \(maximumBytes) bytes", .string(maximumLength: maximumBytes),
            { (1...maximumBytes).contains($0.utf8.count) ? $0 : nil }, write: { $0 })
    }
}
