import CZlib

/// Unpacks one gzip member (RFC 1952) piece by piece; what stands behind it is not touched.
@safe public final class GunzipStream {
    /// The bytes are no gzip.
    public struct Fault: Error, Sendable, CustomStringConvertible {
        /// In a few words.
        public let description: String
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private var input: [UInt8] = []
    private var next = 0
    /// True once the member has ended and its checksum was right.
    public private(set) var isFinished = false

    /// Begins.
    public init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 16 more than the largest window stands for the gzip format alone.
        let code = unsafe inflateInit2_(stream, 16 + MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib gives no stream")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// How many bytes that were handed in are left over.
    public var unread: Int { input.count - next }

    /// Hands in more bytes.
    public func append(_ bytes: [UInt8]) {
        input = Array(input[next...]) + bytes
        next = 0
    }

    /// At most so many bytes of what is unpacked; empty where more input is needed, or at the end.
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
