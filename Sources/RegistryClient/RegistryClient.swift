package import Contract
package import Crypto
package import Events
package import HTTPClient
import JSON
import Manifest
import Synchronization
import System

/// A marketplace, as its API is: requests by the declared endpoints, answers as their types.
///
/// A request is tried again where that can help. One that changes something carries an idempotency key, so that it
/// happens once however often it is sent.
package final class RegistryClient: Sendable {
    /// A successful answer.
    package struct Answer<Given: Sendable>: Sendable {
        package let value: Given
        /// The position of the last event that it reflects or made.
        package let position: Position?
        /// True where something was made or changed.
        package let isNew: Bool
    }

    static let maximumTries = 4
    private static let firstPauseMilliseconds: Int64 = 250
    private static let longestPauseMilliseconds: Int64 = 10_000
    /// The most seconds that one request waits for limits of the marketplace.
    private static let longestLimitSeconds: Int64 = 600
    private static let maximumBodyBytes = 8 << 20
    private static let limits = JSONLimits(bytes: maximumBodyBytes, values: 1 << 20)
    /// The bounds of an answer that says what is wrong.
    private static let failureLimits = JSONLimits(bytes: 1 << 20, values: 10_000)

    /// The registry's address without a slash at the end: scheme, host, port and perhaps a path.
    package let origin: String
    private let token: String?
    private let client: HTTPClient
    private let agent: String
    private let notice: @Sendable (String) -> Void
    /// True where tokens may be sent as they are: over TLS, to this machine, or where the user said so.
    private let sendsTokens: Bool
    private let hasWarned = Mutex(false)

    /// - Parameters:
    ///   - token: what requests that need a credential carry.
    ///   - allowsPlainHTTP: true to send it over http to other machines.
    ///   - agent: name and version of the program, for the field User-Agent.
    ///   - notice: told what is waited for, where that takes long.
    package init(
        origin: String, token: String?, allowsPlainHTTP: Bool, agent: String,
        notice: @escaping @Sendable (String) -> Void
    ) {
        self.notice = notice
        sendsTokens = allowsPlainHTTP || !Self.isPlain(origin)
        self.origin = origin
        self.token = token
        self.agent = agent
        client = HTTPClient(connections: 1, timeoutMilliseconds: 60_000, maximumBodyBytes: Self.maximumBodyBytes)
    }

    /// Sends a request with a JSON document.
    ///
    /// - Parameter idempotencyKey: the key of an earlier request that this one repeats; a new one where there is none.
    package func send<Input, Sent: Body, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>, _ input: Input, _ sent: Sent, idempotencyKey: String? = nil
    ) async throws -> Answer<Given> {
        try await send(endpoint, input, body: endpoint.sent.bytes(sent), idempotencyKey: idempotencyKey)
    }

    /// Sends a request without a body.
    package func send<Input, Given>(
        _ endpoint: Endpoint<Input, NoBody, Given>, _ input: Input
    ) async throws -> Answer<Given> {
        try await send(endpoint, input, body: nil)
    }

    private func send<Input, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>, _ input: Input, body: [UInt8]?, idempotencyKey: String? = nil
    ) async throws -> Answer<Given> {
        var request = try request(endpoint.declaration, endpoint.target(input), idempotencyKey)
        request.body = body
        if body != nil { request.fields.append(("Content-Type", "application/json")) }
        return try answer(endpoint, try await success(request), request.url)
    }

    /// Sends files as the parts of a form.
    ///
    /// - Parameter progress: how many bytes were sent, of how many.
    package func upload<Given>(
        _ endpoint: Endpoint<NoParameters, NoBody, Given>, _ parts: [(name: String, bytes: [UInt8])],
        progress: @escaping @Sendable (Int64, Int64) -> Void
    ) async throws -> Answer<Given> {
        var request = try request(endpoint.declaration, endpoint.target(NoParameters()))
        request.parts = parts.map { HTTPClientRequest.Part(name: $0.name, bytes: $0.bytes) }
        request.uploadProgress = progress
        request.stallSeconds = 60
        return try answer(endpoint, try await success(request), request.url)
    }

    /// Gets a JSON document that another module decodes.
    package func document<Input>(
        _ endpoint: Endpoint<Input, NoBody, NoBody>, _ input: Input
    ) async throws -> [UInt8] {
        let request = try request(endpoint.declaration, endpoint.target(input))
        let response = try await success(request)
        guard (try? JSONValue(response.body, limits: Self.limits)) != nil else { throw Self.noMarketplace(request.url) }
        return response.body
    }

    private func request(
        _ endpoint: EndpointDeclaration, _ target: String, _ idempotencyKey: String? = nil
    ) throws(Failure) -> HTTPClientRequest {
        try checkSafety(endpoint)
        var request = HTTPClientRequest(
            endpoint.method.rawValue, origin + target, fields: [("User-Agent", agent)])
        if case .token = endpoint.credential {
            guard let token else {
                throw Failure(.authentication, "not-authenticated", "there is no token for \(origin)")
            }
            request.fields.append(("Authorization", "Bearer \(token)"))
        }
        if endpoint.method != .get {
            let key = idempotencyKey ?? "mentatctl-\(Hex.encode(SecureRandom.bytes(16)))"
            request.fields.append(("Idempotency-Key", key))
        }
        return request
    }

    /// Refuses a request that would send or receive a token in plain text; warns once of any other plain request.
    private func checkSafety(_ endpoint: EndpointDeclaration) throws(Failure) {
        guard !sendsTokens else { return }
        let isSecret = if case .token = endpoint.credential { true } else { endpoint.cost == .command }
        guard !isSecret else {
            throw Failure(
                .permanent, "plain-http", "everybody on the way to \(origin) could read the token",
                fix: "use an https address; --insecure-http allows it for a registry of your own")
        }
        guard hasWarned.withLock({ !exchange(&$0, with: true) }) else { return }
        notice("everybody on the way to \(origin) can read and change what is sent: use an https address")
    }

    /// True for an http address of another machine.
    private static func isPlain(_ origin: String) -> Bool {
        guard origin.hasPrefix("http://") else { return false }
        let authority = origin.dropFirst("http://".count)
        let host =
            authority.hasPrefix("[")
            ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" && $0 != "/" }
        return host != "localhost" && IPAddress(host)?.isLoopback != true
    }

    private func answer<Input, Sent, Given>(
        _ endpoint: Endpoint<Input, Sent, Given>, _ response: HTTPClientResponse, _ url: String
    ) throws(Failure) -> Answer<Given> {
        do {
            let document = try JSONValue(response.body, limits: Self.limits)
            return Answer(
                value: try endpoint.given.value(document, isStrict: false),
                position: response.fields[Fields.position].flatMap { Int64($0) }.map { Position($0) },
                isNew: response.status == 201)
        } catch {
            guard endpoint.declaration.method == .get else {
                throw Failure(
                    .permanent, "unreadable-answer",
                    "it is done, but this version of mentatctl can't read what \(url) answered",
                    fix: "look at what there is now, and install a newer mentatctl")
            }
            throw Self.noMarketplace(url)
        }
    }

    private static func noMarketplace(_ url: String) -> Failure {
        Failure(
            .permanent, "no-marketplace", "\(url) answered with something else than a marketplace does",
            fix: "check the registry: mentatctl config get registry")
    }

    /// The response to a request where it is a success, or has one of the statuses given.
    private func success(_ request: HTTPClientRequest, or others: Set<Int> = []) async throws -> HTTPClientResponse {
        let response = try await sendPatiently(request)
        guard (200...299).contains(response.status) || others.contains(response.status) else {
            throw failure(response)
        }
        return response
    }

    /// Sends, with pauses that grow and are never quite the same, until there is an answer that says something.
    private func sendPatiently(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        var pause = Self.firstPauseMilliseconds
        var limitSeconds = Self.longestLimitSeconds
        var attempt = 0
        while true {
            var wanted: Int64?
            do {
                let response = try await client.send(request)
                if response.status == 429 {
                    guard let seconds = response.fields["retry-after"].flatMap({ Int64($0) }).map({ max(1, $0) }),
                        seconds <= limitSeconds
                    else { return response }
                    limitSeconds -= seconds
                    notice("\(failure(response).message); waiting \(seconds) s")
                    try await Task.sleep(for: .seconds(seconds))
                    continue
                }
                attempt += 1
                guard [502, 503, 504].contains(response.status), attempt < Self.maximumTries else {
                    return response
                }
                if let seconds = response.fields["retry-after"].flatMap({ Int64($0) }) {
                    guard (0...Self.longestPauseMilliseconds / 1_000).contains(seconds) else { return response }
                    wanted = seconds * 1_000
                }
            } catch let error as HTTPClientError {
                attempt += 1
                guard attempt < Self.maximumTries, error.kind == .unreachable || error.kind == .interrupted else {
                    throw error
                }
            }
            try await Self.wait(&pause, atLeast: wanted ?? 0)
        }
    }

    private static func wait(_ pause: inout Int64, atLeast least: Int64 = 0) async throws {
        try await Task.sleep(for: .milliseconds(max(least, Int64.random(in: pause / 2...pause))))
        pause = min(longestPauseMilliseconds, pause * 2)
    }

    /// What an answer says that is a problem (RFC 9457).
    private func failure(_ response: HTTPClientResponse) -> Failure {
        let document = try? JSONValue(response.body, limits: Self.failureLimits)
        guard let document, let problem = try? ForeignProblem.form.value(document, isStrict: false) else {
            return Failure(
                Self.kind(response.status, nil), "no-marketplace",
                "\(origin) answered \(response.status) without saying why: is it a marketplace?",
                fix: "check the registry: mentatctl config get registry")
        }
        let kind = Self.kind(response.status, problem.retry)
        let pause = response.fields["retry-after"].flatMap { Int64($0) }
        return Failure(
            kind, problem.code, problem.detail ?? problem.code,
            fix: kind == .retryable ? pause.map { "try again in \($0) s" } : nil, findings: problem.findings ?? [])
    }

    private static func kind(_ status: Int, _ retry: String?) -> Failure.Kind {
        switch status {
        case 401, 403: .authentication
        case 408, 429, 500...: .retryable
        default: retry == ProblemCode.Retry.later.rawValue ? .retryable : .permanent
        }
    }

    // MARK: Files

    /// Downloads to a new file, and resumes where the connection broke. It never writes more than `sizeBytes` bytes.
    ///
    /// - Parameters:
    ///   - target: the path below `origin`.
    ///   - file: the path of the file, which must not exist.
    ///   - progress: how many bytes were received so far.
    /// - Returns: the digest of the whole file.
    /// - Throws: `Failure` or `HTTPClientError`, at once or after three further tries without a new byte;
    ///   `SystemError`.
    package func download(
        _ target: String, to file: String, sizeBytes: Int64, progress: @escaping @Sendable (Int64) -> Void
    ) async throws -> SHA256Digest {
        let place = try DownloadTarget(file, sizeBytes: sizeBytes, progress: progress)
        var pause = Self.firstPauseMilliseconds
        var failures = 0
        var most: Int64 = 0
        while true {
            let before = place.beginAnswer()
            var request = HTTPClientRequest("GET", origin + target, fields: [("User-Agent", agent)])
            if before > 0 { request.fields.append(("Range", "bytes=\(before)-")) }
            request.stallSeconds = 30
            request.sink = { head, piece in try place.take(head, piece, from: before) }
            var fault: any Error = Failure(
                .retryable, "cut-off", "the registry ended its answer before all \(sizeBytes) bytes were sent")
            do {
                let response = try await client.send(request)
                guard (200...299).contains(response.status) else { throw failure(response) }
            } catch let error as Failure {
                guard error.kind == .retryable else { throw error }
                fault = error
            } catch let error as HTTPClientError {
                guard Failure(error).kind == .retryable else { throw error }
                fault = error
            }
            if place.received == sizeBytes { return place.finish() }
            // A try that brought new bytes starts the count again: the registry works, but the connection breaks.
            failures = place.received > most ? 1 : failures + 1
            most = max(most, place.received)
            guard failures < Self.maximumTries else { throw fault }
            try await Self.wait(&pause)
        }
    }

    /// The target of a version's file below `origin`. Asking for it counts the download.
    ///
    /// - Throws: `Failure` where the registry redirects to another address than its own, or not at all.
    package func location(of download: DownloadParameters) async throws -> String {
        let endpoint = Endpoints.download
        let request = try request(endpoint.declaration, endpoint.target(download))
        let response = try await success(request, or: [302, 303, 307])
        guard let location = response.fields["location"], !location.isEmpty else {
            throw Failure(.permanent, "no-redirect", "\(origin) does not say where the file is")
        }
        if location.hasPrefix("/"), !location.hasPrefix("//") { return location }
        guard location.lowercased().hasPrefix("\(origin.lowercased())/") else {
            throw Failure(
                .permanent, "redirected-elsewhere",
                "\(origin) leads to '\(location.prefix(200))', which is not its own address")
        }
        return String(location.dropFirst(origin.count))
    }
}

extension Failure {
    /// What an error on the way to a registry stands for.
    package init(_ error: HTTPClientError) {
        switch error.kind {
        case .impossible: self.init(.permanent, "impossible-request", error.description)
        case .untrusted:
            self.init(
                .permanent, "untrusted-registry", error.description,
                fix: "SSL_CERT_DIR names the folder of the certificates that are trusted")
        case .tooLarge: self.init(.permanent, "answer-too-large", error.description)
        case .unreachable, .interrupted:
            self.init(
                .retryable, "registry-unreachable", error.description,
                fix: "check the registry: mentatctl config get registry")
        }
    }
}

/// A problem as any registry may state it: all but its code can be absent.
private struct ForeignProblem: Body {
    let code: String
    let detail: String?
    let retry: String?
    let findings: [Problem.Finding]?

    static let form = Form.object(
        nil, Self.init, .required("code", \.code, .text), .optional("detail", \.detail, .text),
        .optional("retry", \.retry, .text), .optional("findings", \.findings, .list(Problem.Finding.form)))
}
