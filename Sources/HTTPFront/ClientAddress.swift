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
        let bytes = Array(value.utf8)
        switch field {
        case .forwardedFor: return split(bytes, at: ",", heedsQuotes: false).map(node)
        case .forwarded:
            // A quote that the client left open would swallow what the proxy added.
            let isBalanced = bytes.count { $0 == UInt8(ascii: "\"") } % 2 == 0
            return split(bytes, at: ",", heedsQuotes: isBalanced).map { element in
                split(element, at: ";", heedsQuotes: isBalanced).lazy.compactMap { pair -> [UInt8]? in
                    let parts = pair.split(separator: UInt8(ascii: "="), maxSplits: 1)
                    let isFor = parts.count == 2 && String(decoding: parts[0], as: UTF8.self).lowercased() == "for"
                    return isFor ? Array(parts[1]) : nil
                }.first.flatMap { node(unquoted($0)) }
            }
        }
    }

    /// An address with an optional port: `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80` (RFC 7239 6).
    private static func node(_ bytes: [UInt8]) -> IPAddress? {
        let text = String(decoding: bytes, as: UTF8.self)
        if text.hasPrefix("[") { return text.dropFirst().split(separator: "]").first.flatMap { IPAddress($0) } }
        if bytes.count(where: { $0 == UInt8(ascii: ":") }) == 1 {
            return text.split(separator: ":").first.flatMap { IPAddress($0) }
        }
        return IPAddress(text)
    }

    private static func unquoted(_ bytes: [UInt8]) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        return bytes.count >= 2 && bytes.first == quote && bytes.last == quote
            ? Array(bytes[1..<(bytes.count - 1)]) : bytes
    }

    /// Splits bytes at a separator, where `heedsQuotes` is true outside of quotes alone, and trims spaces and tabs. A Swift
    /// `Character` could join the separator with what stands before it.
    private static func split(_ bytes: [UInt8], at separator: Unicode.Scalar, heedsQuotes: Bool) -> [[UInt8]] {
        var parts: [[UInt8]] = [[]]
        var isQuoted = false
        for byte in bytes {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if UInt32(byte) == separator.value, !(heedsQuotes && isQuoted) {
                parts.append([])
            } else {
                parts[parts.count - 1].append(byte)
            }
        }
        return parts.map { part in
            let rest = part.drop { $0 == 0x20 || $0 == 0x09 }
            return Array(rest.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed())
        }
    }
}
