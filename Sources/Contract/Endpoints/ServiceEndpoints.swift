import JSON

extension Endpoints {
    package static let isLive = Endpoint<NoParameters, NoBody, Health>.query(
        "isLive", root: "/health/live", "Whether the program runs", caching: .never, cost: .light)
    package static let isReady = Endpoint<NoParameters, NoBody, Health>.query(
        "isReady", root: "/health/ready", "Whether it can answer", caching: .never)
    package static let showSecurityContact = Endpoint<NoParameters, NoBody, NoBody>.text(
        "showSecurityContact", "/.well-known/security.txt", "Say whom to tell about a vulnerability (RFC 9116)",
        problems: [.pathNotFound])
    package static let description = Endpoint<NoParameters, NoBody, NoBody>.document(
        "showDescription", "/openapi/openapi.json", "Get this description",
        schema: Schema([("type", .string("object"))]))
    package static let descriptionFolder = Endpoint<NoParameters, NoBody, NoBody>.document(
        "showDescriptionFolder", "/openapi/", "Get this description", schema: Schema([("type", .string("object"))]))

    /// Served on a port of its own alone.
    package static let metrics = Endpoint<NoParameters, NoBody, NoBody>.text(
        "showMetrics", "/metrics", "Show what this process counts of itself (OpenMetrics 1.0)", problems: [])

    static let service: [any AnyEndpoint] = [
        isLive, isReady, showSecurityContact, description, descriptionFolder,
    ]
}

/// How the program is.
package struct Health: Body {
    package let status: HealthStatus
    package let reasons: [String]?

    package init(status: HealthStatus, reasons: [String]? = nil) {
        self.status = status
        self.reasons = reasons
    }

    package static let form = Form.object(
        "Health", Self.init(status:reasons:),
        .required("status", \.status, .choice()),
        .optional("reasons", \.reasons, .list(.text), "Why it is degraded."))
}

/// How the program is.
package enum HealthStatus: String, Sendable, CaseIterable {
    case live
    case ready
    /// It serves, but something does not go on.
    case degraded
}
