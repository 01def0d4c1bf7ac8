import System

/// Parses the head of a request strictly (RFC 9112, RFC 3986).
///
/// Where the RFC lets a recipient repair or refuse, this parser refuses: bare LF, obs-fold, white space before a colon,
/// two Content-Length fields even if equal, Content-Length with Transfer-Encoding, control characters, asterisk
/// targets, and a Host field that is missing, occurs twice or names no host. A target in absolute form is accepted.
struct HTTPHeadParser {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    /// Parses a head without its closing empty line.
    static func parse(_ bytes: ArraySlice<UInt8>) throws(HTTPRefusal) -> HTTPRequestHead {
        var parser = HTTPHeadParser(bytes: bytes, position: bytes.startIndex)
        return try parser.head()
    }

    private mutating func head() throws(HTTPRefusal) -> HTTPRequestHead {
        let requestLine = try line()
        let parts = requestLine.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, parts[0].allSatisfy(isTokenByte) else {
            throw HTTPRefusal(400, "the request line is malformed")
        }
        guard parts[0].count <= 32 else { throw HTTPRefusal(501, "there is no method of this name") }
        let isVersion11 = try Self.isVersion11(parts[2])
        let target = try HTTPTarget(parts[1])

        var fields = HTTPFields()
        while position < bytes.endIndex {
            let (name, value) = try field(line())
            guard fields.fields.count < 100 else { throw HTTPRefusal(431, "more than 100 header fields") }
            fields.append(name, value)
        }
        let hosts = fields.all("host")
        guard hosts.count <= 1, !isVersion11 || hosts.count == 1 else {
            throw HTTPRefusal(400, "exactly one Host field is required")
        }
        guard hosts.first.map(HTTPTarget.isAuthority) ?? true else {
            throw HTTPRefusal(400, "the Host field names no host")
        }
        let connection = try connectionOptions(fields)
        return HTTPRequestHead(
            method: String(decoding: parts[0], as: UTF8.self), segments: target.segments, query: target.query,
            target: String(decoding: parts[1], as: UTF8.self), authority: target.authority ?? hosts.first,
            isVersion11: isVersion11, fields: fields,
            framing: try framing(fields, isVersion11: isVersion11),
            // HTTP/1.0 has no standard way to keep a connection open.
            keepsAlive: isVersion11 && !connection.contains("close"))
    }

    /// True for HTTP/1.1 and later minor versions, which are to be answered as that (RFC 9110 2.5); false for HTTP/1.0.
    private static func isVersion11(_ version: ArraySlice<UInt8>) throws(HTTPRefusal) -> Bool {
        let name = Array("HTTP/".utf8)
        let digits = Array(version.dropFirst(name.count))
        guard version.starts(with: name), digits.count == 3, digits[1] == UInt8(ascii: "."), isDigit(digits[0]),
            isDigit(digits[2])
        else { throw HTTPRefusal(400, "the request line is malformed") }
        guard digits[0] == UInt8(ascii: "1") else {
            throw HTTPRefusal(505, "only HTTP/1.1 and HTTP/1.0 are spoken here")
        }
        return digits[2] != UInt8(ascii: "0")
    }

    /// The bytes up to the next CRLF, or to the end.
    private mutating func line() throws(HTTPRefusal) -> ArraySlice<UInt8> {
        let rest = bytes[position...]
        guard let feed = rest.firstIndex(where: { $0 == 0x0a || $0 == 0x0d }) else {
            position = bytes.endIndex
            return rest
        }
        guard bytes[feed] == 0x0d, feed + 1 < bytes.endIndex, bytes[feed + 1] == 0x0a else {
            throw HTTPRefusal(400, "a line ends in something else than CRLF")
        }
        position = feed + 2
        return rest[..<feed]
    }

