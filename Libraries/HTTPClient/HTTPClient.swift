import CCurl
import Synchronization
import System

/// A request to send.
public struct HTTPClientRequest: Sendable {
    /// A part of a multipart/form-data body.
    public struct Part: Sendable {
        /// The name of the form field.
        public let name: String
        /// The content.
        public let bytes: [UInt8]

        /// Describes a part.
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
    /// A body whose type `fields` states; nil for none. A request has either this or `parts`.
    public var body: [UInt8]?
    /// Receives the body of an answer with a status from 200 to 299 piece by piece; nil to collect it in
    /// `HTTPClientResponse`.
    ///
    /// It runs on the client's thread and gets the status and the fields with each piece. An error that it throws ends
    /// the request and is thrown by `send`. `maximumBodyBytes` does not bound what it receives.
    public var sink: (@Sendable (_ head: HTTPClientResponse, _ piece: [UInt8]) throws -> Void)?
    /// Receives the progress of an upload from time to time, on the client's thread: bytes sent and bytes in all.
    public var uploadProgress: (@Sendable (_ sentBytes: Int64, _ totalBytes: Int64) -> Void)?
    /// `user:password` for a server that asks for them at once (basic authentication, RFC 7617); nil for none.
    public var credentials: String?
    /// The bound for this request as a whole, in milliseconds; nil for the client's. Ignored where `stallSeconds` is
    /// set.
    public var timeoutMilliseconds: Int?
    /// True where cancelling the task ends the request within about a second, once it has one of the client's
    /// connections; `send` then throws `HTTPClientError` of kind `interrupted`.
    public var endsWithTask = false
    /// The request fails after this many seconds in which less than one byte a second moves; its whole time then has no
    /// bound. Nil to bound the request as a whole by `timeoutMilliseconds`.
    public var stallSeconds: Int?

    /// Describes a request without progress, sink, credentials or limits of its own; set those afterwards.
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

/// The answer to a request.
public struct HTTPClientResponse: Sendable {
    /// The status code.
    public let status: Int
    /// The header fields with names in lower case; of several fields with one name, the last.
    public let fields: [String: String]
    /// The body; empty where a sink received it.
    public let body: [UInt8]
}

/// A request that got no complete answer.
public struct HTTPClientError: Error, Sendable, CustomStringConvertible {
    /// The reason why there is no answer; it tells whether a retry is safe.
    public enum Kind: Sendable {
        /// The request can't be made: its URL is invalid, or libcurl has a fault.
        case impossible
        /// The server was not reached, so it did not get the request: the name can't be resolved, the connection or the
        /// TLS handshake failed.
        case unreachable
        /// The server shows no certificate that this machine trusts.
        case untrusted
        /// The connection was lost or too slow; the server may have handled the request.
        case interrupted
        /// The answer is larger than the client accepts.
        case tooLarge
    }

    /// The reason why there is no answer.
    public let kind: Kind
    /// Method, URL and libcurl's message.
    public let description: String
}

/// An HTTP client on libcurl with a fixed number of connections.
///
/// Each connection has a thread of its own and is reused; further requests wait for a free one. The client follows no
/// redirects and speaks only http and https, through the proxies that the environment names (`https_proxy`,
/// `http_proxy`, `all_proxy`, `no_proxy`). It trusts the certificates in the folder `SSL_CERT_DIR`, by default
/// `/etc/ssl/certs`.
///
///     let client = HTTPClient(connections: 2)
///     let answer = try await client.send(HTTPClientRequest("GET", "http://127.0.0.1:8080/healthz"))
public final class HTTPClient: Sendable {
    private struct State {
        var idle: [HTTPClientHandle]
        var waiters: [CheckedContinuation<HTTPClientHandle, Never>] = []
    }
    private let state: Mutex<State>

    /// Creates a client; it connects at the first request.
    ///
    /// - Parameters:
    ///   - connections: the number of requests at once; others wait.
    ///   - timeoutMilliseconds: the bound for a request as a whole; for connecting it is at most 10 seconds.
    ///   - maximumBodyBytes: the bound for the body of an answer.
    public init(connections: Int, timeoutMilliseconds: Int = 60_000, maximumBodyBytes: Int = 16 << 20) {
        curl_global_init(Int(CURL_GLOBAL_DEFAULT))
        state = Mutex(
            State(
                idle: (0..<connections).map { _ in
                    HTTPClientHandle(timeoutMilliseconds: timeoutMilliseconds, maximumBodyBytes: maximumBodyBytes)
                }))
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// Cancelling the calling task ends a request that says so (`endsWithTask`), and no other. A request is sent once; the
    /// caller decides about retries.
    ///
    /// - Returns: the answer, whatever its status.
    /// - Throws: `HTTPClientError` where there is no complete answer, or what the request's sink throws.
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
        guard request.endsWithTask else { return try await handle.worker.run { try handle.send(request) } }
        let isCancelled = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await handle.worker.run { try handle.send(request, until: isCancelled) }
        } onCancel: {
            isCancelled.set()
        }
    }
}

/// Tells the thread of a request that its task was cancelled.
private final class CancellationFlag: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set() { flag.store(true, ordering: .relaxed) }
}

