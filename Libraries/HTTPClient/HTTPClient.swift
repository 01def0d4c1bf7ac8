import CCurl
import Synchronization
import System

/// A request to send.
public struct HTTPClientRequest: Sendable {
    /// A part of a multipart/form-data body.
    public struct Part: Sendable {
        /// Its name.
        public let name: String
        /// Its bytes.
        public let bytes: [UInt8]

        /// Names some bytes.
        public init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// The method.
    public var method: String
    /// The URL, http or https.
    public var url: String
    /// Header fields.
    public var fields: [(name: String, value: String)]
    /// A multipart/form-data body; empty for none.
    public var parts: [Part]
    /// A body whose type the fields name; nil for none. There is this one or parts.
    public var body: [UInt8]?

    /// Puts a request together.
    public init(
        _ method: String, _ url: String, fields: [(name: String, value: String)] = [], parts: [Part] = [],
        body: [UInt8]? = nil
    ) {
        self.body = body
        self.method = method
        self.url = url
        self.fields = fields
        self.parts = parts
    }
}

/// What came back.
public struct HTTPClientResponse: Sendable {
    /// The status code.
    public let status: Int
    /// The header fields, names in lower case; of a name that stands twice the last.
    public let fields: [String: String]
    /// The body.
    public let body: [UInt8]
}

/// No answer came back: a name that can't be resolved, a connection refused or lost, a timeout, a body that
/// is too large.
public struct HTTPClientError: Error, Sendable, CustomStringConvertible {
    /// libcurl's words.
    public let description: String
}

/// Sends requests over libcurl: a bounded number at once, each on a thread and connection of its own that
/// is kept for the next. Follows no redirects, speaks http and https alone.
public final class HTTPClient: Sendable {
    private struct State {
        var idle: [HTTPClientHandle]
        var waiters: [CheckedContinuation<HTTPClientHandle, Never>] = []
    }
    private let state: Mutex<State>

    /// - Parameters:
    ///   - connections: requests at once; others wait.
    ///   - timeoutMilliseconds: for a request as a whole.
    ///   - maximumBodyBytes: of an answer.
    public init(connections: Int, timeoutMilliseconds: Int = 60_000, maximumBodyBytes: Int = 16 << 20) {
        curl_global_init(Int(CURL_GLOBAL_DEFAULT))
        state = Mutex(
            State(
                idle: (0..<connections).map { _ in
                    HTTPClientHandle(timeoutMilliseconds: timeoutMilliseconds, maximumBodyBytes: maximumBodyBytes)
                }))
    }

    /// Sends a request and gathers the answer.
    public func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        let handle = await withCheckedContinuation { continuation in
            let idle = state.withLock { state -> HTTPClientHandle? in
                if let handle = state.idle.popLast() { return handle }
                state.waiters.append(continuation)
                return nil
            }
            if let idle { continuation.resume(returning: idle) }
        }
        defer {
            let waiter = state.withLock { state -> CheckedContinuation<HTTPClientHandle, Never>? in
                guard state.waiters.isEmpty else { return state.waiters.removeFirst() }
                state.idle.append(handle)
                return nil
            }
            waiter?.resume(returning: handle)
        }
        return try await handle.worker.run { try handle.send(request) }
    }
}

/// One of libcurl's easy handles, used on its worker's thread alone.
@safe private final class HTTPClientHandle: @unchecked Sendable {
    let worker = Worker(name: "http-client")
    private let timeoutMilliseconds: Int
    private let maximumBodyBytes: Int
    private let handle: UnsafeMutableRawPointer
    private var body: [UInt8] = []
    private var fields: [String: String] = [:]

    init(timeoutMilliseconds: Int, maximumBodyBytes: Int) {
        self.timeoutMilliseconds = timeoutMilliseconds
        self.maximumBodyBytes = maximumBodyBytes
        guard let handle = unsafe curl_easy_init() else { preconditionFailure("libcurl gives no handle") }
        unsafe self.handle = unsafe handle
    }

    deinit {
        unsafe curl_easy_cleanup(handle)
        worker.stop()
    }

