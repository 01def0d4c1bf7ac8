import COpenSSL
import Synchronization

/// Random bytes fit for secrets.
public enum SecureRandom {
    /// What was drawn ahead: one draw costs as much as hundreds of bytes.
    private static let drawn = Mutex<[UInt8]>([])
    private static let drawAheadBytes = 1_024

    /// So many bytes from OpenSSL's generator, each given out once; traps where the system has no entropy to give.
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
