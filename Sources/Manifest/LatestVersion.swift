/// The rule for the latest of several versions, the same for pages and for installers that ask for `latest`.
///
/// It is the highest release that is not yanked; else the highest pre-release that is not yanked; else the highest
/// version, which pages show and installers refuse.
public enum LatestVersion {
    /// The rank of a version, which counts before precedence.
    public enum Rank: Int32, Sendable, Comparable, CaseIterable {
        /// Yanked.
        case yanked
        /// A pre-release that is not yanked.
        case prerelease
        /// A release that is not yanked.
        case release

        /// Orders ranks, `yanked` lowest.
        public static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
    }

    /// The rank of a version.
    public static func rank(_ version: SemVer, isYanked: Bool) -> Rank {
        isYanked ? .yanked : version.isPrerelease ? .prerelease : .release
    }

    /// The latest of several elements; nil where there is none. Elements without a version are skipped.
    public static func shown<Element>(
        among elements: some Sequence<Element>, _ describe: (Element) -> (version: SemVer?, isYanked: Bool)
    ) -> Element? {
        var best: (element: Element, rank: Rank, key: [UInt8])?
        for element in elements {
            let (version, isYanked) = describe(element)
            guard let version else { continue }
            let (rank, key) = (rank(version, isYanked: isYanked), version.precedenceKey)
            if let best, best.rank > rank || best.rank == rank && !best.key.lexicographicallyPrecedes(key) {
                continue
            }
            best = (element, rank, key)
        }
        return best?.element
    }
}
