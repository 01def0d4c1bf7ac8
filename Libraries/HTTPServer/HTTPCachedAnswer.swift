/// An answer that is cached as bytes; the server writes it on the reactor's thread without a task for the request.
public struct HTTPCachedAnswer: Sendable {
    struct Form: Sendable {
        let head: [UInt8]
        let body: [UInt8]
    }

    private let plain: Form
    private let gzip: Form?

    /// The approximate memory it takes, in bytes.
    public let sizeBytes: Int

    /// Encodes an answer whose body is in memory; nil for another one.
    ///
    /// - Parameters:
    ///   - response: the answer.
    ///   - gzip: the compressed body, for clients that accept gzip. Its `etag` becomes a weak one.
    public init?(_ response: HTTPResponse, gzip: [UInt8]? = nil) {
        switch response.body {
        case .empty: plain = Form(head: encodeFields(response), body: [])
        case .bytes(let bytes): plain = Form(head: encodeFields(response), body: bytes)
        case .file, .stream: return nil
        }
        self.gzip = gzip.map { bytes in
            Form(head: encodeFields(response.compressed(as: bytes)), body: bytes)
        }
        sizeBytes = [plain, self.gzip].compactMap { $0 }.reduce(0) { $0 + $1.head.count + $1.body.count }
    }

    /// The compressed form where the client accepts gzip and there is one, otherwise the plain form.
    func form(for head: HTTPRequestHead) -> Form {
        guard let gzip, head.takesGzip else { return plain }
        return gzip
    }
}

extension HTTPRequestHead {
    /// True where the client accepts gzip by name (RFC 9110 12.5.3); `*` does not count.
    public var takesGzip: Bool {
        guard let accepted = fields["accept-encoding"] else { return false }
        return accepted.lowercased().split(separator: ",").contains { coding in
            let parts = coding.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            guard parts.first == "gzip" else { return false }
            return !parts.dropFirst().contains { ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains($0) }
        }
    }
}

extension HTTPResponse {
    /// The same answer with its body as gzip has compressed it, for a client that accepts that. Its `etag` becomes a weak one: a
    /// strong one stands for exact bytes, and the compressed ones differ (RFC 9110 8.8.1).
    public func compressed(as gzip: [UInt8]) -> HTTPResponse {
        var compressed = self
        compressed.fields = HTTPFields()
        for field in fields.fields {
            let isStrong = field.name == "etag" && !field.value.hasPrefix("W/")
            compressed.fields.append(field.name, isStrong ? "W/\(field.value)" : field.value)
        }
        compressed.fields.append("content-encoding", "gzip")
        compressed.body = .bytes(gzip)
        return compressed
    }
}
