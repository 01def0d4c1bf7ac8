import JSON

/// Every way a request can fail, by a code that never changes its meaning.
public enum ProblemCode: String, Sendable, CaseIterable {
    /// The bytes are no HTTP or no multipart.
    case malformedRequest = "malformed-request"
    /// A parameter of the query or a header has a value that can't be.
    case invalidParameter = "invalid-parameter"
    /// There is no token, or it is unknown, expired or revoked.
    case notAuthenticated = "not-authenticated"
    /// The token does not permit this.
    case outOfScope = "out-of-scope"
    /// The person may not do this, whatever the token permits.
    case notPermitted = "not-permitted"
    /// The token that is asked for would permit more than the one that asks.
    case scopeTooWide = "scope-too-wide"
    /// Nobody reviews an agent of their own.
    case ownAgent = "own-agent"
    /// The name is kept for the administrator.
    case nameReserved = "name-reserved"
    /// The namespace belongs to somebody else.
    case namespaceOwned = "namespace-owned"
    /// The agent belongs to somebody else.
    case notOwner = "not-owner"
    /// No such path.
    case pathNotFound = "path-not-found"
    /// No such agent.
    case agentNotFound = "agent-not-found"
    /// No such version.
    case versionNotFound = "version-not-found"
    /// No such namespace.
    case namespaceNotFound = "namespace-not-found"
    /// Nobody of this name.
    case userNotFound = "user-not-found"
    /// No such token, or somebody else's.
    case tokenNotFound = "token-not-found"
    /// No such review.
    case reviewNotFound = "review-not-found"
    /// No such file.
    case artifactNotFound = "artifact-not-found"
    /// The path knows other methods.
    case methodNotAllowed = "method-not-allowed"
    /// The client was too slow.
    case requestTimeout = "request-timeout"
    /// The agent is registered under another spelling.
    case otherSpelling = "other-spelling"
    /// The version exists with another content.
    case versionExists = "version-exists"
    /// Somebody has the name.
    case nameTaken = "name-taken"
    /// The token that was issued under this idempotency key is in use.
    case tokenInUse = "token-in-use"
    /// The account has as many tokens as one may have.
    case tooManyTokens = "too-many-tokens"
    /// The person has reviewed the agent already.
    case alreadyReviewed = "already-reviewed"
    /// There has to be another owner first.
    case lastOwner = "last-owner"
    /// The body or a part of it is too large.
    case contentTooLarge = "content-too-large"
    /// The body has a type that is not taken.
    case unsupportedMediaType = "unsupported-media-type"
    /// The range that was asked for lies behind the end of the file.
    case rangeNotSatisfiable = "range-not-satisfiable"
    /// Members of the body are missing, unknown or not what they have to be; all of them are listed.
    case invalidBody = "invalid-body"
    /// The manifest has errors; all of them are listed.
    case invalidManifest = "invalid-manifest"
    /// A part of the upload is missing, unknown, repeated or not what it has to be.
    case invalidPart = "invalid-part"
    /// The idempotency key was used for another command.
    case idempotencyKeyReused = "idempotency-key-reused"
    /// The head of the request is too large.
    case headTooLarge = "head-too-large"
    /// Something in HTTP that this server does not do.
    case notImplemented = "not-implemented"
    /// Another version of HTTP.
    case versionNotSupported = "http-version-not-supported"
    /// The address asked for too much in too short a time.
    case rateLimited = "rate-limited"
    /// Too much is under way.
    case busy = "busy"
    /// The database or the disk can't be used now.
    case unavailable = "unavailable"
    /// The connection to the database was lost at commit.
    case outcomeUnknown = "outcome-unknown"
    /// The read model has not reached the position that was asked for.
    case positionNotReached = "position-not-reached"
    /// A fault of the server.
    case internalError = "internal-error"

    /// The status that goes with it.
    public var status: Int {
        switch self {
        case .malformedRequest, .invalidParameter: 400
        case .notAuthenticated: 401
        case .outOfScope, .nameReserved, .namespaceOwned, .notOwner, .notPermitted, .scopeTooWide, .ownAgent: 403
        case .pathNotFound, .agentNotFound, .versionNotFound, .artifactNotFound, .namespaceNotFound, .userNotFound,
            .tokenNotFound, .reviewNotFound:
            404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .otherSpelling, .versionExists, .nameTaken, .tokenInUse, .tooManyTokens, .alreadyReviewed, .lastOwner: 409
        case .contentTooLarge: 413
        case .unsupportedMediaType: 415
        case .rangeNotSatisfiable: 416
        case .invalidBody, .invalidManifest, .invalidPart, .idempotencyKeyReused: 422
        case .rateLimited: 429
        case .headTooLarge: 431
        case .internalError: 500
        case .notImplemented: 501
        case .busy, .unavailable, .outcomeUnknown, .positionNotReached: 503
        case .versionNotSupported: 505
        }
    }

