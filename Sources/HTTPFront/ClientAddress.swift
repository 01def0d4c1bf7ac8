package import HTTPServer
package import System

/// Where a front finds the address of a client: in the socket, or in one field that trusted proxies write.
///
/// No address is trusted unless an operator names it; a proxy on the same machine makes everybody come from loopback.
package struct ClientAddress: Sendable {
    /// The field that proxies add a client's address to.
    package enum Field: String, Sendable, CaseIterable {
        /// `Forwarded` (RFC 7239).
        case forwarded
        /// `X-Forwarded-For`.
        case forwardedFor = "x-forwarded-for"
    }

    private let field: Field?
    private let proxies: [IPNetwork]

    /// Takes the field, nil for none, and the networks of the proxies that write it.
    package init(field: Field?, proxies: [IPNetwork]) {
        self.field = field
        self.proxies = proxies
    }

    /// The address of the client. The field is read from its right end for as long as a trusted proxy wrote it: what
    /// stands further left is the client's own claim.
    package func address(of fields: HTTPFields, peer: IPAddress?) -> IPAddress? {
        guard let field, var address = peer else { return peer }
        var hops = fields.all(field.rawValue).flatMap { Self.hops($0, field) }
        while proxies.contains(where: { $0.contains(address) }), let hop = hops.popLast() {
            // A hop that hides its address ends the chain at the proxy that wrote so.
            guard let next = hop else { break }
            address = next
        }
        return address
    }

    /// The addresses of one field line from left to right; nil for each that can't be read.
    private static func hops(_ value: String, _ field: Field) -> [IPAddress?] {
        split(value, at: ",").map { element in
            switch field {
            case .forwardedFor: node(element)
            case .forwarded:
                split(element, at: ";").lazy.compactMap { pair -> Substring? in
                    let parts = pair.split(separator: "=", maxSplits: 1)
                    return parts.count == 2 && parts[0].lowercased() == "for" ? parts[1] : nil
                }.first.flatMap { node(unquoted($0)) }
            }
        }
    }

    /// An address with an optional port: `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80` (RFC 7239 6).
    private static func node(_ text: Substring) -> IPAddress? {
        if text.hasPrefix("[") { return text.dropFirst().split(separator: "]").first.flatMap { IPAddress($0) } }
        if text.count(where: { $0 == ":" }) == 1 { return text.split(separator: ":").first.flatMap { IPAddress($0) } }
        return IPAddress(text)
    }

    private static func unquoted(_ text: Substring) -> Substring {
        text.count >= 2 && text.first == "\"" && text.last == "\"" ? text.dropFirst().dropLast() : text
    }

    /// Splits at a separator outside quotes, and trims spaces and tabs.
    private static func split(_ text: some StringProtocol, at separator: Character) -> [Substring] {
        var parts: [Substring] = []
        var isQuoted = false
        var start = text.startIndex
        func part(_ end: String.Index) -> Substring {
            Substring(text[start..<end].drop { $0 == " " || $0 == "\t" }).trimmingEnd
        }
        for index in text.indices {
            if text[index] == "\"" { isQuoted.toggle() }
            if text[index] == separator, !isQuoted {
                parts.append(part(index))
                start = text.index(after: index)
            }
        }
        return parts + [part(text.endIndex)]
    }
}

extension Substring {
    fileprivate var trimmingEnd: Substring {
        var text = self
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
