import Crypto
import Events

/// The id of a stream in the index `log.streams`: the first half of the SHA-256 of its name.
///
/// An index over 16 bytes is half as wide as one over names. To find two names with the same id takes about 2^64
/// hashes.
struct StreamID: Hashable, Sendable {
    let bytes: [UInt8]

    init(name: String) {
        bytes = Array(SHA256Digest(of: name.utf8).bytes.prefix(16))
    }

    init(_ stream: StreamName) {
        self.init(name: stream.description)
    }
}
