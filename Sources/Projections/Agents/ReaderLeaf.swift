import Events

/// Some of the readers that a model keeps of an agent on a day, in the order of their tokens: all whose tokens begin with the
/// same bits.
///
/// The readers of a set are the leaves of a binary tree. A leaf that would have more than `maximumTokens` is halved, so the rows
/// follow from the tokens alone, in whatever order these came. A batch reads and writes the leaves of its tokens: few where a set
/// is small, as most are, and one a token at most.
struct ReaderLeaf: Equatable {
    /// So many that a row takes half of what the database keeps in its place.
    static let maximumTokens = 64
    private static let tokenBits = 128

    /// The lowest token that the leaf could have.
    let first: DayToken
    /// How many bits all its tokens have in common; `first` has them as well.
    let bits: Int
    /// The tokens, in order and without repetitions.
    private(set) var tokens: [DayToken]

    /// A leaf for any token, as a set begins.
    static let root = ReaderLeaf(first: DayToken(words: 0, 0), bits: 0, tokens: [])

    /// Adds tokens, which are in order and without repetitions; returns how many of them are new.
    mutating func add(_ more: ArraySlice<DayToken>) -> Int {
        let before = tokens.count
        var merged: [DayToken] = []
        merged.reserveCapacity(before + more.count)
        var rest = tokens[...]
        for token in more {
            while let known = rest.first, known < token {
                merged.append(known)
                rest.removeFirst()
            }
            if rest.first == token { rest.removeFirst() }
            merged.append(token)
        }
        tokens = merged + rest
        return tokens.count - before
    }

    /// The leaf, or the leaves that it is cut into, in order.
    func cut() -> [ReaderLeaf] {
        guard tokens.count > Self.maximumTokens, bits < Self.tokenBits else { return [self] }
        let (high, low) = first.words
        let middle =
            bits < UInt64.bitWidth
            ? DayToken(words: high | 1 << (UInt64.bitWidth - 1 - bits), low)
            : DayToken(words: high, low | 1 << (Self.tokenBits - 1 - bits))
        let half = tokens.firstIndex { $0 >= middle } ?? tokens.count
        let lower = ReaderLeaf(first: first, bits: bits + 1, tokens: Array(tokens[..<half]))
        let upper = ReaderLeaf(first: middle, bits: bits + 1, tokens: Array(tokens[half...]))
        return lower.cut() + upper.cut()
    }
}

/// Tokens of readers as models keep them: 16 bytes each, one behind the other.
enum ReaderTokens {
    private static let bytesOfToken = 16

    static func bytes(of tokens: some Collection<DayToken>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(tokens.count * bytesOfToken)
        for token in tokens {
            let (high, low) = token.words
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: high >> shift)) }
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: low >> shift)) }
        }
        return bytes
    }

    static func tokens(in bytes: [UInt8]) -> [DayToken] {
        stride(from: 0, to: bytes.count - bytesOfToken + 1, by: bytesOfToken).map { start in
            var (high, low) = (UInt64(0), UInt64(0))
            for index in start..<start + 8 { high = high << 8 | UInt64(bytes[index]) }
            for index in start + 8..<start + 16 { low = low << 8 | UInt64(bytes[index]) }
            return DayToken(words: high, low)
        }
    }
}
