import Events
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
        /// Moderators hold the version, or all that match and are not yanked; this is the highest one.
        case held(String, Standing)
    }

    /// Finds the version that a request asks for. A version that moderators hold is not found, whatever asks for it.
    ///
    /// - Throws: `ResolutionFailure` where no version matches, or all that do are yanked or held.
    public func resolve(_ request: VersionRequest) throws(ResolutionFailure) -> IndexedVersion {
        let wanted: [IndexedVersion]
        switch request {
        case .exact(let version):
            let key = version.precedenceKey
            guard let found = versions.first(where: { $0.version.precedenceKey == key }) else { throw .noneMatches }
            if let hold = hold(on: found) { throw .held(found.version.description, hold) }
            return found
        case .latest: wanted = versions
        case .range(let range): wanted = versions.filter { range.contains($0.version) }
        }
        guard let highest = wanted.last else { throw .noneMatches }
        let standing = wanted.filter { version in
            !version.isYanked && !(version.installed.map { version.isRemoved($0.sha256) } ?? false)
        }
        let resolvable = standing.filter { hold(on: $0) == nil }
        let found =
            request == .latest
            ? LatestVersion.shown(among: resolvable) { ($0.version, isWithheld: false) } : resolvable.last
        if let found { return found }
        let held = standing.last ?? highest
        guard let hold = hold(on: held) else { throw .allYanked(highest.version.description) }
        throw .held(held.version.description, hold)
    }
}
