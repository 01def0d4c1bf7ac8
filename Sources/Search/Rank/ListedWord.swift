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

/// A word that many agents have.
public struct ListedWord: Sendable {
    /// The most places that are listed: those of the best known agents.
    public static let maximumPlaces: Int64 = 200_000

    /// In how many agents it stands.
    public let agents: Int64
    /// The places of those that have it, of the best known ones.
    let places: PlaceSet

    /// Creates the value.
    ///
    /// - Parameters:
    ///   - agents: in how many agents it stands.
    ///   - places: all up to `maximumPlaces` that have it, in their order.
    public init(agents: Int64, places: [Int32]) {
        self.agents = agents
        self.places = PlaceSet(places)
    }
}

/// Where agents are that have words which many have.
public struct KnownPlaces: Sendable, Equatable {
    /// The places at which an agent may meet the conditions by listed words, the ones with the highest scores first.
    public private(set) var places: [Int32]
    /// The words that few agents have by one of which others meet the conditions.
    public let few: [String]
    /// How many agents have a word of the set that leads; 0 where few have each of them.
    public let agents: Int64
    /// True where there are more places.
    public let isCut: Bool

    /// - Parameters:
    ///   - clauses: sets of words; an agent that meets the conditions has one of each. The first one leads.
    ///   - most: the most places.
    init(_ clauses: [Set<String>], most: Int, _ listed: (String) -> ListedWord?) {
        let lists = clauses.map { $0.compactMap(listed) }
        few = Set(clauses.joined()).filter { listed($0) == nil }.sorted()
        agents = lists[0].map(\.agents).reduce(0, +)
        let others = lists.dropFirst()
        places = []
        var ahead = lists[0].map { $0.places.next(behind: 0) }
        while places.count <= most, let place = ahead.compactMap(\.self).min() {
            if others.allSatisfy({ $0.contains { $0.places.contains(place) } }) { places.append(place) }
            for index in ahead.indices where ahead[index] == place {
                ahead[index] = lists[0][index].places.next(behind: place)
            }
        }
        isCut = places.count > most
        places = Array(places.prefix(most))
    }

    /// Puts those of some places that are among these before the others.
    public mutating func begin(with first: KnownPlaces) {
        let (all, known) = (Set(places), Set(first.places))
        places = first.places.filter(all.contains) + places.filter { !known.contains($0) }
    }
}
