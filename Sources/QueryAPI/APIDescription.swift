import Crypto

/// The OpenAPI description that is served, compiled in from `schemas/http`.
enum APIDescription {
    static let document = PackageResources.openapi_json
    static let etag = String(SHA256Digest(of: PackageResources.openapi_json).hex.prefix(32))
}
