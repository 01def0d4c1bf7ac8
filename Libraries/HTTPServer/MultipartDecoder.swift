import Glibc

/// Decodes a multipart/form-data body (RFC 7578, RFC 2046 5.1) as its bytes arrive; no I/O.
///
/// The caller adds bytes with `append` and calls `next` until it returns nil. How the bytes are split changes nothing
/// but how a part's content is split into `data` events. After nil the decoder holds back no more than one part's head
/// (at most 8 KiB) or one boundary. A body with a preamble is refused.
public struct MultipartDecoder: Sendable {
    /// An event of the decoder.
    public enum Event: Sendable, Equatable {
        /// A part begins; its name has 1 to 64 bytes.
        case part(name: String, contentType: String?)
        /// Bytes of the current part.
        case data([UInt8])
        /// The current part is complete.
        case partEnd
        /// The closing boundary was read.
        case end
    }

    private enum State {
        /// Before the first boundary. A preamble is refused, since no client sends one.
        case start
        /// After a boundary: either a part or the end follows.
        case boundary
        case head
        case data
        case finished
    }

    private let delimiter: [UInt8]
    private let maximumParts: Int
    private var state = State.start
    private var buffer: [UInt8] = []
    private var start = 0
    private var parts = 0
    private static let maximumHeadBytes = 8192

    /// Reads the boundary from a Content-Type field.
    ///
    /// - Parameters:
    ///   - contentType: the value of the field; nil where it is missing.
    ///   - maximumParts: the number of parts that the body may have.
    /// - Throws: `HTTPRefusal` with 415 where this is not multipart/form-data or has no valid boundary.
    public init(contentType: String?, maximumParts: Int = 32) throws(HTTPRefusal) {
        let parameters = try HeaderValue(contentType ?? "", status: 415)
        guard parameters.value.lowercased() == "multipart/form-data" else {
            throw HTTPRefusal(415, "the body has to be multipart/form-data")
        }
        guard let boundary = parameters["boundary"], (1...70).contains(boundary.utf8.count),
            boundary.utf8.last != 0x20, boundary.utf8.allSatisfy({ isTokenByte($0) || "(),/:=? ".utf8.contains($0) })
        else { throw HTTPRefusal(415, "Content-Type needs a boundary of 1 to 70 characters") }
        delimiter = Array("\r\n--\(boundary)".utf8)
        self.maximumParts = maximumParts
        // The delimiter begins with CRLF; with this the first boundary does, too.
        buffer = [0x0d, 0x0a]
    }

    /// Adds the next bytes of the body.
    public mutating func append(_ bytes: [UInt8]) {
        if start > 0 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        buffer += bytes
    }

    /// True once the closing boundary was read.
    public var isFinished: Bool {
        if case .finished = state { return true }
        return false
    }

    /// The next event; nil where more bytes are needed. Bytes after the closing boundary are dropped.
    ///
    /// - Throws: `HTTPRefusal` with 400 where the body is malformed, with 422 where it has too many parts.
    public mutating func next() throws(HTTPRefusal) -> Event? {
        while true {
            switch state {
            case .start:
                guard buffer.count - start >= delimiter.count else { return nil }
                guard buffer[start..<(start + delimiter.count)].elementsEqual(delimiter) else {
                    throw HTTPRefusal(400, "the multipart body does not begin with its boundary")
                }
                start += delimiter.count
                state = .boundary
            case .boundary:
                guard buffer.count - start >= 2 else { return nil }
                let pair = (buffer[start], buffer[start + 1])
                start += 2
                if pair == (0x2d, 0x2d) {
                    state = .finished
                    return .end
                }
                guard pair == (0x0d, 0x0a) else { throw HTTPRefusal(400, "a multipart boundary is malformed") }
                parts += 1
                guard parts <= maximumParts else {
                    throw HTTPRefusal(422, "the body has more than \(maximumParts) parts")
                }
                state = .head
            case .head:
                guard let event = try takePartHead() else { return nil }
                state = .data
                return event
            case .data:
                return takeData()
            case .finished:
                buffer = []
                start = 0
                return nil
            }
        }
    }

