public import Crypto
public import Events
import JSON
public import Manifest

/// The index file of an agent: its versions with their digests, dependencies and yanks, for installers.
///
/// It holds the highest versions itself and links to pages with lower ones, so that it stays small however many there are.
/// It depends on the agent's entries alone and holds nothing that people wrote, so nothing in it is ever erased. Its
/// bytes are canonical JSON (RFC 8785). Readers skip members that they do not know.
public struct IndexDocument: Sendable, Equatable {
    /// The format, raised when the bytes of an unchanged agent change.
    public static let format: Int64 = 4

    /// The key of the agent.
    public let key: AgentKey
    /// The id in its registered spelling.
    public let id: AgentID
    /// What was said of the agent as a whole, in log order: deprecations and holds.
    public internal(set) var standing: [Standing] = []
    /// The position of the entry that registered the agent.
    public let registered: Position
    /// The position of the last entry that it reflects.
    public internal(set) var position: Position
    /// The highest versions, in ascending order.
    public internal(set) var versions: [IndexedVersion] = []
    /// The pages with all lower versions, from high to low. They always say what is so now.
    public internal(set) var older: [IndexLink] = []
    /// The position of the past that the document is about; nil for the present.
    public private(set) var asOf: Position?

    /// True where any side has deprecated the agent.
    public var isDeprecated: Bool { standing.now(.deprecated) != nil }
    /// The agent to use instead; the moderators' choice comes before the owners'.
    public var replacement: AgentID? {
        let current = standing.filter { $0.kind == .deprecated && $0.until == nil && $0.replacement != nil }
        return (current.first { $0.side == .moderation } ?? current.first)?.replacement
    }
    /// The moderators' hold on all versions; nil where there is none.
    public var hold: Standing? { standing.now(.quarantined) }

    /// The hold that keeps a version from everybody: its own, or the one on all.
    public func hold(on version: IndexedVersion) -> Standing? { version.hold ?? hold }

    /// Creates the document of an agent without versions.
    public init(_ id: AgentID, at position: Position) {
        key = id.key
        self.id = id
        registered = position
        self.position = position
    }

    /// The document as it was right after an entry, with the holds and removals that hold now; nil where the agent was not
    /// registered yet.
    ///
    /// The links to older pages stay as they are. What they say of the best version of a page is not so for the past, so
    /// a reader that looks for a version reads more of them, and takes what each says as of this position.
    public func asOf(_ past: Position) -> IndexDocument? {
        guard registered <= past else { return nil }
        var document = self
        document.asOf = past
        document.position = min(position, past)
        document.standing = standing.asOf(past)
        document.versions = versions.asOf(past)
        return document
    }

    /// The document as canonical JSON.
    public var bytes: [UInt8] {
        var writer = JSONWriter(reservingBytes: 1_024)
        writer.object { object in
            object.member("agent_id", id.description)
            if let asOf { object.member("as_of", asOf.value) }
            object.member("deprecated", isDeprecated)
            object.member("format", Self.format)
            object.member("id", key.description)
            object.member("older") { $0.array(older) { $0.encode(&$1) } }
            object.member("position", position.value)
            object.member("quarantined", hold != nil)
            object.member("registered", registered.value)
            object.member("replacement", replacement?.description)
            object.member("standing") { $0.array(standing) { $0.encode(&$1) } }
            object.member("versions") { $0.array(versions) { $0.encode(&$1) } }
        }
        return writer.bytes
    }

    /// Parses a document.
    ///
    /// - Throws: `IndexFault`, which names the member that is missing or wrong.
    public init(_ bytes: [UInt8]) throws(IndexFault) {
        let value = try JSONValue(indexBytes: bytes)
        id = try value.parsed("agent_id") { AgentID($0) }
        key = try value.parsed("id") { AgentKey($0) }
        guard id.key == key else { throw IndexFault("'agent_id' and 'id' name different agents") }
        standing = try value.standing()
        position = Position(try value.integer("position"))
        registered = Position(try value.integer("registered"))
        asOf = value["as_of"] == nil ? nil : Position(try value.integer("as_of"))
        versions = try value.versions()
        var above = versions.first?.version.precedenceKey
        for element in value["older"]?.array ?? [] {
            let link = try IndexLink(element)
            guard above.map({ link.highestKey.lexicographicallyPrecedes($0) }) ?? true else {
                throw IndexFault("'older' does not go from high to low")
            }
            above = link.lowestKey
            older.append(link)
        }
    }
}

/// A version of an agent in the index.
public struct IndexedVersion: Sendable, Equatable {
    /// The version.
    public let version: SemVer
    /// The digest over its files (`VersionPublished.release`).
    public let release: SHA256Digest
    /// Its files.
    public let artifacts: [Artifact]
    /// The agents that it depends on.
    public let dependencies: [Dependency]
    /// The runtime; nil where the manifest does not state it.
    public let runtime: String?
    /// The oldest version of MentatLab that runs it; nil where the manifest does not state it.
    public let minimumMentatVersion: String?
    /// The time of publication.
    public let published: Timestamp
    /// The position of its publication in the log.
    public let position: Position
    /// What was said of it, in log order: yanks, holds, and files that were removed.
    public internal(set) var standing: [Standing] = []

    /// The yank that holds now, the moderators' before the owners'; nil where there is none.
    public var yank: Standing? { standing.now(.yanked) }

    /// True where only a request for this very version gets it.
    public var isYanked: Bool { yank != nil }

    /// The moderators' hold on this version alone; nil where there is none.
    public var hold: Standing? { standing.now(.quarantined) }

