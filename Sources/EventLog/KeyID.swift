import Crypto
import Events

/// What an idempotency key is kept under: the first 16 bytes of SHA-256(actor's 32 digits ‖ key).
///
/// Half the width of the two, so that its index is; nobody can find a key that stands for another's.
struct KeyID: Hashable {
    let bytes: [UInt8]

    init(actor: PersonID, key: String) {
        bytes = Array(SHA256Digest(of: Array(actor.hex.utf8) + Array(key.utf8)).bytes.prefix(16))
    }
}
