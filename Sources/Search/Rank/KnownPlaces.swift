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