    /// The same words for every occurrence.
    public var title: String {
        switch self {
        case .malformedRequest: "The request is malformed"
        case .invalidParameter: "A parameter has no valid value"
        case .notAuthenticated: "A valid token is needed"
        case .outOfScope: "The token does not permit this"
        case .notPermitted: "This is not permitted"
        case .scopeTooWide: "The new token would permit more than this one"
        case .ownAgent: "Nobody reviews an agent of their own"
        case .nameReserved: "The name is reserved"
        case .namespaceOwned: "The namespace belongs to somebody else"
        case .notOwner: "The agent belongs to somebody else"
        case .pathNotFound: "There is nothing at this path"
        case .agentNotFound: "There is no such agent"
        case .versionNotFound: "There is no such version"
        case .artifactNotFound: "There is no such file"
        case .namespaceNotFound: "There is no such namespace"
        case .userNotFound: "There is nobody of this name"
        case .tokenNotFound: "There is no such token"
        case .reviewNotFound: "There is no such review"
        case .methodNotAllowed: "The path does not know this method"
        case .requestTimeout: "The request took too long"
        case .otherSpelling: "The agent is registered under another spelling"
        case .versionExists: "The version exists already"
        case .nameTaken: "Somebody has the name"
        case .tokenInUse: "The token is in use"
        case .tooManyTokens: "The account has too many tokens"
        case .alreadyReviewed: "The agent was reviewed already"
        case .lastOwner: "There has to be another owner first"
        case .contentTooLarge: "The content is too large"
        case .unsupportedMediaType: "The content has a type that is not taken"
        case .rangeNotSatisfiable: "The range is not there"
        case .invalidBody: "The body can't be taken"
        case .rateLimited: "Too much in too short a time"
        case .invalidManifest: "The manifest can't be published"
        case .invalidPart: "A part of the upload can't be taken"
        case .idempotencyKeyReused: "The idempotency key was used for another command"
        case .headTooLarge: "The head of the request is too large"
        case .notImplemented: "The server does not do this"
        case .busy: "The server is busy"
        case .unavailable: "The server can't do this now"
        case .outcomeUnknown: "The outcome is unknown"
        case .positionNotReached: "The read model is behind"
        case .internalError: "The server made a mistake"
        case .versionNotSupported: "This version of HTTP is not spoken here"
        }
    }
}

/// A problem response (RFC 9457).
public struct Problem: Error, Sendable, Equatable {
    /// One thing among several that are wrong.
    public struct Finding: Sendable, Equatable {
        /// `error` or `warning`.
        public let severity: String
        /// Where, as a JSON Pointer into the document concerned.
        public let path: String
        /// What is wrong and what would be right.
        public let message: String

        /// States a finding.
        public init(severity: String, path: String, message: String) {
            self.severity = severity
            self.path = path
            self.message = message
        }
    }

    /// The media type of the body.
    public static let mediaType = "application/problem+json"

    /// What kind of problem it is.
    public let code: ProblemCode
    /// What is wrong this time, and the fix.
    public let detail: String
    /// All that is wrong at once, where there is more to say.
    public let findings: [Finding]
    /// After how many seconds another try makes sense; only where it does.
    public let retryAfterSeconds: Int?
    /// The size of what a range was asked of.
    public let sizeBytes: Int64?

    /// States a problem.
    public init(
        _ code: ProblemCode, _ detail: String, findings: [Finding] = [], retryAfterSeconds: Int? = nil,
        sizeBytes: Int64? = nil
    ) {
        self.sizeBytes = sizeBytes
        self.code = code
        self.detail = detail
        self.findings = findings
        self.retryAfterSeconds = retryAfterSeconds ?? (code.status == 503 ? 1 : nil)
    }

    /// The body; `request` is the id that the answer carries.
    public func body(request: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.member("code", code.rawValue)
            object.member("detail", Redaction.ofTokens(in: detail))
            if !findings.isEmpty {
                object.member("findings") { $0.findings(findings) }
            }
            object.member("instance", "urn:uuid:\(request)")
            object.member("status", Int64(code.status))
            object.member("title", code.title)
            object.member("type", "urn:mentatlab:problem:\(code.rawValue)")
        }
        return writer.bytes
    }
}

extension JSONWriter {
    mutating func findings(_ findings: [Problem.Finding]) {
        array(findings) { finding, writer in
            writer.object { object in
                object.member("message", Redaction.ofTokens(in: finding.message))
                object.member("path", Redaction.ofTokens(in: finding.path))
                object.member("severity", finding.severity)
            }
        }
    }
}