    private func field(_ line: ArraySlice<UInt8>) throws(HTTPRefusal) -> (String, String) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy(isTokenByte)
        else { throw HTTPRefusal(400, "a header field is malformed") }
        var value = line[(colon + 1)...]
        while let first = value.first, isBlank(first) { value = value.dropFirst() }
        while let last = value.last, isBlank(last) { value = value.dropLast() }
        guard value.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7f) }) else {
            throw HTTPRefusal(400, "a control character stands in a header field")
        }
        return (String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
    }

    private func connectionOptions(_ fields: HTTPFields) throws(HTTPRefusal) -> Set<String> {
        var options: Set<String> = []
        for value in fields.all("connection") {
            for part in value.split(separator: ",", omittingEmptySubsequences: false) {
                let option = part.trimmingBlanks()
                // Empty elements of a list mean nothing (RFC 9110 5.6.1.2).
                guard !option.isEmpty else { continue }
                guard option.utf8.allSatisfy(isTokenByte) else {
                    throw HTTPRefusal(400, "the Connection field is malformed")
                }
                options.insert(option.lowercased())
            }
        }
        return options
    }

    private func framing(_ fields: HTTPFields, isVersion11: Bool) throws(HTTPRefusal) -> HTTPRequestHead.Framing {
        let lengths = fields.all("content-length")
        let codings = fields.all("transfer-encoding")
        if !codings.isEmpty {
            guard isVersion11 else { throw HTTPRefusal(400, "Transfer-Encoding is unknown to HTTP/1.0") }
            guard lengths.isEmpty else { throw HTTPRefusal(400, "Content-Length beside Transfer-Encoding") }
            // Nothing here is skipped: a list that is read in two ways ends a body in two places.
            let names = codings.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
                .map { $0.trimmingBlanks() }
            let isChunked = names.map { $0.utf8.count == 7 && $0.lowercased() == "chunked" }
            guard isChunked.last == true, isChunked.dropLast().allSatisfy({ !$0 }),
                names.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isTokenByte) })
            else { throw HTTPRefusal(400, "the last transfer coding has to be chunked, once") }
            guard names.count == 1 else { throw HTTPRefusal(501, "the only transfer coding taken is chunked") }
            return .chunked
        }
        guard let length = lengths.first else { return .none }
        guard lengths.count == 1 else { throw HTTPRefusal(400, "Content-Length stands twice") }
        guard !length.isEmpty, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }), length.utf8.count <= 18,
            let count = Int(length)
        else { throw HTTPRefusal(400, "Content-Length is no number of bytes") }
        return count == 0 ? .none : .length(count)
    }
}

/// The target of a request: its path and its query, percent-decoded (RFC 9112 3.2).
struct HTTPTarget {
    let segments: [String]
    let query: [HTTPRequestHead.Parameter]
    /// The authority of a target in absolute form.
    let authority: String?

    init(_ target: ArraySlice<UInt8>) throws(HTTPRefusal) {
        let (authority, target) = try Self.parts(target)
        self.authority = authority
        guard target.first == UInt8(ascii: "/") else {
            throw HTTPRefusal(400, "the request's target has to be a path or a URL with one")
        }
        guard target.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "#") }) else {
            throw HTTPRefusal(400, "the request's target holds a character that has to be percent-encoded")
        }
        let mark = target.firstIndex(of: UInt8(ascii: "?"))
        var segments: [String] = []
        let path = target[(target.startIndex + 1)..<(mark ?? target.endIndex)]
        for part in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            let segment = try percentDecoded(part, plusIsSpace: false)
            guard segment != "." && segment != ".." else { throw HTTPRefusal(400, "a dot segment stands in the path") }
            segments.append(segment)
        }
        var query: [HTTPRequestHead.Parameter] = []
        if let mark {
            for part in target[(mark + 1)...].split(separator: UInt8(ascii: "&")) {
                let equals = part.firstIndex(of: UInt8(ascii: "="))
                query.append(
                    HTTPRequestHead.Parameter(
                        name: try percentDecoded(part[..<(equals ?? part.endIndex)], plusIsSpace: true),
                        value: try equals.map { index throws(HTTPRefusal) in
                            try percentDecoded(part[(index + 1)...], plusIsSpace: true)
                        } ?? ""))
            }
        }
        self.segments = segments
        self.query = query
    }
}

