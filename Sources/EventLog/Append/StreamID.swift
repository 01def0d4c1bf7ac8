import Crypto
import Events

/// What a stream is found under: the first half of the SHA-256 of its name, as `log.streams` has it.
///
/// Nobody can find two names that share 128 bits of SHA-256, and an index over 16 bytes is half as wide as one over names.
struct StreamID: Hashable, Sendable {
    let bytes: [UInt8]

    init(name: String) {
        bytes = Array(SHA256Digest(of: name.utf8).bytes.prefix(16))
    }

    init(_ stream: StreamName) {
        self.init(name: stream.description)
    }
}
