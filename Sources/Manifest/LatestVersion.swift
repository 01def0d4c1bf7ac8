/// The rule for the latest of several versions, the same for pages and for installers that ask for `latest`.
///
/// It is the highest release that is neither yanked nor held by moderators; else the highest such pre-release; else the
/// highest version, which pages show and installers refuse.
public enum LatestVersion {
    /// The rank of a version, which counts before precedence.
    public enum Rank: Int32, Sendable, Comparable, CaseIterable {
        /// Yanked, or held by moderators.
        case withheld
        /// A pre-release that is not withheld.
        case prerelease
        /// A release that is not withheld.
        case release

        /// Orders ranks, `withheld` lowest.
        public static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
    }

    /// The rank of a version.
    public static func rank(_ version: SemVer, isWithheld: Bool) -> Rank {
        isWithheld ? .withheld : version.isPrerelease ? .prerelease : .release
    }

    /// The latest of several elements; nil where there is none. Elements without a version are skipped.
    public static func shown<Element>(
        among elements: some Sequence<Element>, _ describe: (Element) -> (version: SemVer?, isWithheld: Bool)
    ) -> Element? {
        var best: (element: Element, rank: Rank, key: [UInt8])?
        for element in elements {
            let (version, isWithheld) = describe(element)
            guard let version else { continue }
            let (rank, key) = (rank(version, isWithheld: isWithheld), version.precedenceKey)
            if let best, best.rank > rank || best.rank == rank && !best.key.lexicographicallyPrecedes(key) {
                continue
            }
            best = (element, rank, key)
        }
        return best?.element
    }
}
