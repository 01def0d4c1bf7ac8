/// Decodes the bytes of one connection into requests: bytes in, events out, no I/O (RFC 9112).
///
/// The result does not depend on how the bytes are split. After a refusal it gives no more events, since the next bytes
/// may not be the beginning of a request.
struct HTTPRequestDecoder {
    enum Event {
        case head(HTTPRequestHead)
        case body([UInt8])
        case end
    }

    private enum State {
        case head
        case body(remaining: Int)
        case chunkSize
        case chunk(remaining: Int)
        case chunkEnd
        case trailers(count: Int)
        case refused
    }

    private let limits: HTTPLimits
    private var state = State.head
    private var buffer: [UInt8] = []
    private var start = 0
    /// The number of bytes of a partial head that were already searched for its end.
    private var searched = 0
    /// True while one empty line before a request line is ignored (RFC 9112 2.2).
    private var mayDropEmptyLine = true

    init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// True between requests while no byte of the next one has arrived.
    var isIdle: Bool {
        if case .head = state { return available == 0 }
        return false
    }

    private var available: Int { buffer.count - start }

    /// The memory that it holds, in bytes.
    var heldBytes: Int { buffer.capacity }

    /// Lets go of memory that holds nothing any more.
    mutating func rest() {
        guard available <= Self.restingBytes, buffer.capacity > Self.restingBytes else { return }
        buffer = Array(buffer[start...])
        start = 0
    }

    /// As much as a connection may keep between two requests.
    private static let restingBytes = 4_096

    mutating func append(_ bytes: [UInt8]) {
        if start > 0 && start == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= 65_536)
            start = 0
        } else if start > buffer.count / 2 {
            // Without this, a buffer that never becomes empty would keep all bytes read before.
            buffer.removeSubrange(..<start)
            start = 0
        }
        buffer += bytes
    }

    /// The next event; nil where more bytes are needed.
    mutating func next() throws(HTTPRefusal) -> Event? {
        do {
            return try step()
        } catch {
            state = .refused
            buffer = []
            start = 0
            throw error
        }
    }

    private mutating func step() throws(HTTPRefusal) -> Event? {
        while true {
            switch state {
            case .refused:
                return nil
            case .head:
                guard let head = try takeHead() else { return nil }
                switch head.framing {
                case .none: state = .body(remaining: 0)
                case .length(let count): state = .body(remaining: count)
                case .chunked: state = .chunkSize
                }
                return .head(head)
            case .body(let remaining):
                if remaining == 0 { return finish() }
                guard let bytes = take(upTo: remaining) else { return nil }
                state = .body(remaining: remaining - bytes.count)
                return .body(bytes)
            case .chunkSize:
                guard let line = try takeLine(limit: 256) else { return nil }
                let size = try chunkSize(line)
                state = size == 0 ? .trailers(count: 0) : .chunk(remaining: size)
            case .chunk(let remaining):
                if remaining == 0 {
                    state = .chunkEnd
                } else {
                    guard let bytes = take(upTo: remaining) else { return nil }
                    state = .chunk(remaining: remaining - bytes.count)
                    return .body(bytes)
                }
            case .chunkEnd:
                guard let line = try takeLine(limit: 0) else { return nil }
                guard line.isEmpty else { throw HTTPRefusal(400, "a chunk is longer than it says") }
                state = .chunkSize
            case .trailers(let count):
                guard let line = try takeLine(limit: 4096) else { return nil }
                if line.isEmpty { return finish() }
                guard count < 16 else { throw HTTPRefusal(431, "more than 16 trailer fields") }
                try checkTrailer(line)
                state = .trailers(count: count + 1)
            }
        }
    }

    private mutating func finish() -> Event {
        state = .head
        mayDropEmptyLine = true
        return .end
    }

    private mutating func takeHead() throws(HTTPRefusal) -> HTTPRequestHead? {
        if mayDropEmptyLine && available > 0 {
            if buffer[start] == 0x0d {
                guard available >= 2 else { return nil }
                if buffer[start + 1] == 0x0a { start += 2 }
            }
            mayDropEmptyLine = false
        }
        var index = start + searched
        while index < buffer.count, index - start < limits.headBytes {
            if buffer[index] == 0x0a {
                // A bare LF can't be part of a head; refusing it now saves the client the timeout.
                guard index > start, buffer[index - 1] == 0x0d else {
                    throw HTTPRefusal(400, "a line ends in something else than CRLF")
                }
                if index - start >= 3, buffer[index - 2] == 0x0a, buffer[index - 3] == 0x0d {
                    let head = try HTTPHeadParser.parse(buffer[start..<(index - 3)])
                    start = index + 1
                    searched = 0
                    return head
                }
            }
            index += 1
        }
        guard available <= limits.headBytes else {
            if !buffer[start..<(start + limits.headBytes)].contains(0x0a) {
                throw HTTPRefusal(414, "the request's target is longer than \(limits.headBytes) bytes")
            }
            throw HTTPRefusal(431, "the request's head is larger than \(limits.headBytes) bytes")
        }
        searched = available
        return nil
    }

    private mutating func take(upTo count: Int) -> [UInt8]? {
        guard available > 0 else { return nil }
        let end = start + min(count, available)
        defer { start = end }
        return Array(buffer[start..<end])
    }

    /// A line without its CRLF, of at most `limit` bytes.
    private mutating func takeLine(limit: Int) throws(HTTPRefusal) -> ArraySlice<UInt8>? {
        let end = min(buffer.count, start + limit + 2)
        guard let feed = buffer[start..<end].firstIndex(of: 0x0a) else {
            guard available < limit + 2 else { throw HTTPRefusal(400, "the chunked body is malformed") }
            return nil
        }
        guard feed > start, buffer[feed - 1] == 0x0d else {
            throw HTTPRefusal(400, "a line ends in something else than CRLF")
        }
        defer { start = feed + 1 }
        return buffer[start..<(feed - 1)]
    }

    private func chunkSize(_ line: ArraySlice<UInt8>) throws(HTTPRefusal) -> Int {
        var digits = line.prefix { $0 != UInt8(ascii: ";") }
        // White space belongs to an extension (RFC 9112 7.1.1), and to nothing else.
        if digits.endIndex < line.endIndex { while let last = digits.last, isBlank(last) { digits.removeLast() } }
        // A chunk extension is ignored as long as it is text.
        guard (1...12).contains(digits.count), let text = String(validating: digits, as: UTF8.self),
            text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let size = Int(text, radix: 16), line.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 })
        else { throw HTTPRefusal(400, "the size of a chunk is malformed") }
        return size
    }

    private func checkTrailer(_ line: ArraySlice<UInt8>) throws(HTTPRefusal) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy(isTokenByte), line.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 })
        else { throw HTTPRefusal(400, "a trailer field is malformed") }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        guard !["content-length", "transfer-encoding", "host", "connection", "trailer"].contains(name) else {
            throw HTTPRefusal(400, "a framing field stands in the trailers")
        }
    }
}