    /// True where it is neither yanked nor without the file that would be installed.
    var isStanding: Bool { !isYanked && !(installed.map { isRemoved($0.sha256) } ?? false) }

    /// True where the bytes of a file were removed.
    public func isRemoved(_ file: SHA256Digest) -> Bool {
        standing.contains { $0.kind == .removed && $0.sha256 == file }
    }

    /// The file to install: the package, else the WebAssembly module, else the manifest.
    public var installed: Artifact? { artifacts.installed }

    init(
        version: SemVer, release: SHA256Digest, artifacts: [Artifact], dependencies: [Dependency], runtime: String?,
        minimumMentatVersion: String?, published: Timestamp, position: Position
    ) {
        self.version = version
        self.release = release
        self.artifacts = artifacts
        self.dependencies = dependencies
        self.runtime = runtime
        self.minimumMentatVersion = minimumMentatVersion
        self.published = published
        self.position = position
    }

    /// The number of bytes that the version takes in a document.
    var encodedBytes: Int {
        var writer = JSONWriter(reservingBytes: 1_024)
        encode(&writer)
        return writer.bytes.count
    }

    func encode(_ writer: inout JSONWriter) {
        writer.object { object in
            object.member("artifacts") { writer in
                writer.array(artifacts) { artifact, writer in
                    writer.object { object in
                        object.member("role", artifact.role.rawValue)
                        object.member("sha256", artifact.sha256.hex)
                        object.member("size", artifact.sizeBytes)
                    }
                }
            }
            object.member("dependencies") { writer in
                writer.array(dependencies) { dependency, writer in
                    writer.object { object in
                        object.member("id", dependency.id.description)
                        object.member("peer", dependency.isPeer)
                        object.member("range", dependency.range)
                    }
                }
            }
            object.member("min_mentat_version", minimumMentatVersion)
            object.member("position", position.value)
            object.member("published_at", published.description)
            object.member("release", release.hex)
            object.member("runtime", runtime)
            object.member("standing") { $0.array(standing) { $0.encode(&$1) } }
            object.member("version", version.description)
            object.member("yank_reason", yank?.reason)
            object.member("yanked", isYanked)
        }
    }

    fileprivate init(_ value: JSONValue) throws(IndexFault) {
        version = try value.parsed("version") { SemVer($0) }
        release = try value.parsed("release") { SHA256Digest(hex: $0) }
        var artifacts: [Artifact] = []
        for element in value["artifacts"]?.array ?? [] {
            // A role that this program does not know comes from a newer program.
            guard let role = element["role"]?.string.flatMap(Artifact.Role.init) else { continue }
            artifacts.append(
                Artifact(
                    role: role, sha256: try element.parsed("sha256") { SHA256Digest(hex: $0) },
                    sizeBytes: try element.integer("size")))
        }
        self.artifacts = artifacts
        var dependencies: [Dependency] = []
        for element in value["dependencies"]?.array ?? [] {
            dependencies.append(
                Dependency(
                    id: try element.parsed("id") { AgentID($0) }, range: element["range"]?.string ?? "*",
                    isPeer: element["peer"]?.bool ?? false))
        }
        self.dependencies = dependencies
        runtime = value["runtime"]?.string
        minimumMentatVersion = value["min_mentat_version"]?.string
        published = try value.parsed("published_at") { Timestamp($0) }
        position = Position(try value.integer("position"))
        standing = try value.standing()
    }
}

/// The reason why a document of the index can't be used.
public struct IndexFault: Error, Sendable, CustomStringConvertible {
    /// What is wrong, in a few words.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension [IndexedVersion] {
    /// The versions that there were at a position of the past, as they were then.
    func asOf(_ past: Position) -> [IndexedVersion] {
        compactMap { version in
            guard version.position <= past else { return nil }
            var version = version
            version.standing = version.standing.asOf(past)
            return version
        }
    }
}

extension JSONValue {
    /// Parses a document or a page of the present format.
    init(indexBytes bytes: [UInt8]) throws(IndexFault) {
        do {
            self = try JSONValue(bytes, limits: JSONLimits(bytes: bytes.count, values: bytes.count))
        } catch {
            throw IndexFault("it is no JSON: \(error)")
        }
        guard self["format"]?.integer == IndexDocument.format else {
            throw IndexFault("its 'format' is not \(IndexDocument.format); a newer program may read it")
        }
    }

    /// The versions of a document or a page, in ascending order.
    func versions() throws(IndexFault) -> [IndexedVersion] {
        var versions: [IndexedVersion] = []
        for element in self["versions"]?.array ?? [] { versions.append(try IndexedVersion(element)) }
        return versions.sorted { $0.version < $1.version }
    }

    func parsed<Value>(_ name: String, _ parse: (String) -> Value?) throws(IndexFault) -> Value {
        guard let text = self[name]?.string, let value = parse(text) else {
            throw IndexFault("'\(name)' is missing or not what it has to be")
        }
        return value
    }

    /// Reads a position or a size: from 0 to 2^53.
    func integer(_ name: String) throws(IndexFault) -> Int64 {
        guard let number = self[name]?.integer, (0...Int64(1) << 53).contains(number) else {
            throw IndexFault("'\(name)' is missing or no whole number")
        }
        return number
    }

    fileprivate func standing() throws(IndexFault) -> [Standing] {
        var all: [Standing] = []
        for element in self["standing"]?.array ?? [] {
            if let standing = try Standing(element) { all.append(standing) }
        }
        return all
    }
}
