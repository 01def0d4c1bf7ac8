public import Crypto
public import Events
import JSON
import Manifest

/// The index of an agent while entries are applied to it: the document with those of its older pages that change.
///
/// Versions stand in the order of their precedence, the highest in the document. Where the document or a page grows
/// beyond its bound, its lower versions move to pages of their own, so that however many versions there are, no page is
/// read that does not change. Where they move depends on the entries alone, not on how many are applied at once.
public struct IndexEditor {
    /// The bound of a page, in bytes. A single version that is larger stands alone.
    public static let maximumBytes = 1 << 20

    /// Versions that stand together, in ascending order.
    private struct Block {
        var versions: [IndexedVersion]
        var sizes: [Int]
        var isChanged = false

        var bytes: Int { sizes.reduce(sizes.count, +) }

        init(_ versions: [IndexedVersion]) {
            self.versions = versions
            sizes = versions.map(\.encodedBytes)
        }

        mutating func insert(_ version: IndexedVersion) {
            let place = versions.firstIndex { version.version < $0.version } ?? versions.count
            versions.insert(version, at: place)
            sizes.insert(version.encodedBytes, at: place)
            isChanged = true
        }

        mutating func change(_ key: [UInt8], _ body: (inout [Standing]) -> Void) {
            guard let place = versions.firstIndex(where: { $0.version.precedenceKey == key }) else { return }
            body(&versions[place].standing)
            sizes[place] = versions[place].encodedBytes
            isChanged = true
        }

        /// Takes the lower versions away, so that the rest has at most some bytes, or a single version.
        mutating func cut(to bytes: Int) -> [IndexedVersion] {
            var sum = 0
            var place = versions.count
            while place > 0, place == versions.count || sum + sizes[place - 1] + 1 <= bytes {
                place -= 1
                sum += sizes[place] + 1
            }
            let lower = Array(versions[..<place])
            versions.removeFirst(place)
            sizes.removeFirst(place)
            isChanged = isChanged || !lower.isEmpty
            return lower
        }
    }

    private enum Older {
        case unread(IndexLink)
        case read(Block)

        var lowest: SemVer {
            switch self {
            case .unread(let link): link.lowest
            case .read(let block): block.versions[0].version
            }
        }
    }

    private var document: IndexDocument
    private var newest: Block
    /// From high to low.
    private var older: [Older]
    private var dropped: [SHA256Digest] = []
    /// The bytes of the pages that were read, which stay in memory as long as the editor does.
    public private(set) var readBytes = 0
    private let maximumBytes: Int
    private let read: (SHA256Digest) throws -> IndexPage

    /// Opens a document.
    ///
    /// - Parameters:
    ///   - maximumBytes: the bound of the document and of a page.
    ///   - read: reads an older page.
    public init(
        _ document: IndexDocument, maximumBytes: Int = Self.maximumBytes,
        read: @escaping (SHA256Digest) throws -> IndexPage
    ) {
        self.document = document
        self.maximumBytes = maximumBytes
        self.read = read
        newest = Block(document.versions)
        older = document.older.map(Older.unread)
    }

    /// What has become of a document.
    public struct Result {
        /// The document.
        public let document: IndexDocument
        /// The pages that are new.
        public let pages: [(digest: SHA256Digest, bytes: [UInt8])]
        /// The pages that nothing links to any more.
        public let dropped: [SHA256Digest]
    }

    /// The document as it is now, with all pages that changed.
    public func result() -> Result {
        var document = document
        var pages: [(digest: SHA256Digest, bytes: [UInt8])] = []
        document.versions = newest.versions
        document.older = older.map { older in
            switch older {
            case .unread(let link): return link
            case .read(let block):
                let page = IndexPage(document.key, block.versions)
                let bytes = page.bytes
                let link = IndexLink(page, bytes)
                if block.isChanged { pages.append((link.digest, bytes)) }
                return link
            }
        }
        let kept = Set(document.older.map(\.digest))
        return Result(document: document, pages: pages, dropped: dropped.filter { !kept.contains($0) })
    }

