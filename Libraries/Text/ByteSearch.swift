import Glibc

extension [UInt8] {
    /// True for what begins as text in UTF-16 does: with its mark, or with a character of ASCII.
    public var beginsAsUTF16: Bool {
        guard count > 1 else { return false }
        return (self[0] == 0xff && self[1] == 0xfe) || (self[0] == 0xfe && self[1] == 0xff)
            || (self[0] == 0) != (self[1] == 0)
    }

    /// The first place of a byte from an index on; nil where there is none. It is `memchr`, which looks at many bytes at
    /// once.
    public func firstPlace(of byte: UInt8, from index: Int) -> Int? {
        guard index >= 0, index < count else { return nil }
        return unsafe withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress,
                let found = unsafe memchr(start + index, Int32(byte), bytes.count - index)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(start)
        }
    }
}
