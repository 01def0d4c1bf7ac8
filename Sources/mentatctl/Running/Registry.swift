import Contract
import Crypto
import Events
import HTTPClient
import JSON
import Manifest
import System

/// A marketplace, as its API is.
struct Registry: Sendable {
    /// An answer that is no problem.
    struct Answer: Sendable {
        let status: Int
        let fields: [String: String]
        let body: [UInt8]
        let json: JSONValue

        /// The position of the last event that it reflects or made.
        var position: Int64? { fields["marketplace-position"].flatMap { Int64($0) } }
    }

    /// Whether a request carries the token.
    enum Authentication: Sendable {
        /// It does, and without one there is nothing to ask.
        case required
        /// It does not.
        case none
    }

    private static let maximumTries = 4
    private static let longestPauseMilliseconds: Int64 = 10_000
    private static let maximumBodyBytes = 64 << 20
    private static let limits = JSONLimits(bytes: maximumBodyBytes, values: maximumBodyBytes)

    let origin: String
    let token: String?
    private let client: HTTPClient
    private let agent: String

    init(origin: String, token: String?, version: String) {
        self.origin = origin
        self.token = token
        agent = "mentatctl/\(version)"
        client = HTTPClient(connections: 1, timeoutMilliseconds: 60_000, maximumBodyBytes: Self.maximumBodyBytes)
    }

    /// Sends a request and tries again what may succeed later; what changes something carries a key, so that it happens
    /// once.
    ///
    /// - Parameters:
    ///   - path: below the API's base, or from the root where it begins with a slash.
    ///   - accepts: further statuses that are no failure.
    func send(
        _ method: String, _ path: String, json: JSONValue? = nil, parts: [HTTPClientRequest.Part] = [],
        _ authentication: Authentication = .none, accepts: Set<Int> = [],
        progress: (@Sendable (Int64, Int64) -> Void)? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(
            method, origin + (path.hasPrefix("/") ? path : "\(Paths.base)/\(path)"), fields: [("User-Agent", agent)],
            parts: parts, body: json?.canonicalBytes)
        if json != nil { request.fields.append(("Content-Type", "application/json")) }
        if authentication == .required { request.fields.append(("Authorization", "Bearer \(try requiredToken())")) }
        if method != "GET" {
            request.fields.append(("Idempotency-Key", "mentatctl-\(Hex.encode(SecureRandom.bytes(16)))"))
        }
        request.uploadProgress = progress
        if !parts.isEmpty { request.stallSeconds = 60 }
        let response = try await sendPatiently(request)
        guard (200...299).contains(response.status) || accepts.contains(response.status) else {
            throw failure(response)
        }
        let document = try? JSONValue(response.body, limits: Self.limits)
        if document == nil, response.status < 300 {
            throw Failure(
                .failure, "no-marketplace",
                "\(request.url) answered with something that is no JSON: is it a marketplace?",
                fix: "check the registry: mentatctl config get registry")
        }
        return Answer(
            status: response.status, fields: response.fields, body: response.body, json: document ?? .null)
    }

    private func requiredToken() throws(Failure) -> String {
        guard let token else {
            throw Failure(
                .authentication, "not-authenticated", "there is no token for \(origin)",
                fix: "mentatctl register NAME, or mentatctl config auth")
        }
        return token
    }

    /// Sends, with pauses that grow and are never quite the same, until there is an answer that says something.
    private func sendPatiently(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        var pause: Int64 = 250
        for attempt in 1... {
            var wanted: Int64?
            do {
                let response = try await client.send(request)
                guard [429, 502, 503, 504].contains(response.status), attempt < Self.maximumTries else {
                    return response
                }
                if let seconds = response.fields["retry-after"].flatMap({ Int64($0) }) {
                    guard (0...Self.longestPauseMilliseconds / 1_000).contains(seconds) else { return response }
                    wanted = seconds * 1_000
                }
            } catch let error as HTTPClientError where attempt < Self.maximumTries {
                guard error.kind == .unreachable || error.kind == .interrupted else { throw error }
            }
            let jitter = Int64.random(in: pause / 2...pause)
            try await Task.sleep(for: .milliseconds(max(wanted ?? 0, jitter)))
            pause = min(Self.longestPauseMilliseconds, pause * 2)
        }
        preconditionFailure("the last attempt returns or throws")
    }

