import CZlib

/// Makes gzip (RFC 1952) of bytes at hand.
public enum Gzip {
    /// The compressed form, without a time or a name, so that equal bytes have equal ones; nil without memory.
    ///
    /// - Parameter level: 1 (fast) to 9 (small).
    public static func compress(_ bytes: [UInt8], level: Int32 = 6) -> [UInt8]? {
        var stream = unsafe z_stream()
        // 15 bits of window, and 16 for gzip's frame in place of zlib's.
        guard
            unsafe deflateInit2_(
                &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { unsafe deflateEnd(&stream) }
        var input = bytes
        // The bound holds for all bytes at once, so one call makes everything.
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
