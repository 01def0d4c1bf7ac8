import CZlib

/// Decompresses gzip members (RFC 1952) piece by piece.
///
/// The caller hands in compressed bytes with `append` and takes decompressed bytes with `read`. Bytes after a member's
/// end are not touched; `unread` counts them, and `beginMember` goes on with them. Not safe for use from two threads at once.
@safe public final class GunzipStream {
    /// The input is not gzip, or it is damaged.
    public struct Fault: Error, Sendable, CustomStringConvertible {
        /// What is wrong, in a few words.
        public let description: String
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private var input: [UInt8] = []
    private var next = 0
    /// True once the member has ended and its checksum and length were right.
    public private(set) var isFinished = false

    /// Starts without any input; traps where zlib has no memory.
    public init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 16 more than the largest window makes zlib accept gzip only.
        let code = unsafe inflateInit2_(stream, 16 + MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib gives no stream")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// How many bytes of the input are not consumed yet.
    public var unread: Int { input.count - next }

    /// Begins the next member after one has ended, with the input that is left.
    ///
    /// - Returns: false where no member can begin there.
    public func beginMember() -> Bool {
        guard isFinished, next < input.count, input[next] == 0x1f else { return false }
        guard unsafe inflateReset(stream) == Z_OK else { return false }
        isFinished = false
        return true
    }

    /// Adds compressed bytes to the input.
    public func append(_ bytes: [UInt8]) {
        input = Array(input[next...]) + bytes
        next = 0
    }

    /// Decompresses the next bytes.
    ///
    /// - Parameter count: the largest number of bytes to return, which bounds the memory that hostile input can take.
    /// - Returns: empty where more input is needed, or at the end (`isFinished`).
    /// - Throws: `Fault` where the input is not gzip or is damaged.
    public func read(_ count: Int) throws(Fault) -> [UInt8] {
        guard !isFinished else { return [] }
        var code = Z_OK
        var used = 0
        let output = unsafe [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            unsafe input.withUnsafeMutableBufferPointer { source in
                let rest = unsafe UnsafeMutableBufferPointer(rebasing: source[next...])
                unsafe stream.pointee.next_in = rest.baseAddress
                unsafe stream.pointee.avail_in = UInt32(rest.count)
                unsafe stream.pointee.next_out = output.baseAddress
                unsafe stream.pointee.avail_out = UInt32(count)
                code = unsafe inflate(stream, Z_NO_FLUSH)
                used = unsafe rest.count - Int(stream.pointee.avail_in)
                initialized = unsafe count - Int(stream.pointee.avail_out)
                unsafe stream.pointee.next_in = nil
                unsafe stream.pointee.avail_in = 0
            }
        }
        next += used
        switch code {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END: isFinished = true
        default: throw Fault(description: "the bytes are no gzip, or damaged")
        }
        return output
    }
}
