import Crypto
import Events
public import Manifest

/// A request for a version.
public enum VersionRequest: Sendable, Hashable, CustomStringConvertible {
    /// The highest release that is not yanked; else the highest pre-release that is not yanked.
    case latest
    /// Exactly this version, of any build where none is named, even if it is yanked, so that clients that pin it still get it.
    case exact(SemVer)
    /// The highest version in a range that is not yanked.
    case range(VersionRange)

    /// Parses `latest`, a version or a range, of at most 256 bytes; nil for anything else.
    public init?(_ text: String) {
        guard text.utf8.count <= 256 else { return nil }
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
        /// The request touches more pages than are read for it.
        case tooWide
    }

    /// Begins to look for the version that a request asks for. A version that moderators hold is not found, whatever asks
    /// for it.
    ///
    /// - Parameter maximumPages: the most pages that are read for it.
    public func search(_ request: VersionRequest, maximumPages: Int) -> VersionSearch {
        VersionSearch(self, request, maximumPages: maximumPages)
    }
}

/// Looks for the version that a request asks for, one page after the other.
///
/// It keeps no page. Links say what their pages span and what is best in them, so that pages are read where the answer can
/// be, from high to low, and then, where there is none, to say why.
public struct VersionSearch {
    /// What has to be done next.
    public enum Step: Sendable, Equatable {
        /// The search is over.
        case found(IndexedVersion)
        /// This page has to be read and given to `take`.
        case needs(IndexLink)
    }

    private let document: IndexDocument
    private let request: VersionRequest
    /// The key of an exact request; nil for the others.
    private let key: [UInt8]?
    private var pagesLeft: Int
    /// The pages that can hold the answer, then those that can only tell why there is none; each part from high to low.
    private let links: [IndexLink]
    private let promising: Int
    /// The number of links whose pages have a release, all at the beginning, where a release is looked for first.
    private let releases: Int
    private var next = 0
    private var found: IndexedVersion?
    /// The highest version that matches: of all, of those that are not yanked, and of pre-releases that could be got.
    private var highest: IndexedVersion?
    private var standing: IndexedVersion?
    private var prerelease: IndexedVersion?

    init(_ document: IndexDocument, _ request: VersionRequest, maximumPages: Int) {
        self.document = document
        self.request = request
        pagesLeft = maximumPages
        let key: [UInt8]? = if case .exact(let version) = request { version.precedenceKey } else { nil }
        self.key = key
        let possible = document.older.filter { link in
            // Nothing of what was published later is in the past.
            if let asOf = document.asOf, link.earliest > asOf { return false }
            return switch request {
            case .exact: key.map { link.spans($0) } ?? false
            case .range(let range): range.mayContain(from: link.lowestKey, to: link.highestKey)
            case .latest: true
            }
        }
        // With a hold on the agent no page holds an answer.
        let isHeld = document.hold != nil
        // Links say what is best now.
        func best(_ link: IndexLink) -> LatestVersion.Rank { document.asOf == nil ? link.best : .release }
        let answers = key != nil ? possible : isHeld ? [] : possible.filter { best($0) != .withheld }
        let first = request == .latest ? answers.filter { best($0) == .release } : []
        let second = request == .latest ? answers.filter { best($0) != .release } : answers
        releases = first.count
        promising = answers.count
        links = first + second + (key != nil ? [] : isHeld ? possible : possible.filter { best($0) == .withheld })
        take(document.versions)
    }

    /// Looks at the versions of the page that was needed.
    public mutating func take(_ page: IndexPage) {
        take(document.asOf.map { page.versions.asOf($0) } ?? page.versions)
    }

    private mutating func take(_ versions: [IndexedVersion]) {
        for version in versions.reversed() {
            guard matches(version) else { continue }
            if isHigher(version, highest) { highest = version }
            guard key != nil || version.isStanding else { continue }
            if isHigher(version, standing) { standing = version }
            guard document.hold(on: version) == nil else { continue }
            let isRelease = LatestVersion.rank(version.version, isWithheld: false) == .release
            if request != .latest || isRelease {
                found = version
                return
            }
            if isHigher(version, prerelease) { prerelease = version }
        }
    }

    private func matches(_ version: IndexedVersion) -> Bool {
        switch request {
        case .exact(let wanted): wanted.names(version.version)
        case .range(let range): range.contains(version.version)
        case .latest: true
        }
    }

    private func isHigher(_ version: IndexedVersion, _ other: IndexedVersion?) -> Bool {
        other.map { $0.version < version.version } ?? true
    }

    /// True where no page that is still to be read has a version above one that is known.
    private func isHighest(_ version: IndexedVersion) -> Bool {
        next >= links.count || !version.version.precedenceKey.lexicographicallyPrecedes(links[next].highestKey)
    }

    /// What has to be done next.
    ///
    /// - Throws: `IndexDocument.ResolutionFailure` where no version matches, all that do are yanked or held, or more pages
    ///   would have to be read. Why there is none is told by the pages that may be read.
    public mutating func step() throws(IndexDocument.ResolutionFailure) -> Step {
        if let found { return .found(found) }
        if next < promising {
            // A release comes before every pre-release.
            if next >= releases, let prerelease, isHighest(prerelease) { return .found(prerelease) }
            guard pagesLeft > 0 else { throw .tooWide }
        } else {
            if let prerelease { return .found(prerelease) }
            guard key == nil, next < links.count, pagesLeft > 0, !(standing.map(isHighest) ?? false) else {
                throw failure
            }
        }
        pagesLeft -= 1
        next += 1
        return .needs(links[next - 1])
    }

    private var failure: IndexDocument.ResolutionFailure {
        guard let highest else { return .noneMatches }
        let told = standing ?? highest
        guard let hold = document.hold(on: told) else { return .allYanked(highest.version.description) }
        return .held(told.version.description, hold)
    }
}