/// One of libcurl's easy handles, used only on its worker's thread.
@safe private final class HTTPClientHandle: @unchecked Sendable {
    let worker = Worker(name: "http-client")
    private let timeoutMilliseconds: Int
    private let maximumBodyBytes: Int
    private let handle: UnsafeMutableRawPointer
    private var body: [UInt8] = []
    private var fields: [String: String] = [:]
    private var request: HTTPClientRequest?
    /// What the sink threw.
    private var sinkFault: (any Error)?
    private var isTooLarge = false
    private var isCancelled: CancellationFlag?

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

    /// Refuses what would end a line early and begin another field or request (RFC 9110 5.5).
    private static func check(_ request: HTTPClientRequest) throws(HTTPClientError) {
        func isSafe(_ text: String) -> Bool { !text.utf8.contains { $0 == 0x0a || $0 == 0x0d || $0 == 0 } }
        guard isSafe(request.method), isSafe(request.url) else {
            throw HTTPClientError(
                kind: .impossible, description: "a line break or NUL stands in the request's method or URL")
        }
        for field in request.fields where !isSafe(field.name) || !isSafe(field.value) {
            let name = field.name.filter { $0.isLetter || $0 == "-" }
            throw HTTPClientError(kind: .impossible, description: "a line break or NUL stands in the field \(name)")
        }
    }

    func send(_ request: HTTPClientRequest, until isCancelled: CancellationFlag? = nil) throws -> HTTPClientResponse {
        try Self.check(request)
        // A reset keeps open connections.
        unsafe curl_easy_reset(handle)
        body = []
        fields = [:]
        self.request = request
        self.isCancelled = isCancelled
        sinkFault = nil
        isTooLarge = false
        defer { self.request = nil }
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
        unsafe ccurl_set_pointer(handle, CURLOPT_NOPROXY, EnvironmentProxy.exceptions)
        unsafe ccurl_set_pointer(handle, CURLOPT_CAPATH, Host.environment("SSL_CERT_DIR") ?? "/etc/ssl/certs")
        // Without this, libcurl would also trust the bundle that it was built with, and read it at each first
        // handshake.
        unsafe ccurl_set_pointer(handle, CURLOPT_CAINFO, nil)
        unsafe ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        if let stallSeconds = request.stallSeconds {
            unsafe ccurl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1)
            unsafe ccurl_set_long(handle, CURLOPT_LOW_SPEED_TIME, stallSeconds)
        } else {
            unsafe ccurl_set_long(handle, CURLOPT_TIMEOUT_MS, request.timeoutMilliseconds ?? timeoutMilliseconds)
        }
        if request.uploadProgress != nil || isCancelled != nil {
            unsafe ccurl_set_long(handle, CURLOPT_NOPROGRESS, 0)
            unsafe ccurl_set_pointer(handle, CURLOPT_XFERINFODATA, Unmanaged.passUnretained(self).toOpaque())
            unsafe ccurl_set_progress(handle, CURLOPT_XFERINFOFUNCTION) { context, _, _, total, sent in
                guard let context = unsafe context else { return 0 }
                let handle = unsafe Unmanaged<HTTPClientHandle>.fromOpaque(context).takeUnretainedValue()
                if total > 0 { handle.request?.uploadProgress?(Int64(sent), Int64(total)) }
                return handle.isCancelled?.isSet == true ? 1 : 0
            }
        }
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
        if let credentials = request.credentials { unsafe ccurl_set_pointer(handle, CURLOPT_USERPWD, credentials) }
        if request.method == "HEAD" { unsafe ccurl_set_long(handle, CURLOPT_NOBODY, 1) }
        let code = unsafe curl_easy_perform(handle)
        guard code == CURLE_OK else {
            if let sinkFault { throw sinkFault }
            let reason =
                isTooLarge
                ? "the answer is larger than \(maximumBodyBytes) bytes"
                : unsafe String(cString: curl_easy_strerror(code)) + EnvironmentProxy.words(for: request.url)
            throw HTTPClientError(kind: kind(code), description: "\(request.method) \(request.url): \(reason)")
        }
        defer { body = [] }
        return HTTPClientResponse(status: status, fields: fields, body: body)
    }

    private var status: Int {
        var status = 0
        unsafe ccurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
        return status
    }

    private func kind(_ code: CURLcode) -> HTTPClientError.Kind {
        if isTooLarge { return .tooLarge }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR:
            return .unreachable
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            return .untrusted
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT, CURLE_FAILED_INIT, CURLE_OUT_OF_MEMORY: return .impossible
        default: return .interrupted
        }
    }

    private func takeField(_ bytes: UnsafeRawBufferPointer) {
        let line = unsafe String(decoding: bytes, as: UTF8.self)
        // A status line begins a new answer, such as the one after 100 Continue; its fields replace the earlier ones.
        if line.hasPrefix("HTTP/") { fields = [:] }
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = line[line.index(after: colon)...].split(whereSeparator: \.isWhitespace).joined(separator: " ")
        fields[line[..<colon].lowercased()] = value
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if let sink = request?.sink, (200...299).contains(status) {
            do {
                try sink(
                    HTTPClientResponse(status: status, fields: fields, body: []), unsafe [UInt8](bytes))
                return true
            } catch {
                sinkFault = error
                return false
            }
        }
        guard body.count + bytes.count <= maximumBodyBytes else {
            isTooLarge = true
            return false
        }
        unsafe body.append(contentsOf: bytes)
        return true
    }
}
