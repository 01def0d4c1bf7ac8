import Glibc

extension [UInt8] {
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
