// Plain bytes need no escape within a JSON string: all but quotes, backslashes and control characters. These functions
// examine eight of them at a time.

import Text

/// The four bytes from `index` on, the first byte lowest; nil where fewer are there.
@inline(__always) private func half(_ span: Span<UInt8>, _ index: Int) -> UInt64? {
    guard index >= 0, span.count >= 4, index <= span.count &- 4 else { return nil }
    return UInt64(span[index]) | UInt64(span[index &+ 1]) << 8 | UInt64(span[index &+ 2]) << 16
        | UInt64(span[index &+ 3]) << 24
}

/// Stores four bytes, the lowest byte first; false where fewer have room.
@inline(__always) private func storeHalf(_ half: UInt64, _ span: inout MutableSpan<UInt8>, _ index: Int) -> Bool {
    guard index >= 0, span.count >= 4, index <= span.count &- 4 else { return false }
    for byte in 0..<4 { span[index &+ byte] = UInt8(truncatingIfNeeded: half &>> UInt64(byte &* 8)) }
    return true
}

/// Finds bytes that are not plain: the lowest bit set is the high bit of the first such byte; 0 where all are plain.
///
/// Higher bits may be wrong, since a subtraction borrows from the bytes above a match; the lowest one is right.
@inline(__always) private func special(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quotes = word ^ (ones &* 0x22)
    let backslashes = word ^ (ones &* 0x5c)
    let controls = (word &- (ones &* 0x20)) & ~word
    return (controls | (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes) & (ones &* 0x80)
}

@inline(__always) private func isPlain(_ byte: UInt8) -> Bool { byte != 0x22 && byte != 0x5c && byte >= 0x20 }

/// The end of the plain bytes from `start` on, and whether all of them are ASCII.
@inline(__always) func plainRun(_ span: Span<UInt8>, from start: Int) -> (end: Int, isASCII: Bool) {
    var index = start
    var union: UInt64 = 0
    while let word = span.word(at: index) {
        let found = special(word)
        if found != 0 {
            let bits = UInt64(found.trailingZeroBitCount & ~7)
            union |= word & ((1 &<< bits) &- 1)
            return (index + Int(bits / 8), union & 0x8080_8080_8080_8080 == 0)
        }
        union |= word
        index += 8
    }
    while index < span.count, isPlain(span[index]) {
        union |= UInt64(span[index])
        index += 1
    }
    return (index, union & 0x8080_8080_8080_8080 == 0)
}

/// Copies the plain bytes at the start of `source` and returns their number; `target` needs room for all of `source`.
@inline(__always) func copyPlain(_ source: Span<UInt8>, into target: inout MutableSpan<UInt8>, at start: Int) -> Int {
    var index = 0
    while let word = source.word(at: index), special(word) == 0 {
        target.store(word, at: start + index)
        index += 8
    }
    // The last word may overlap the one before, and so may the halves of a short text.
    let rest = source.count - 8
    if rest >= 0, index > rest, let word = source.word(at: rest), special(word) == 0 {
        target.store(word, at: start + rest)
        return source.count
    }
    if rest >= -4, rest < 0, let low = half(source, 0), let high = half(source, rest + 4),
        special(low | high << 32) == 0, storeHalf(low, &target, start), storeHalf(high, &target, start + rest + 4)
    {
        return source.count
    }
    while index < source.count, isPlain(source[index]) {
        target[start + index] = source[index]
        index += 1
    }
    return index
}
