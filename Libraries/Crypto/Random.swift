import COpenSSL

/// Random bytes fit for secrets.
public enum SecureRandom {
    /// So many bytes from OpenSSL's generator; traps where the system has no entropy to give.
    public static func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        precondition(unsafe RAND_bytes(&bytes, Int32(count)) == 1, "the system gives no random bytes")
        return bytes
    }
}
