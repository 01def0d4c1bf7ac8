/// A problem response (RFC 9457).
package struct Problem: Error, Sendable, Equatable {
    /// One thing among several that are wrong.
    package struct Finding: Sendable, Equatable {
        /// `error` or `warning`.
        package let severity: String
        /// Where, as a JSON Pointer into the document concerned.
        package let path: String
        /// What is wrong and what would be right.
        package let message: String

        /// States a finding.
        package init(severity: String, path: String, message: String) {
            self.severity = severity
            self.path = path
            self.message = message
        }
    }

    /// The media type of the body.
    package static let mediaType = "application/problem+json"

    /// The media type of the body where another protocol's rules hold.
    package static func mediaType(in dialect: EndpointDeclaration.Dialect) -> String {
        dialect == .registry ? "application/json" : mediaType
    }

    /// What kind of problem it is.
    package let code: ProblemCode
    /// What is wrong this time, and the fix.
    package let detail: String
    /// All that is wrong at once, where there is more to say.
    package let findings: [Finding]
    /// After how many seconds another try makes sense; only where it does.
    package let retryAfterSeconds: Int?
    /// The size of what a range was asked of.
    package let sizeBytes: Int64?
    /// The limit that was reached.
    package let limit: RateLimit?

    /// States a problem.
    package init(
        _ code: ProblemCode, _ detail: String, findings: [Finding] = [], retryAfterSeconds: Int? = nil,
        sizeBytes: Int64? = nil, limit: RateLimit? = nil
    ) {
        self.sizeBytes = sizeBytes
        self.limit = limit
        self.code = code
        self.detail = detail
        self.findings = findings
        self.retryAfterSeconds = retryAfterSeconds ?? limit?.resetSeconds ?? (code.status == 503 ? 1 : nil)
    }

    /// The body; `request` is the id that the answer carries.
    package func body(request: String, in dialect: EndpointDeclaration.Dialect = .marketplace) -> ProblemBody {
        let detail = Redaction.ofTokens(in: detail)
        return ProblemBody(
            type: "urn:mentatlab:problem:\(code.rawValue)", code: code.rawValue, title: code.declaration.title,
            status: Int64(code.status), detail: detail, instance: "urn:uuid:\(request)",
            remedy: code.declaration.remedy, retry: code.declaration.retry.rawValue,
            findings: findings.isEmpty ? nil : findings.map(\.redacted), error: dialect == .registry ? detail : nil)
    }
}

extension Problem.Finding: Body {
    fileprivate var redacted: Problem.Finding {
        Problem.Finding(
            severity: severity, path: Redaction.ofTokens(in: path), message: Redaction.ofTokens(in: message))
    }

    package static let form = Form.object(
        "Finding", Self.init, .required("severity", \.severity, .text(.choice(["error", "warning"]))),
        .required("path", \.path, .text, "A JSON Pointer into the document concerned."),
        .required("message", \.message, .text, "What is wrong, and what would be right."))
}

/// A problem as it crosses HTTP.
package struct ProblemBody: Body {
    package let type: String
    package let code: String
    package let title: String
    package let status: Int64
    package let detail: String
    package let instance: String
    package let remedy: String?
    package let retry: String?
    package let findings: [Problem.Finding]?
    package let error: String?

    package static let form = Form.object(
        "Problem",
        Self.init(type:code:title:status:detail:instance:remedy:retry:findings:error:),
        .required("type", \.type, .text, "urn:mentatlab:problem:<code>"),
        .required(
            "code", \.code, .text(.choice(ProblemCode.allCases.map(\.rawValue).sorted())),
            "What kind of problem it is; it never changes its meaning."),
        .required("title", \.title, .text), .required("status", \.status, .integer(from: 400, to: 599)),
        .required("detail", \.detail, .text, "What is wrong this time."),
        .required("instance", \.instance, .text, "The id of the request."),
        .optional("remedy", \.remedy, .text, "What to do about problems of this kind."),
        .optional("retry", \.retry, .text(.choice(["no", "later"])), "Whether the same request can succeed later."),
        .optional("findings", \.findings, .list(Problem.Finding.form), "All that is wrong at once."),
        .optional("error", \.error, .text, "The same as detail, where the MCP Registry API wants it."))
}
