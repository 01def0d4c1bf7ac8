// Eight bytes as one word, the first byte lowest. The compiler turns the single accesses under one check of the bounds
// into one load or one store.

extension Span<UInt8> {
    /// The eight bytes from `index` on, the first byte lowest; nil where fewer are there.
    @inlinable @inline(__always) public func word(at index: Int) -> UInt64? {
        guard index >= 0, count >= 8, index <= count &- 8 else { return nil }
        var word = UInt64(self[index])
        word |= UInt64(self[index &+ 1]) << 8
        word |= UInt64(self[index &+ 2]) << 16
        word |= UInt64(self[index &+ 3]) << 24
        word |= UInt64(self[index &+ 4]) << 32
        word |= UInt64(self[index &+ 5]) << 40
        word |= UInt64(self[index &+ 6]) << 48
        word |= UInt64(self[index &+ 7]) << 56
        return word
    }
}

extension MutableSpan<UInt8> {
    /// Stores eight bytes from `index` on, the lowest byte first; traps where fewer have room.
    @inlinable @inline(__always) public mutating func store(_ word: UInt64, at index: Int) {
        precondition(index >= 0 && count >= 8 && index <= count &- 8, "there is no room for eight bytes")
        for byte in 0..<8 { self[index &+ byte] = UInt8(truncatingIfNeeded: word &>> UInt64(byte &* 8)) }
    }
}
