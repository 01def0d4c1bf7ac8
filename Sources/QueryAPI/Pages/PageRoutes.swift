import Contract
import Crypto
import Events
import HTTPFront
import HTTPServer
import Projections
import Web

/// A page for people, before it is sent.
struct Document: Sendable {
    let bytes: [UInt8]
    let reflecting: Reflection
    /// The subject whose changes drop the page from the cache; nil where it is not cached.
    var subject: CachedAnswers.Subject?
}

extension QueryRoutes {
    /// Adds a page. A request with a position waits for these models only.
    mutating func onDocument<Input: PositionedParameters>(
        _ endpoint: Endpoint<Input, NoBody, NoBody>, of models: [Projection],
        _ show: @escaping @Sendable (Input) async throws -> Document
    ) {
        let (front, cached) = (front, cached)
        onAny(endpoint) { input, request in
            try await front.awaitMinimum(input, in: models)
            return request.answer(endpoint.declaration, try await show(input), cached)
        }
    }

    /// Adds a page that also shows the past, which is cached by nobody and listed nowhere.
    mutating func onDocument<Input: PastParameters>(
        _ endpoint: Endpoint<Input, NoBody, NoBody>, of models: [Projection],
        _ show: @escaping @Sendable (Input) async throws -> Document,
        past showPast: @escaping @Sendable (Input, Moment, PastMoment) async throws -> Document
    ) {
        let (front, cached) = (front, cached)
        onAny(endpoint) { input, request in
            try await front.awaitMinimum(input, in: models)
            guard let asOf = input.asOf else {
                return request.answer(endpoint.declaration, try await show(input), cached)
            }
            let moment = try await front.moment(asOf)
            try await front.await(moment.position, in: models)
            return try await front.replaying(for: request) {
                let document = try await showPast(input, moment, PastMoment(position: moment.position, asOf: asOf))
                var fields: HTTPFields = [:]
                QueryFront.add(moment, to: &fields)
                return HTTPResponse.page(200, document.bytes, fields, caching: "no-store")
            }
        }
    }
}

extension FrontRequest {
    /// A page, which is kept where it may be, or 304 where the client has it.
    fileprivate func answer(
        _ endpoint: EndpointDeclaration, _ document: Document, _ cached: CachedAnswers?
    ) -> HTTPResponse {
        // A cache between this server and a client has to know that another client may accept another encoding.
        var fields: HTTPFields = ["vary": "accept-encoding"]
        if let position = document.reflecting.position { fields.append(Fields.position, position.description) }
        // The position in the footer rises with each entry; a page is the same as long as all else is.
        let response = conditional(
            etag: String(SHA256Digest(of: Frame.content(of: document.bytes)).hex.prefix(32)), isWeak: true,
            HTTPResponse.page(200, document.bytes, fields))
        if let subject = document.subject, isDeclared(by: endpoint) {
            cached?.keep(response, for: self, about: subject, reflecting: document.reflecting)
        }
        return response
    }
}

extension HTTPResponse {
    /// Scripts and styles come from here alone, nothing is sent elsewhere, and no other page shows this one in a frame.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

    /// A page.
    ///
    /// - Parameter caching: the field `cache-control`; nil where the caller adds it.
    static func page(
        _ status: Int, _ bytes: [UInt8], _ more: HTTPFields = [:], caching: String? = nil
    ) -> HTTPResponse {
        var fields: HTTPFields = [
            "content-type": EndpointDeclaration.html, "content-security-policy": policy,
            "referrer-policy": "strict-origin-when-cross-origin", "cross-origin-opener-policy": "same-origin",
        ]
        for field in more.fields { fields.append(field.name, field.value) }
        if let caching { fields.append("cache-control", caching) }
        return HTTPResponse(status: status, fields: fields, body: .bytes(bytes))
    }
}
