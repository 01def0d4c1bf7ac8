import COpenSSL

/// A SHA-256 digest (FIPS 180-4): 32 bytes, written as 64 lower-case hexadecimal digits.
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
    // The 32 bytes as big-endian words, so that a digest needs no allocation.
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    /// Wraps 32 bytes; nil for any other count.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.init(unchecked: bytes)
    }

    fileprivate init(unchecked bytes: [UInt8]) {
        first = UInt64(bigEndian: bytes[..<8])
        second = UInt64(bigEndian: bytes[8..<16])
        third = UInt64(bigEndian: bytes[16..<24])
        fourth = UInt64(bigEndian: bytes[24...])
    }

    /// Reads 64 lower-case hexadecimal digits; nil for anything else.
    public init?(hex: String) {
        self.init(hex: hex.utf8Span.span)
    }

    /// Reads 64 lower-case hexadecimal digits; nil for anything else.
    public init?(hex: Span<UInt8>) {
        guard hex.count == 64, let first = Hex.word(hex, at: 0), let second = Hex.word(hex, at: 16),
            let third = Hex.word(hex, at: 32), let fourth = Hex.word(hex, at: 48)
        else { return nil }
        (self.first, self.second, self.third, self.fourth) = (first, second, third, fourth)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] { [first, second, third, fourth].flatMap(\.bigEndianBytes) }

    /// The first eight bytes as a big-endian number.
    public var leadingWord: UInt64 { first }

    /// 64 lower-case hexadecimal digits.
    public var hex: String {
        var digits = [UInt8](repeating: 0, count: 64)
        var span = digits.mutableSpan
        write(&span, at: 0)
        return String(decoding: digits, as: UTF8.self)
    }
    public var description: String { hex }

    /// The 32 bytes in 44 characters of base64 (RFC 4648, 4), padded.
    public var base64: String {
        // OpenSSL adds a zero.
        var text = [UInt8](repeating: 0, count: 45)
        unsafe EVP_EncodeBlock(&text, bytes, 32)
        return String(decoding: text.dropLast(), as: UTF8.self)
    }

    /// Writes the 64 lower-case digits from `index` on; traps where there is no room for them.
    public func write(_ text: inout MutableSpan<UInt8>, at index: Int) {
        Hex.write(first, &text, at: index)
        Hex.write(second, &text, at: index + 16)
        Hex.write(third, &text, at: index + 32)
        Hex.write(fourth, &text, at: index + 48)
    }

    /// Computes the digest of bytes in memory.
    public init(of content: some Collection<UInt8>) {
        var hasher = SHA256Hasher()
        hasher.update(content)
        self = hasher.finish()
    }
}

/// Computes SHA-256 over bytes that arrive piece by piece.
@safe public struct SHA256Hasher: ~Copyable, @unchecked Sendable {
    private let context: OpaquePointer
    /// Fetched once, since each fetch by name takes a lock within OpenSSL.
    private nonisolated(unsafe) static let algorithm = unsafe EVP_sha256()

    /// Starts with no bytes.
    public init() {
        guard let context = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex(context, Self.algorithm, nil) == 1 else {
            preconditionFailure("OpenSSL has no SHA-256")
        }
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    /// Adds the next bytes of the message.
    public mutating func update(_ bytes: some Collection<UInt8>) {
        let isDone: Void? = bytes.withContiguousStorageIfAvailable { buffer in
            _ = unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
        }
        if isDone == nil {
            let block = Array(bytes)
            _ = unsafe EVP_DigestUpdate(context, block, block.count)
        }
    }

    /// Returns the digest of all bytes added so far; call it once, after the last `update`.
    public mutating func finish() -> SHA256Digest {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 0
        unsafe EVP_DigestFinal_ex(context, &bytes, &count)
        return SHA256Digest(unchecked: bytes)
    }
}