    /// Applies an entry of the agent's stream; entries that the index does not reflect change nothing.
    ///
    /// - Throws: what reading a page throws; the editor is of no use then.
    public mutating func evolve(_ event: any EventPayload, at position: Position, time: Timestamp) throws {
        switch event {
        case let published as VersionPublished:
            guard let version = SemVer(published.version) else { break }
            let new = IndexedVersion(
                version: version, release: published.release, artifacts: published.artifacts,
                dependencies: published.dependencies ?? [], runtime: published.runtime,
                minimumMentatVersion: published.minimumMentatVersion, published: time, position: position)
            try edit(version) { $0.insert(new) }
        case let yanked as VersionYanked:
            try change(yanked.version) {
                $0.say(
                    Standing(
                        .yanked, side: Side(yanked.authority), reason: yanked.reason.rawValue, since: time,
                        from: position))
            }
        case let back as VersionUnyanked:
            try change(back.version) { $0.end(.yanked, side: Side(back.authority), at: position) }
        case let deprecated as AgentDeprecated:
            document.standing.say(
                Standing(
                    .deprecated, side: Side(deprecated.authority), replacement: deprecated.replacement, since: time,
                    from: position))
        case let back as AgentUndeprecated:
            document.standing.end(.deprecated, side: Side(back.authority), at: position)
        case let held as AgentQuarantined:
            let hold = Standing(.quarantined, reason: held.reason.rawValue, since: time, from: position)
            if let version = held.version {
                try change(version) { $0.say(hold) }
            } else {
                document.standing.say(hold)
            }
        case let lifted as QuarantineLifted:
            if let version = lifted.version {
                try change(version) { $0.end(.quarantined, side: nil, at: position) }
            } else {
                document.standing.end(.quarantined, side: nil, at: position)
            }
        case let removed as AgentArtifactRemoved:
            for version in removed.versions {
                try change(version) { $0.say(Standing(.removed, sha256: removed.sha256, since: time, from: position)) }
            }
        default: return
        }
        if newest.bytes > maximumNewestBytes {
            // The document is read most, and pages leave room for what will be said of their versions.
            add(newest.cut(to: maximumNewestBytes / 4), at: 0, of: maximumBytes / 4 * 3)
        }
        document.position = position
    }

    private mutating func change(_ version: String, _ body: (inout [Standing]) -> Void) throws {
        guard let version = SemVer(version) else { return }
        let key = version.precedenceKey
        try edit(version) { $0.change(key, body) }
    }

    /// Changes the block that a version belongs to, and cuts an older one where it has grown too large.
    private mutating func edit(_ version: SemVer, _ body: (inout Block) -> Void) throws {
        guard let place = place(of: version) else {
            body(&newest)
            return
        }
        var block = try opened(place)
        body(&block)
        let lower = block.bytes > maximumBytes - Self.frameBytes ? block.cut(to: maximumBytes / 2) : []
        older[place] = .read(block)
        add(lower, at: place + 1, of: maximumBytes / 2)
    }

    /// What the document has for versions, beside what was said of the agent and the links.
    private var maximumNewestBytes: Int {
        let others = Self.frameBytes + 512 * older.count + 384 * document.standing.count
        return max(maximumBytes - others, maximumBytes / 2)
    }

    /// The bytes of a page besides its versions, at most.
    private static let frameBytes = 1_024

    /// The older block that a version belongs to; nil for the newest.
    private func place(of version: SemVer) -> Int? {
        guard !older.isEmpty else { return nil }
        if let lowest = newest.versions.first?.version,
            lowest < version || lowest.precedenceKey == version.precedenceKey
        {
            return nil
        }
        return older.firstIndex { $0.lowest < version || $0.lowest.precedenceKey == version.precedenceKey }
            ?? older.count - 1
    }

    private mutating func opened(_ place: Int) throws -> Block {
        switch older[place] {
        case .read(let block): return block
        case .unread(let link):
            dropped.append(link.digest)
            readBytes += Int(link.sizeBytes)
            return Block(try read(link.digest).versions)
        }
    }

    /// Adds versions as blocks of about some bytes, all of about the same size, from a place on.
    private mutating func add(_ versions: [IndexedVersion], at place: Int, of bytes: Int) {
        var (rest, place) = (versions, place)
        let whole = Block(versions)
        let count = max(1, (whole.bytes + bytes - 1) / bytes)
        let share = min(whole.bytes / count + (whole.sizes.max() ?? 0), maximumBytes - Self.frameBytes)
        while !rest.isEmpty {
            var block = Block(rest)
            rest = block.cut(to: share)
            block.isChanged = true
            older.insert(.read(block), at: place)
            place += 1
        }
    }
}
