/// The places of agents in the order of their scores, from 1 on: in order, or as bits where these take less.
struct PlaceSet: Sendable {
    private enum Kept: Sendable {
        case list([Int32])
        case bits([UInt64])
    }

    private let kept: Kept

    /// - Parameter places: in their order, each once.
    init(_ places: [Int32]) {
        let words = Int(places.last ?? 0) / 64 + 1
        guard places.count > 2 * words else {
            kept = .list(places)
            return
        }
        var bits = [UInt64](repeating: 0, count: words)
        for place in places { bits[Int(place) / 64] |= 1 << UInt64(place % 64) }
        kept = .bits(bits)
    }

    func contains(_ place: Int32) -> Bool {
        switch kept {
        case .bits(let bits):
            let word = Int(place) / 64
            return word < bits.count && bits[word] & 1 << UInt64(place % 64) != 0
        case .list(let places):
            let index = index(of: place, in: places)
            return index < places.count && places[index] == place
        }
    }

    /// The first place behind another one; nil where there is none.
    func next(behind place: Int32) -> Int32? {
        switch kept {
        case .bits(let bits):
            var word = Int(place + 1) / 64
            guard word < bits.count else { return nil }
            var left = bits[word] & (~0 << UInt64((place + 1) % 64))
            while left == 0 {
                word += 1
                guard word < bits.count else { return nil }
                left = bits[word]
            }
            return Int32(word * 64 + left.trailingZeroBitCount)
        case .list(let places):
            let index = index(of: place + 1, in: places)
            return index < places.count ? places[index] : nil
        }
    }

    /// How many places of a list come before one.
    private func index(of place: Int32, in places: [Int32]) -> Int {
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if places[middle] < place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
