import Contract
import Crypto
import HTTPFront
import HTTPServer
import JSON

/// The body of a request, as its endpoint declares it.
enum RequestBody {
    /// Reads a JSON document. An absent body, where the endpoint permits one, counts as an empty object.
    ///
    /// - Returns: the decoded body, and the digest of its bytes.
    /// - Throws: a `Problem` that lists everything that is wrong with the members.
    static func receive<Input, Sent, Given>(
        _ request: FrontRequest, for endpoint: Endpoint<Input, Sent, Given>
    ) async throws -> (Sent, SHA256Digest) {
        let bytes = try await bytes(of: request, for: endpoint.declaration)
        var document = JSONValue.object([])
        if !bytes.isEmpty || endpoint.declaration.body?.isRequired == true {
            do {
                document = try JSONValue(bytes, limits: JSONLimits(bytes: max(1, bytes.count)))
            } catch {
                throw Problem(.malformedRequest, "the body is no JSON document: \(error)")
            }
        }
        do {
            return (try endpoint.sent.value(document, isStrict: true), SHA256Digest(of: bytes))
        } catch {
            throw Problem(
                .invalidBody, "the body has errors; each is listed with its path", findings: error.findings)
        }
    }

    /// Reads the bytes of a body up to the declared bound; none where the endpoint takes no body.
    static func bytes(of request: FrontRequest, for endpoint: EndpointDeclaration) async throws -> [UInt8] {
        guard let body = endpoint.body else { return [] }
        try await request.http.body.limit(to: body.maximumBytes)
        let framing = request.http.head.framing
        guard body.isRequired || (framing != .none && framing != .length(0)) else { return [] }
        let type = request.http.head.fields["content-type"]?.split(separator: ";").first
        guard type?.lowercased().split(separator: " ").joined() == body.mediaType else {
            throw Problem(.unsupportedMediaType, "the body has to be \(body.mediaType)")
        }
        var bytes: [UInt8] = []
        while let piece = try await request.http.body.next() { bytes += piece }
        return bytes
    }
}