    private mutating func takePartHead() throws(HTTPRefusal) -> Event? {
        guard let end = find([0x0d, 0x0a, 0x0d, 0x0a], limit: Self.maximumHeadBytes) else {
            guard buffer.count - start < Self.maximumHeadBytes + 4 else {
                throw HTTPRefusal(400, "the head of a part is larger than \(Self.maximumHeadBytes) bytes")
            }
            return nil
        }
        guard let text = String(validating: buffer[start..<end], as: UTF8.self) else {
            throw HTTPRefusal(400, "the head of a part is not UTF-8")
        }
        start = end + 4
        var fields: [String: String] = [:]
        for line in text.split(separator: "\r\n", omittingEmptySubsequences: false) {
            guard let colon = line.firstIndex(of: ":"), line[..<colon].utf8.allSatisfy(isTokenByte),
                colon > line.startIndex, line.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
            else { throw HTTPRefusal(400, "a header field of a part is malformed") }
            let name = line[..<colon].lowercased()
            guard fields[name] == nil else { throw HTTPRefusal(400, "a header field of a part stands twice") }
            fields[name] = String(line[line.index(after: colon)...].trimmingBlanks())
        }
        let disposition = try HeaderValue(fields["content-disposition"] ?? "", status: 400)
        guard disposition.value.lowercased() == "form-data", let name = disposition["name"], !name.isEmpty else {
            throw HTTPRefusal(400, "a part has no name")
        }
        guard name.utf8.count <= 64 else { throw HTTPRefusal(400, "the name of a part is longer than 64 bytes") }
        return .part(name: name, contentType: fields["content-type"])
    }

    /// Data up to the next boundary; bytes at the end that may begin a boundary stay in the buffer.
    private mutating func takeData() -> Event? {
        if let end = find(delimiter, limit: .max) {
            if end > start {
                defer { start = end }
                return .data(Array(buffer[start..<end]))
            }
            start = end + delimiter.count
            state = .boundary
            return .partEnd
        }
        let safe = buffer.count - (delimiter.count - 1)
        guard safe > start else { return nil }
        defer { start = safe }
        return .data(Array(buffer[start..<safe]))
    }

    private func find(_ pattern: [UInt8], limit: Int) -> Int? {
        guard buffer.count - start >= pattern.count else { return nil }
        let last = min(buffer.count - pattern.count, limit < buffer.count ? start + limit : buffer.count)
        return unsafe buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var index = start
            while index <= last,
                let first = unsafe memchr(base + index, Int32(pattern[0]), last - index + 1)
            {
                index = unsafe base.distance(to: UnsafeRawPointer(first))
                if unsafe memcmp(base + index, pattern, pattern.count) == 0 { return index }
                index += 1
            }
            return nil
        }
    }
}

/// A header value with parameters: `value; name=token; name="quoted"` (RFC 9110 5.6.6).
struct HeaderValue {
    let value: String
    private var parameters: [(String, String)] = []

    subscript(_ name: String) -> String? {
        parameters.first { $0.0 == name }?.1
    }

    init(_ text: String, status: Int) throws(HTTPRefusal) {
        let malformed = HTTPRefusal(status, "a header value with parameters is malformed")
        let bytes = Array(text.utf8)
        var index = bytes.firstIndex(of: UInt8(ascii: ";")) ?? bytes.count
        value = String(String(decoding: bytes[..<index], as: UTF8.self)[...].trimmingBlanks())
        while index < bytes.count {
            index += 1
            while index < bytes.count, isBlank(bytes[index]) { index += 1 }
            if index == bytes.count || bytes[index] == UInt8(ascii: ";") { continue }
            let nameStart = index
            while index < bytes.count, isTokenByte(bytes[index]) { index += 1 }
            let name = String(decoding: bytes[nameStart..<index], as: UTF8.self).lowercased()
            guard !name.isEmpty, index < bytes.count, bytes[index] == UInt8(ascii: "=") else { throw malformed }
            index += 1
            var parameter: [UInt8] = []
            if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
                index += 1
                while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
                    if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count { index += 1 }
                    parameter.append(bytes[index])
                    index += 1
                }
                guard index < bytes.count else { throw malformed }
                index += 1
            } else {
                while index < bytes.count, isTokenByte(bytes[index]) {
                    parameter.append(bytes[index])
                    index += 1
                }
            }
            while index < bytes.count, isBlank(bytes[index]) { index += 1 }
            guard index == bytes.count || bytes[index] == UInt8(ascii: ";"), self[name] == nil else { throw malformed }
            parameters.append((name, String(decoding: parameter, as: UTF8.self)))
        }
    }
}
