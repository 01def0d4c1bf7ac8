import COpenSSL

/// HMAC with SHA-256 (RFC 2104, FIPS 198-1).
public enum HMACSHA256 {
    private nonisolated(unsafe) static let algorithm = unsafe EVP_sha256()

    /// The authentication code of a message under a key of any length.
    public static func code(key: [UInt8], message: [UInt8]) -> SHA256Digest {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 0
        let code = unsafe HMAC(algorithm, key, Int32(key.count), message, message.count, &bytes, &count)
        guard unsafe code != nil, let digest = SHA256Digest(bytes: bytes) else {
            preconditionFailure("OpenSSL has no HMAC")
        }
        return digest
    }
}
