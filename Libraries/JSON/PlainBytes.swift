// Bytes that stand for themselves within a JSON string: all but quotes, backslashes and control characters.
// They are looked at eight at a time.

import Text

/// Four bytes from `index` on, the first one lowest; nil where fewer are there.
@inline(__always) private func half(_ span: Span<UInt8>, _ index: Int) -> UInt64? {
    guard index >= 0, span.count >= 4, index <= span.count &- 4 else { return nil }
    return UInt64(span[index]) | UInt64(span[index &+ 1]) << 8 | UInt64(span[index &+ 2]) << 16
        | UInt64(span[index &+ 3]) << 24
}

/// Stores four bytes, the lowest first; false where fewer have room.
@inline(__always) private func storeHalf(_ half: UInt64, _ span: inout MutableSpan<UInt8>, _ index: Int) -> Bool {
    guard index >= 0, span.count >= 4, index <= span.count &- 4 else { return false }
    for byte in 0..<4 { span[index &+ byte] = UInt8(truncatingIfNeeded: half &>> UInt64(byte &* 8)) }
    return true
}

/// The lowest bit set is the high bit of the first byte that does not stand for itself; 0 where all do.
///
/// A subtraction borrows from a byte above one that was found alone, so that no earlier byte is found wrongly.
@inline(__always) private func special(_ word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let quotes = word ^ (ones &* 0x22)
    let backslashes = word ^ (ones &* 0x5c)
    let controls = (word &- (ones &* 0x20)) & ~word
    return (controls | (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes) & (ones &* 0x80)
}

@inline(__always) private func isPlain(_ byte: UInt8) -> Bool { byte != 0x22 && byte != 0x5c && byte >= 0x20 }

/// Up to where bytes stand for themselves, and whether all of them are ASCII.
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

/// Copies bytes while they stand for themselves, and says how many; `target` has room for all from `start` on.
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
