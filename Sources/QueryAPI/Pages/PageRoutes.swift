import Compression
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
        _ show: @escaping @Sendable (Input, FrontRequest) async throws -> Document
    ) {
        let (front, cached) = (front, cached)
        onAny(endpoint) { input, request in
            try await front.awaitMinimum(input, in: models)
            let document = try await show(input, request)
            let response = request.page(document.bytes, position: document.reflecting.position)
            if let subject = document.subject {
                cached?.keep(response, for: request, about: subject, reflecting: document.reflecting)
            }
            return response
        }
    }

    /// Adds a page that also shows the past, which is cached by nobody and listed nowhere.
    mutating func onDocument<Input: PastParameters>(
        _ endpoint: Endpoint<Input, NoBody, NoBody>, of models: [Projection],
        _ show: @escaping @Sendable (Input, Moment?) async throws -> Document
    ) {
        let (front, cached) = (front, cached)
        onAny(endpoint) { input, request in
            try await front.awaitMinimum(input, in: models)
            guard let asOf = input.asOf else {
                let document = try await show(input, nil)
                let response = request.page(document.bytes, position: document.reflecting.position)
                if let subject = document.subject {
                    cached?.keep(response, for: request, about: subject, reflecting: document.reflecting)
                }
                return response
            }
            let moment = try await front.moment(asOf)
            try await front.await(moment.position, in: models)
            return try await front.replaying(for: request) {
                let document = try await show(input, moment)
                var fields: HTTPFields = [:]
                QueryFront.add(moment, to: &fields)
                return HTTPResponse.page(200, document.bytes, fields, caching: "no-store")
            }
        }
    }
}

extension FrontRequest {
    /// A page, or 304 where the client has it.
    fileprivate func page(_ bytes: [UInt8], position: Position?) -> HTTPResponse {
        // A cache between this server and a client has to know that another client may accept another encoding.
        var fields: HTTPFields = ["vary": "accept-encoding"]
        if let position { fields.append(Fields.position, position.description) }
        return conditional(
            etag: String(SHA256Digest(of: bytes).hex.prefix(32)), HTTPResponse.page(200, bytes, fields))
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

extension Asset {
    /// The answer with the file, which whoever has it keeps.
    fileprivate var response: HTTPResponse {
        HTTPResponse(
            status: 200,
            fields: [
                "content-type": mediaType, "cache-control": "public, max-age=31536000, immutable",
                "vary": "accept-encoding",
            ], body: .bytes(bytes))
    }

    /// The answers as they are sent, by target: they are compressed once.
    static let answers: [String: HTTPCachedAnswer] = Dictionary(
        uniqueKeysWithValues: all.values.compactMap { asset in
            FrontRouter.cacheable(asset.response, gzip: Gzip.compress(asset.bytes)).map {
                (Endpoints.pageAsset.target(AssetParameters(name: asset.name)), $0)
            }
        })

    /// The file of a name.
    static func response(_ name: String) throws(Problem) -> HTTPResponse {
        guard let asset = all[name] else { throw Problem(.pathNotFound, "no page needs a file of this name any more") }
        return asset.response
    }
}
