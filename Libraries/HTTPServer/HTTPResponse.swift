public import System

/// An answer: status, fields, and a body from memory, from a file or as it comes.
///
/// The server adds `content-length` or `transfer-encoding`, `date` and, where the connection closes after the answer,
/// `connection: close`. It sends no body for HEAD and 304. The body of a 204 has to be `empty`: the server would send
/// it without a length.
public struct HTTPResponse: Sendable {
    /// The body.
    public enum Body: Sendable {
        /// No body.
        case empty
        /// Bytes in memory.
        case bytes([UInt8])
        /// A part of a file; the kernel sends it (`sendfile`) at the client's pace.
        case file(HTTPFile, Range<Int64>)
        /// Pieces that are made while they are sent.
        case stream(HTTPStream)

        /// The whole file.
        public static func file(_ file: HTTPFile) -> Body { .file(file, 0..<file.size) }
    }

    /// The status code.
    public var status: Int
    /// The fields without `content-length` and the other ones that the server adds.
    public var fields: HTTPFields
    /// The body.
    public var body: Body

    /// Describes an answer.
    public init(status: Int, fields: HTTPFields = [:], body: Body = .empty) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The length of the body; nil where it is not known in advance.
    var bodyBytes: Int64? {
        switch body {
        case .empty: 0
        case .bytes(let bytes): Int64(bytes.count)
        case .file(_, let range): range.upperBound - range.lowerBound
        case .stream: nil
        }
    }

    var delivery: HTTPDelivery {
        switch body {
        case .empty, .bytes: .memory
        case .file: .file
        case .stream: .stream
        }
    }
}

/// An open file for the body of an answer; closed when the last answer that uses it is released.
public final class HTTPFile: Sendable {
    let descriptor: Descriptor
    /// The size of the file in bytes when it was opened.
    public let size: Int64

    /// Takes ownership of an open file.
    ///
    /// - Throws: `SystemError` where its size can't be read.
    public init(_ descriptor: consuming Descriptor) throws(SystemError) {
        size = try descriptor.size()
        self.descriptor = descriptor
    }
}

/// The reason phrases of RFC 9110 for the statuses in use.
func reasonPhrase(_ status: Int) -> String {
    switch status {
    case 100: "Continue"
    case 200: "OK"
    case 201: "Created"
    case 204: "No Content"
    case 206: "Partial Content"
    case 302: "Found"
    case 304: "Not Modified"
    case 400: "Bad Request"
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 409: "Conflict"
    case 413: "Content Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 416: "Range Not Satisfiable"
    case 421: "Misdirected Request"
    case 422: "Unprocessable Content"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 501: "Not Implemented"
    case 503: "Service Unavailable"
    case 505: "HTTP Version Not Supported"
    default: "Status"
    }
}

/// The part of an answer's head that depends on the answer only: status line, fields and `content-length`.
func encodeFields(_ response: HTTPResponse) -> [UInt8] {
    var head = "HTTP/1.1 \(response.status) \(reasonPhrase(response.status))\r\n"
    for field in response.fields.fields { head += "\(field.name): \(field.value)\r\n" }
    // 204, 304 and 1xx have no body; no length is stated for them (RFC 9110 8.6).
    if ![204, 304].contains(response.status) && response.status >= 200, let count = response.bodyBytes {
        head += "content-length: \(count)\r\n"
    }
    return Array(head.utf8)
}

/// The rest of the head: the given fields, `date`, `connection: close` where it applies, and the empty line.
func encodeEnd(_ fields: HTTPFields = [:], closes: Bool) -> [UInt8] {
    var end: [UInt8] = []
    for field in fields.fields {
        end += field.name.utf8
        end += ": ".utf8
        end += field.value.utf8
        end += "\r\n".utf8
    }
    end += HTTPDate.line
    if closes { end += "connection: close\r\n".utf8 }
    end += "\r\n".utf8
    return end
}