extension HTTPTarget {
    /// Splits off scheme and authority, which a client may send as to a proxy (RFC 9112 3.2.2). The path may be empty then.
    private static func parts(
        _ target: ArraySlice<UInt8>
    ) throws(HTTPRefusal) -> (authority: String?, rest: ArraySlice<UInt8>) {
        for scheme in ["http://", "https://"] {
            let prefix = String(decoding: target.prefix(scheme.utf8.count), as: UTF8.self)
            guard prefix.utf8.count == scheme.utf8.count, prefix.lowercased() == scheme else { continue }
            let rest = target.dropFirst(scheme.utf8.count)
            let end = rest.firstIndex { "/?#".utf8.contains($0) } ?? rest.endIndex
            let authority = String(decoding: rest[..<end], as: UTF8.self)
            guard !authority.isEmpty, isAuthority(authority) else {
                throw HTTPRefusal(400, "the request's target names no host")
            }
            let path = rest[end...]
            return (authority, path.first == UInt8(ascii: "/") ? path : [UInt8(ascii: "/")] + path)
        }
        return (nil, target)
    }

    /// True for a host with or without a port, and without a user (RFC 9110 7.2, RFC 3986 3.2.2); it may be empty.
    static func isAuthority(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        var rest = bytes[...]
        if rest.first == UInt8(ascii: "[") {
            guard let close = rest.firstIndex(of: UInt8(ascii: "]")),
                isLiteral(String(decoding: rest[1..<close], as: UTF8.self))
            else { return false }
            rest = rest[(close + 1)...]
        } else {
            let host = rest.prefix { $0 != UInt8(ascii: ":") }
            guard isName(host) else { return false }
            rest = rest[host.endIndex...]
        }
        guard let colon = rest.first else { return true }
        return colon == UInt8(ascii: ":") && rest.count <= 6 && rest.dropFirst().allSatisfy(isDigit)
    }

    /// True for an IPv6 address, or an address of a later version (RFC 3986 3.2.2).
    private static func isLiteral(_ text: String) -> Bool {
        if let address = IPAddress(text), text.contains(":") { return !address.bytes.isEmpty }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let first = parts[0].utf8.first, first | 0x20 == UInt8(ascii: "v") else { return false }
        return parts[0].utf8.count > 1 && parts[0].utf8.dropFirst().allSatisfy { hexDigit($0) != nil }
            && !parts[1].isEmpty && parts[1].utf8.allSatisfy { isNameByte($0) || $0 == UInt8(ascii: ":") }
    }

    private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == UInt8(ascii: "%") {
                guard index + 2 < bytes.endIndex, hexDigit(bytes[index + 1]) != nil, hexDigit(bytes[index + 2]) != nil
                else { return false }
                index += 3
            } else {
                guard isNameByte(bytes[index]) else { return false }
                index += 1
            }
        }
        return true
    }

    /// True for what a registered name is made of: unreserved characters and sub-delimiters.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "-._~!$&'()*+,;=".utf8.contains(byte)
        }
    }
}

private func percentDecoded(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool) throws(HTTPRefusal) -> String {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
        switch bytes[index] {
        case UInt8(ascii: "%"):
            guard index + 2 < bytes.endIndex, let high = hexDigit(bytes[index + 1]),
                let low = hexDigit(bytes[index + 2])
            else { throw HTTPRefusal(400, "a percent sign is not followed by two hexadecimal digits") }
            decoded.append(high << 4 | low)
            index += 3
        case UInt8(ascii: "+") where plusIsSpace:
            decoded.append(0x20)
            index += 1
        default:
            decoded.append(bytes[index])
            index += 1
        }
    }
    guard !decoded.contains(0), let text = String(validating: decoded, as: UTF8.self) else {
        throw HTTPRefusal(400, "the percent-encoded text is not UTF-8 or holds NUL")
    }
    return text
}

private func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
}

/// True for the characters of a token (RFC 9110 5.6.2).
func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}

func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

extension Substring {
    func trimmingBlanks() -> Substring {
        var text = self
        while let first = text.utf8.first, isBlank(first) { text = text.dropFirst() }
        while let last = text.utf8.last, isBlank(last) { text = text.dropLast() }
        return text
    }
}