    func send(_ request: HTTPClientRequest) throws(HTTPClientError) -> HTTPClientResponse {
        // Connections outlive a reset.
        unsafe curl_easy_reset(handle)
        body = []
        fields = [:]
        var list: UnsafeMutablePointer<curl_slist>?
        for field in request.fields { unsafe list = unsafe curl_slist_append(list, "\(field.name): \(field.value)") }
        let mime = unsafe request.parts.isEmpty ? nil : curl_mime_init(handle)
        defer {
            unsafe curl_slist_free_all(list)
            unsafe curl_mime_free(mime)
        }
        for part in request.parts {
            let entry = unsafe curl_mime_addpart(mime)
            unsafe curl_mime_name(entry, part.name)
            unsafe part.bytes.withUnsafeBytes { buffer in
                _ = unsafe curl_mime_data(entry, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count)
            }
        }
        unsafe ccurl_set_pointer(handle, CURLOPT_URL, request.url)
        unsafe ccurl_set_pointer(handle, CURLOPT_HTTPHEADER, list)
        if let mime = unsafe mime { unsafe ccurl_set_pointer(handle, CURLOPT_MIMEPOST, UnsafeRawPointer(mime)) }
        if let body = request.body {
            unsafe ccurl_set_long(handle, CURLOPT_POSTFIELDSIZE, body.count)
            unsafe ccurl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, body)
        }
        unsafe ccurl_set_pointer(handle, CURLOPT_CUSTOMREQUEST, request.method)
        unsafe ccurl_set_pointer(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        unsafe ccurl_set_pointer(handle, CURLOPT_CAPATH, "/etc/ssl/certs")
        unsafe ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        unsafe ccurl_set_long(handle, CURLOPT_TIMEOUT_MS, timeoutMilliseconds)
        unsafe ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, min(timeoutMilliseconds, 10_000))
        unsafe ccurl_set_pointer(handle, CURLOPT_WRITEDATA, Unmanaged.passUnretained(self).toOpaque())
        unsafe ccurl_set_writer(handle, CURLOPT_WRITEFUNCTION) { data, size, count, context in
            guard let data = unsafe data, let context = unsafe context else { return 0 }
            let handle = unsafe Unmanaged<HTTPClientHandle>.fromOpaque(context).takeUnretainedValue()
            return unsafe handle.take(UnsafeRawBufferPointer(start: data, count: size * count)) ? size * count : 0
        }
        unsafe ccurl_set_pointer(handle, CURLOPT_HEADERDATA, Unmanaged.passUnretained(self).toOpaque())
        unsafe ccurl_set_writer(handle, CURLOPT_HEADERFUNCTION) { data, size, count, context in
            guard let data = unsafe data, let context = unsafe context else { return 0 }
            let handle = unsafe Unmanaged<HTTPClientHandle>.fromOpaque(context).takeUnretainedValue()
            unsafe handle.takeField(UnsafeRawBufferPointer(start: data, count: size * count))
            return size * count
        }
        if request.method == "HEAD" { unsafe ccurl_set_long(handle, CURLOPT_NOBODY, 1) }
        let code = unsafe curl_easy_perform(handle)
        guard code == CURLE_OK else {
            let reason =
                code == CURLE_WRITE_ERROR
                ? "the answer is larger than \(maximumBodyBytes) bytes"
                : unsafe String(cString: curl_easy_strerror(code))
            throw HTTPClientError(description: "\(request.method) \(request.url): \(reason)")
        }
        var status = 0
        unsafe ccurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        defer { body = [] }
        return HTTPClientResponse(status: status, fields: fields, body: body)
    }

    private func takeField(_ bytes: UnsafeRawBufferPointer) {
        let line = unsafe String(decoding: bytes, as: UTF8.self)
        // A status line begins the fields of another answer, such as the one after 100 Continue.
        if line.hasPrefix("HTTP/") { fields = [:] }
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = line[line.index(after: colon)...].split(whereSeparator: \.isWhitespace).joined(separator: " ")
        fields[line[..<colon].lowercased()] = value
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard body.count + bytes.count <= maximumBodyBytes else { return false }
        unsafe body.append(contentsOf: bytes)
        return true
    }
}
