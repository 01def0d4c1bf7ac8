import Crypto
import EventLog
public import Events
public import Manifest
import Postgres

/// For how long a version could be had, and what it newly asked for.
public struct Exposure: Sendable {
    /// A time from one entry to another.
    public struct Span: Sendable, Equatable {
        /// The entry with which it began.
        public let from: Position
        /// When that was.
        public let since: Timestamp
        /// The entry with which it ended; nil where it has not.
        public fileprivate(set) var until: Position?
        /// When that was.
        public fileprivate(set) var ended: Timestamp?
    }

    /// What a version asks for that another one does not.
    public struct News: Sendable {
        /// The other one: the highest version below that was there when this one was published, or else the one that was
        /// published last before it.
        public let against: String
        /// Capabilities that the other one does not have.
        public let capabilities: [String]
        /// Dependencies that the other one has not, or not with this range.
        public let dependencies: [Dependency]
        /// Who published the other one, where it was somebody else.
        public let otherPublisher: AgentReader.Person?
    }

    /// The version, as it was published.
    public let version: String
    /// Who published it.
    public let publisher: AgentReader.Person?
    /// When a range or `latest` could lead to it.
    public let resolvable: [Span]
    /// When it could be downloaded by its number.
    public let downloadable: [Span]
    /// Its downloads by day; the last 3,660 days with any.
    public let days: [AgentReader.DownloadCount]
    /// Against the version before; nil for the first one.
    public let news: News?
}

extension PastReader {
    private static let listedDays: Int64 = 3_660

    /// The exposure of a version, of any build where none is named; nil where there is no such version.
    public func exposure(of version: SemVer, _ key: AgentKey) async throws -> Reflecting<Exposure?> {
        try await access.long(AgentReader.shownModels) { connection in
            var watch = ExposureWatch(version)
            try Self.forEachEntry(of: key, connection) { watch.add($0) }
            guard let published = watch.published else { return nil }
            let before = watch.before
            let names = try Self.names([published.publisher, before?.publisher], connection)
            func person(_ id: String?) -> AgentReader.Person? {
                id.map { AgentReader.Person(id: $0, name: names[$0] ?? "") }
            }
            let news = before.map { before in
                Exposure.News(
                    against: before.data.version,
                    capabilities: Set(published.data.capabilities ?? []).subtracting(before.data.capabilities ?? [])
                        .sorted(),
                    dependencies: (published.data.dependencies ?? []).filter { new in
                        !(before.data.dependencies ?? []).contains(new)
                    },
                    otherPublisher: before.publisher == published.publisher ? nil : person(before.publisher))
            }
            let days = try connection.execute(
                Statements.versionDays,
                [.text(key.description), .text(published.data.version), .int8(Self.listedDays)]
            ).map(AgentReader.DownloadCount.init)
            return Exposure(
                version: published.data.version, publisher: person(published.publisher),
                resolvable: watch.resolvable, downloadable: watch.downloadable, days: days, news: news)
        }
    }
}

/// Goes along the entries of an agent and notes when one of its versions could be had.
private struct ExposureWatch {
    struct Published {
        let version: SemVer
        let data: VersionPublished
        let publisher: String?
    }

    private let version: SemVer
    private(set) var published: Published?
    /// What was published before it.
    private var earlier: [Published] = []
    private var yanks: Set<Side> = []
    private var isHeld = false
    private var isAgentHeld = false
    private var isRemoved = false
    private(set) var resolvable: [Exposure.Span] = []
    private(set) var downloadable: [Exposure.Span] = []

    init(_ version: SemVer) { self.version = version }

    /// The version to compare with.
    var before: Published? {
        guard let own = published?.version else { return nil }
        let lower = earlier.filter { $0.version < own }
        // Nobody who follows releases has seen what a pre-release in between asked for.
        let releases = own.prerelease.isEmpty ? lower.filter(\.version.prerelease.isEmpty) : []
        return (releases.isEmpty ? lower : releases).max { $0.version < $1.version } ?? earlier.last
    }

    private func isMeant(_ text: String) -> Bool { SemVer(text)?.precedenceKey == version.precedenceKey }

    mutating func add(_ event: ProjectedEvent) {
        switch event.event {
        case let new as VersionPublished:
            guard let number = SemVer(new.version) else { return }
            let one = Published(version: number, data: new, publisher: event.envelope.origin.actor?.hex)
            if isMeant(new.version) {
                guard version.names(number) else { return }
                published = one
            } else if published == nil {
                earlier.append(one)
            }
        case let yanked as VersionYanked where isMeant(yanked.version): yanks.insert(Side(yanked.authority))
        case let back as VersionUnyanked where isMeant(back.version): yanks.remove(Side(back.authority))
        case let held as AgentQuarantined:
            if held.version == nil { isAgentHeld = true } else if held.version.map(isMeant) == true { isHeld = true }
        case let lifted as QuarantineLifted:
            if lifted.version == nil {
                isAgentHeld = false
            } else if lifted.version.map(isMeant) == true {
                isHeld = false
            }
        case let removed as AgentArtifactRemoved where removed.versions.contains(where: isMeant):
            if removed.sha256 == published?.data.artifacts.installed?.sha256 { isRemoved = true }
        default: return
        }
        guard published != nil else { return }
        let isThere = !isHeld && !isAgentHeld && !isRemoved
        Self.note(&downloadable, isThere, event)
        Self.note(&resolvable, isThere && yanks.isEmpty, event)
    }

    private static func note(_ spans: inout [Exposure.Span], _ isOpen: Bool, _ event: ProjectedEvent) {
        let wasOpen = spans.last.map { $0.until == nil } ?? false
        guard wasOpen != isOpen else { return }
        if isOpen {
            spans.append(Exposure.Span(from: event.position, since: event.envelope.time))
        } else {
            spans[spans.count - 1].until = event.position
            spans[spans.count - 1].ended = event.envelope.time
        }
    }
}
