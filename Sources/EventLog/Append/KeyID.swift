import Crypto
public import Events

/// The id under which an idempotency key is stored: the first 16 bytes of SHA-256(actor's 32 digits ‖ key).
///
/// An index over 16 bytes is half as wide as one over both parts. To find a key with the id of a given one takes about
/// 2^128 hashes.
public struct KeyID: Sendable, Hashable {
    let bytes: [UInt8]

    /// Replaces the digits of a caller without an id; it has their length, so keys of the two kinds never collide.
    private static let anybody = String(repeating: "-", count: 32)

    /// Creates an id from the client's key and the person that it acts for; nil for a request without a credential.
    public init(actor: PersonID?, key: String) {
        bytes = Array(SHA256Digest(of: Array((actor?.hex ?? Self.anybody).utf8) + Array(key.utf8)).bytes.prefix(16))
    }
}
