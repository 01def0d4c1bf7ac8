public import Manifest

/// Which version somebody asks for.
public enum VersionRequest: Sendable, Hashable, CustomStringConvertible {
    /// The highest release that is not yanked; where there is none, the highest pre-release that is not.
    case latest
    /// This version, yanked or not: a client that pinned it still gets it.
    case exact(SemVer)
    /// The highest version in a range that is not yanked.
    case range(VersionRange)

    /// Reads `latest`, a version or a range; nil for anything else.
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
    /// Why no version can be given.
    public enum ResolutionFailure: Error, Sendable, Equatable {
        /// No version is as asked for.
        case noneMatches
        /// Those that are as asked for are yanked; this is the highest of them.
        case allYanked(String)
    }

    /// The version that a request means.
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
