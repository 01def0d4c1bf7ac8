import Crypto
public import Events

/// What an idempotency key is kept under: the first 16 bytes of SHA-256(actor's 32 digits ‖ key), where anybody may
/// ask of the key alone.
///
/// Half the width of the two, so that its index is; nobody can find a key that stands for another's.
public struct KeyID: Sendable, Hashable {
    let bytes: [UInt8]

    /// Stands for a caller without an id; as long as one, so that no key of the one is a key of the other.
    private static let anybody = String(repeating: "-", count: 32)

    /// The key that a client chose, and who it acts for; nil for what takes no credential.
    public init(actor: PersonID?, key: String) {
        bytes = Array(SHA256Digest(of: Array((actor?.hex ?? Self.anybody).utf8) + Array(key.utf8)).bytes.prefix(16))
    }
}
