import Contract
import Crypto

/// The description of the API, as it is served.
enum APIDescription {
    static let etag = String(SHA256Digest(of: OpenAPI.document).hex.prefix(32))
}