    /// What an answer says that is a problem (RFC 9457).
    private func failure(_ response: HTTPClientResponse) -> Failure {
        let problem = try? JSONValue(response.body, limits: Self.limits)
        let exit: ExitCode =
            switch response.status {
            case 401, 403: .authentication
            case 408, 429, 500...: .retryable
            default: .failure
            }
        guard let problem, let code = problem["code"]?.string else {
            return Failure(
                exit, "no-marketplace",
                "\(origin) answered \(response.status) without saying why: is it a marketplace?",
                fix: "check the registry: mentatctl config get registry")
        }
        let findings = (problem["findings"]?.array ?? []).map { finding in
            Problem.Finding(
                severity: finding.shown("severity"), path: finding.shown("path"), message: finding.shown("message"))
        }
        return Failure(
            exit, code, problem.shown("detail"),
            fix: Self.fix(code, JSONValue.printable(response.fields["retry-after"] ?? "")),
            findings: findings)
    }

    /// The next command, where there is one.
    private static func fix(_ code: String, _ retryAfter: String) -> String? {
        switch code {
        case "not-authenticated": "mentatctl config auth takes another token; mentatctl register NAME makes an account"
        case "out-of-scope": "mentatctl whoami shows what this token permits; mentatctl token new issues another"
        case "agent-not-found": "mentatctl agent search WORDS"
        case "version-not-found": "mentatctl agent info ID shows what versions there are"
        case "rate-limited", "busy", "unavailable": retryAfter.isEmpty ? nil : "try again in \(retryAfter) s"
        default: nil
        }
    }

    // MARK: Files

    /// Downloads bytes to the end of a file and goes on where it broke off. Nothing beyond `sizeBytes` is ever written.
    ///
    /// - Returns: the digest of the whole file.
    func download(
        _ path: String, to file: String, sizeBytes: Int64, progress: @escaping @Sendable (Int64) -> Void
    ) async throws -> SHA256Digest {
        let target = try DownloadTarget(file, sizeBytes: sizeBytes, progress: progress)
        var pause: Int64 = 250
        var failures = 0
        var most: Int64 = 0
        while true {
            let before = target.beginAnswer()
            var request = HTTPClientRequest("GET", origin + path, fields: [("User-Agent", agent)])
            if before > 0 { request.fields.append(("Range", "bytes=\(before)-")) }
            request.stallSeconds = 30
            request.sink = { head, piece in try target.take(head, piece, from: before) }
            var fault: any Error = Failure(
                .retryable, "cut-off", "the registry ended its answer before all \(sizeBytes) bytes were sent")
            do {
                let response = try await client.send(request)
                guard (200...299).contains(response.status) else { throw failure(response) }
            } catch let error where error is HTTPClientError || error is Failure {
                guard Failure(error).exit == .retryable else { throw error }
                fault = error
            }
            if target.received == sizeBytes { return target.finish() }
            // What brought more than ever before is no failure of the registry's yet.
            failures = target.received > most ? 1 : failures + 1
            most = max(most, target.received)
            guard failures < Self.maximumTries else { throw fault }
            try await Task.sleep(for: .milliseconds(Int64.random(in: pause / 2...pause)))
            pause = min(Self.longestPauseMilliseconds, pause * 2)
        }
    }

    /// Where the registry says that a file is, which has to be on the registry itself.
    func location(ofDownload path: String) async throws -> String {
        let answer = try await send("GET", path, accepts: [302, 303, 307])
        guard let location = answer.fields["location"], !location.isEmpty else {
            throw Failure(.failure, "no-redirect", "\(origin) does not say where the file is")
        }
        if location.hasPrefix("/"), !location.hasPrefix("//") { return location }
        guard location.lowercased().hasPrefix("\(origin)/") else {
            throw Failure(
                .failure, "redirected-elsewhere",
                "\(origin) leads to '\(JSONValue.printable(String(location.prefix(200))))', which is not its own address"
            )
        }
        return String(location.dropFirst(origin.count))
    }
}
