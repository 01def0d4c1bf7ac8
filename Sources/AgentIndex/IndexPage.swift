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
    /// The size of its bytes.
    public let sizeBytes: Int64

    init(_ page: IndexPage, _ bytes: [UInt8]) {
        precondition(!page.versions.isEmpty, "a page without versions is not linked")
        digest = SHA256Digest(of: bytes)
        lowest = page.versions[0].version
        highest = page.versions[page.versions.count - 1].version
        sizeBytes = Int64(bytes.count)
    }

    func encode(_ writer: inout JSONWriter) {
        writer.object { object in
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
        sizeBytes = try value.integer("size")
    }
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
    /// - Throws: `IndexFault` also where the bytes are not the ones that the link names, or another agent's.
    public init(_ bytes: [UInt8], behind link: IndexLink, of key: AgentKey) throws(IndexFault) {
        guard SHA256Digest(of: bytes) == link.digest else { throw IndexFault("it is not the page \(link.digest)") }
        try self.init(bytes)
        guard self.key == key else { throw IndexFault("it belongs to '\(self.key)'") }
    }
}
