import CZlib

/// The checksum CRC-32 as zlib, gzip and PNG have it (RFC 1952, 8).
public enum CRC32 {
    /// The checksum of some bytes.
    public static func of(_ bytes: [UInt8]) -> UInt32 {
        UInt32(unsafe crc32_z(0, bytes, bytes.count))
    }
}
