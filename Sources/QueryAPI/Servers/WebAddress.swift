/// An address of the web that others may be sent to: `http` or `https`, a host, and characters that a URL may have
/// (RFC 3986), so no user and no password.
struct WebAddress {
    private static let others = Set("-._~:/?#[]@!$&'()*+,;=%".utf8)

    /// The address as it was given.
    let text: String
    /// The host in lower case, with its port where it names one.
    let host: String
    /// The segments of the path, without empty ones.
    let path: [String]

    /// Reads an address; nil where it is none.
    init?(_ text: String) {
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix),
            text.utf8.allSatisfy({ byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || Self.others.contains(byte)
            })
        else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { !"/?#".contains($0) }
        guard !authority.isEmpty, !authority.contains("@"), authority.first != ":" else { return nil }
        self.text = text
        host = authority.lowercased()
        path = rest.dropFirst(authority.count).prefix { !"?#".contains($0) }.split(separator: "/").map(String.init)
    }
}
