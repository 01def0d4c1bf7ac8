public import Manifest

/// A request for a version.
public enum VersionRequest: Sendable, Hashable, CustomStringConvertible {
    /// The highest release that is not yanked; else the highest pre-release that is not yanked.
    case latest
    /// Exactly this version, even if it is yanked, so that clients that pin it still get it.
    case exact(SemVer)
    /// The highest version in a range that is not yanked.
    case range(VersionRange)

    /// Parses `latest`, a version or a range; nil for anything else.
    public init?(_ text: String) {
        if text == "latest" {
            self = .latest
        } else if let version = SemVer(text) {
            self = .exact(version)
        } else if let range = VersionRange(text) {
            self = .range(range)
        } else {
            return nil
        }
    }

    public var description: String {
        switch self {
        case .latest: "latest"
        case .exact(let version): version.description
        case .range(let range): range.description
        }
    }
}

extension IndexDocument {
    /// The reason why no version fits a request.
    public enum ResolutionFailure: Error, Sendable, Equatable {
        /// No version matches the request.
        case noneMatches
        /// All versions that match are yanked; this is the highest one.
        case allYanked(String)
    }

    /// Finds the version that a request asks for.
    ///
    /// - Throws: `ResolutionFailure` where no version matches or all are yanked.
    public func resolve(_ request: VersionRequest) throws(ResolutionFailure) -> IndexedVersion {
        let wanted: [IndexedVersion]
        switch request {
        case .exact(let version):
            let key = version.precedenceKey
            guard let found = versions.first(where: { $0.version.precedenceKey == key }) else { throw .noneMatches }
            return found
        case .latest: wanted = versions
        case .range(let range): wanted = versions.filter { range.contains($0.version) }
        }
        guard let highest = wanted.last else { throw .noneMatches }
        let resolvable = wanted.filter { !$0.isYanked }
        let found =
            request == .latest
            ? LatestVersion.shown(among: resolvable) { ($0.version, $0.isYanked) } : resolvable.last
        guard let found else { throw .allYanked(highest.version.description) }
        return found
    }
}
