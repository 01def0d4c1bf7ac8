import CZlib

/// Compresses bytes in memory to gzip (RFC 1952).
public enum Gzip {
    /// Compresses all bytes at once.
    ///
    /// The header has no time and no name, so that one version of zlib gives equal output for equal input and level.
    ///
    /// - Parameters:
    ///   - bytes: less than 4 GiB; traps beyond.
    ///   - level: 1 (fast) to 9 (small).
    /// - Returns: one gzip member; nil where zlib has no memory or the level is out of range.
    public static func compress(_ bytes: [UInt8], level: Int32 = 6) -> [UInt8]? {
        var stream = unsafe z_stream()
        // 15 bits of window; 16 more select gzip's frame instead of zlib's.
        guard
            unsafe deflateInit2_(
                &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { unsafe deflateEnd(&stream) }
        var input = bytes
        // `deflateBound` covers the whole output, so one call is enough.
        let bound = unsafe Int(deflateBound(&stream, UInt(bytes.count)))
        var outcome = Z_OK
        let output = unsafe [UInt8](unsafeUninitializedCapacity: bound) { buffer, initialized in
            unsafe input.withUnsafeMutableBufferPointer { source in
                unsafe stream.next_in = source.baseAddress
                unsafe stream.avail_in = UInt32(source.count)
                unsafe stream.next_out = buffer.baseAddress
                unsafe stream.avail_out = UInt32(bound)
                outcome = unsafe deflate(&stream, Z_FINISH)
            }
            initialized = unsafe bound - Int(stream.avail_out)
        }
        return outcome == Z_STREAM_END ? output : nil
    }
}
