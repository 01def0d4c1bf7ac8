import COpenSSL
import Synchronization

/// Random bytes for secrets, from OpenSSL's generator.
public enum SecureRandom {
    /// Bytes drawn in advance: one call of OpenSSL costs as much as hundreds of bytes.
    private static let drawn = Mutex<[UInt8]>([])
    private static let drawAheadBytes = 1_024

    /// Returns random bytes; no byte is given out twice.
    ///
    /// Safe to call from any thread. Traps where the system gives no entropy.
    public static func bytes(_ count: Int) -> [UInt8] {
        guard count <= 64 else { return draw(count) }
        return drawn.withLock { drawn in
            if drawn.count < count { drawn = draw(drawAheadBytes) }
            let taken = Array(drawn.suffix(count))
            drawn.removeLast(count)
            return taken
        }
    }

    private static func draw(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        precondition(unsafe RAND_bytes(&bytes, Int32(count)) == 1, "the system gives no random bytes")
        return bytes
    }
}
