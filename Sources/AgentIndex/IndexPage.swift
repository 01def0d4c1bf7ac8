public import Crypto
public import Events
import JSON
public import Manifest

/// Where an older page of an agent's index is, and what it holds.
public struct IndexLink: Sendable, Equatable {
    /// The SHA-256 of the page's bytes, which name it.
    public let digest: SHA256Digest
    /// The lowest version in it.
    public let lowest: SemVer
    /// The highest version in it.
    public let highest: SemVer
    /// The best that it has, by what was said of its versions themselves; a hold on the agent does not count.
    public let best: LatestVersion.Rank
    /// The position of the version that was published first.
    public let earliest: Position
    /// The size of its bytes.
    public let sizeBytes: Int64
    let lowestKey: [UInt8]
    let highestKey: [UInt8]

    init(_ page: IndexPage, _ bytes: [UInt8]) {
        precondition(!page.versions.isEmpty, "a page without versions is not linked")
        digest = SHA256Digest(of: bytes)
        lowest = page.versions[0].version
        highest = page.versions[page.versions.count - 1].version
        best = page.best
        earliest = page.versions.map(\.position).min() ?? page.versions[0].position
        sizeBytes = Int64(bytes.count)
        lowestKey = lowest.precedenceKey
        highestKey = highest.precedenceKey
    }

    /// True where the page can hold a version.
    func spans(_ key: [UInt8]) -> Bool {
        !key.lexicographicallyPrecedes(lowestKey) && !highestKey.lexicographicallyPrecedes(key)
    }

    func encode(_ writer: inout JSONWriter) {
        writer.object { object in
            object.member("best", Self.words[best])
            object.member("earliest", earliest.value)
            object.member("highest", highest.description)
            object.member("lowest", lowest.description)
            object.member("sha256", digest.hex)
            object.member("size", sizeBytes)
        }
    }

    init(_ value: JSONValue) throws(IndexFault) {
        digest = try value.parsed("sha256") { SHA256Digest(hex: $0) }
        lowest = try value.parsed("lowest") { SemVer($0) }
        highest = try value.parsed("highest") { SemVer($0) }
        best = try value.parsed("best") { word in Self.words.first { $0.value == word }?.key }
        earliest = Position(try value.integer("earliest"))
        sizeBytes = try value.integer("size")
        lowestKey = lowest.precedenceKey
        highestKey = highest.precedenceKey
        guard !highestKey.lexicographicallyPrecedes(lowestKey) else {
            throw IndexFault("the link to \(digest) goes from high to low")
        }
    }

    private static let words: [LatestVersion.Rank: String] = [
        .withheld: "none", .prerelease: "prerelease", .release: "release",
    ]
}

/// A page of an agent's index with versions that are lower than those of the document.
///
/// Its bytes are canonical JSON and never change; where one of its versions changes, another page takes its place.
public struct IndexPage: Sendable, Equatable {
    /// The key of the agent.
    public let key: AgentKey
    /// The versions in ascending order.
    public let versions: [IndexedVersion]

    init(_ key: AgentKey, _ versions: [IndexedVersion]) {
        self.key = key
        self.versions = versions
    }

    /// The best of its versions.
    var best: LatestVersion.Rank {
        versions.map { LatestVersion.rank($0.version, isWithheld: !$0.isStanding || $0.hold != nil) }.max() ?? .withheld
    }

    /// True for the bytes of a page of an agent, without parsing them: in canonical JSON the members stand in order.
    static func belongs(_ bytes: [UInt8], to key: AgentKey) -> Bool {
        bytes.starts(with: Array(#"{"format":\#(IndexDocument.format),"id":"\#(key)","#.utf8))
    }

    /// The page as canonical JSON.
    public var bytes: [UInt8] {
        var writer = JSONWriter(reservingBytes: 1_024)
        writer.object { object in
            object.member("format", IndexDocument.format)
            object.member("id", key.description)
            object.member("versions") { $0.array(versions) { $0.encode(&$1) } }
        }
        return writer.bytes
    }

    /// Parses a page.
    ///
    /// - Throws: `IndexFault`, which names the member that is missing or wrong.
    public init(_ bytes: [UInt8]) throws(IndexFault) {
        let value = try JSONValue(indexBytes: bytes)
        key = try value.parsed("id") { AgentKey($0) }
        versions = try value.versions()
    }

    /// Parses the page that a link of an agent's document leads to.
    ///
    /// - Throws: `IndexFault` also where the bytes are not the ones that the link names, not what it says of them, or
    ///   another agent's.
    public init(_ bytes: [UInt8], behind link: IndexLink, of key: AgentKey) throws(IndexFault) {
        guard SHA256Digest(of: bytes) == link.digest else { throw IndexFault("it is not the page \(link.digest)") }
        try self.init(bytes)
        guard self.key == key else { throw IndexFault("it belongs to '\(self.key)'") }
        guard !versions.isEmpty, IndexLink(self, bytes) == link else {
            throw IndexFault("it does not hold what the link to \(link.digest) says")
        }
    }
}
