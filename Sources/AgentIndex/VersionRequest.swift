public import Crypto
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

    /// What a request comes to.
    public enum Resolution: Sendable, Equatable {
        /// The version.
        case found(IndexedVersion)
        /// It can't be told before this page is read.
        case needs(IndexLink)
    }

    /// Finds the version that a request asks for, with those pages that were read already. A version that moderators hold is
    /// not found, whatever asks for it.
    ///
    /// - Throws: `ResolutionFailure` where no version matches, or all that do are yanked or held.
    public func resolve(
        _ request: VersionRequest, _ pages: [SHA256Digest: IndexPage] = [:]
    ) throws(ResolutionFailure) -> Resolution {
        if case .exact(let version) = request { return try resolve(version, pages) }
        // From high to low, as far as it has to be told.
        var wanted: [IndexedVersion] = []
        func take(_ versions: [IndexedVersion]) -> IndexedVersion? {
            wanted += versions.reversed().filter { version in
                if case .range(let range) = request { range.contains(version.version) } else { true }
            }
            let resolvable = wanted.filter { isStanding($0) && hold(on: $0) == nil }
            guard request == .latest else { return resolvable.first }
            return resolvable.first { LatestVersion.rank($0.version, isWithheld: false) == .release }
        }
        if let found = take(versions) { return .found(found) }
        for link in older {
            guard let page = pages[link.digest] else { return .needs(link) }
            if let found = take(page.versions) { return .found(found) }
        }
        guard let highest = wanted.first else { throw .noneMatches }
        let standing = wanted.filter(isStanding)
        let resolvable = standing.filter { hold(on: $0) == nil }
        if let found = LatestVersion.shown(among: resolvable, { ($0.version, isWithheld: false) }) {
            return .found(found)
        }
        let held = standing.first ?? highest
        guard let hold = hold(on: held) else { throw .allYanked(highest.version.description) }
        throw .held(held.version.description, hold)
    }

    /// True for a version that is neither yanked nor without its file.
    private func isStanding(_ version: IndexedVersion) -> Bool {
        !version.isYanked && !(version.installed.map { version.isRemoved($0.sha256) } ?? false)
    }

    private func resolve(
        _ version: SemVer, _ pages: [SHA256Digest: IndexPage]
    ) throws(ResolutionFailure) -> Resolution {
        let key = version.precedenceKey
        var known = versions
        if !known.contains(where: { $0.version.precedenceKey == key }),
            let link = older.first(where: { !(version < $0.lowest) && !($0.highest < version) })
        {
            guard let page = pages[link.digest] else { return .needs(link) }
            known = page.versions
        }
        guard let found = known.first(where: { $0.version.precedenceKey == key }) else { throw .noneMatches }
        if let hold = hold(on: found) { throw .held(found.version.description, hold) }
        return .found(found)
    }
}
