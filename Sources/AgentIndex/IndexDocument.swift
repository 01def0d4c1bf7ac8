public import Crypto
public import Events
import JSON
public import Manifest

/// What installers read of an agent: its versions with their digests, dependencies and whether they are yanked.
///
/// A function of the agent's entries alone: it holds no words of people, so nothing in it is ever erased. Its bytes are
/// canonical JSON, and a reader skips members that it does not know.
public struct IndexDocument: Sendable, Equatable {
    /// Raised where the bytes of an agent that has not changed become others.
    public static let format: Int64 = 1

    /// The key.
    public let key: AgentKey
    /// The registered spelling.
    public let id: AgentID
    /// Which sides do not recommend it any more.
    public private(set) var deprecations: [Side: Deprecation] = [:]
    /// The position of the last entry that it reflects.
    public private(set) var position: Position
    /// From low to high.
    public private(set) var versions: [IndexedVersion] = []

    /// A side does not recommend the agent any more.
    public struct Deprecation: Sendable, Equatable {
        /// What to use in its place.
        public let replacement: AgentID?
    }

    /// True where it is not recommended any more.
    public var isDeprecated: Bool { !deprecations.isEmpty }
    /// What to use in its place, where a side says so; moderators first.
    public var replacement: AgentID? {
        deprecations[.moderation]?.replacement ?? deprecations[.owner]?.replacement
    }

    /// An agent without versions.
    public init(_ id: AgentID, at position: Position) {
        key = id.key
        self.id = id
        self.position = position
    }

    /// Takes in an entry of the agent's stream.
    public mutating func evolve(_ event: any EventPayload, at position: Position, time: Timestamp) {
        switch event {
        case let published as VersionPublished: publish(published, position, time)
        case let yanked as VersionYanked:
            change(yanked.version) { $0.yanks[Side(yanked.authority)] = yanked.reason }
        case let back as VersionUnyanked: change(back.version) { $0.yanks[Side(back.authority)] = nil }
        case let deprecated as AgentDeprecated:
            deprecations[Side(deprecated.authority)] = Deprecation(replacement: deprecated.replacement)
        case let back as AgentUndeprecated: deprecations[Side(back.authority)] = nil
        default: return
        }
        self.position = position
    }

    private mutating func publish(_ published: VersionPublished, _ position: Position, _ time: Timestamp) {
        guard let version = SemVer(published.version) else { return }
        let new = IndexedVersion(
            version: version, release: published.release, artifacts: published.artifacts,
            dependencies: published.dependencies ?? [], runtime: published.runtime,
            minimumMentatVersion: published.minimumMentatVersion, published: time, position: position)
        let place = versions.firstIndex { version < $0.version } ?? versions.count
        versions.insert(new, at: place)
    }

    private mutating func change(_ version: String, _ body: (inout IndexedVersion) -> Void) {
        guard let key = SemVer(version)?.precedenceKey,
            let index = versions.firstIndex(where: { $0.version.precedenceKey == key })
        else { return }
        body(&versions[index])
    }

    /// The document.
    public var bytes: [UInt8] {
        var writer = JSONWriter(reservingBytes: 1_024)
        writer.object { object in
            object.member("agent_id", id.description)
            object.member("deprecated", isDeprecated)
            object.member("deprecations") { writer in
                writer.object { object in
                    for (side, deprecation) in deprecations.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                        object.member(side.rawValue) { writer in
                            writer.object { $0.member("replacement", deprecation.replacement?.description) }
                        }
                    }
                }
            }
            object.member("format", Self.format)
            object.member("id", key.description)
            object.member("position", position.value)
            object.member("replacement", replacement?.description)
            object.member("versions") { $0.array(versions) { $0.encode(&$1) } }
        }
        return writer.bytes
    }

    /// Reads a document.
    ///
    /// - Throws: `IndexFault`, which names what is missing or wrong.
    public init(_ bytes: [UInt8]) throws(IndexFault) {
        let value: JSONValue
        do {
            value = try JSONValue(bytes, limits: JSONLimits(bytes: bytes.count, values: bytes.count))
        } catch {
            throw IndexFault("it is no JSON: \(error)")
        }
        guard value["format"]?.integer == Self.format else {
            throw IndexFault("its 'format' is not \(Self.format); a newer program may read it")
        }
        id = try value.parsed("agent_id") { AgentID($0) }
        key = try value.parsed("id") { AgentKey($0) }
        guard id.key == key else { throw IndexFault("'agent_id' and 'id' name different agents") }
        for side in Side.allCases {
            guard let deprecation = value["deprecations"]?[side.rawValue] else { continue }
            deprecations[side] = Deprecation(replacement: deprecation["replacement"]?.string.flatMap(AgentID.init))
        }
        position = Position(try value.integer("position"))
        var versions: [IndexedVersion] = []
        for element in value["versions"]?.array ?? [] { versions.append(try IndexedVersion(element)) }
        self.versions = versions.sorted { $0.version < $1.version }
    }
}

/// One version in the index.
public struct IndexedVersion: Sendable, Equatable {
    /// The version.
    public let version: SemVer
    /// The digest over its files (`VersionPublished.release`).
    public let release: SHA256Digest
    /// Its files.
    public let artifacts: [Artifact]
    /// What it needs.
    public let dependencies: [Dependency]
    /// What runs it, where the manifest says so.
    public let runtime: String?
    /// The oldest MentatLab that runs it, where the manifest says so.
    public let minimumMentatVersion: String?
    /// When.
    public let published: Timestamp
    /// Where the log says so.
    public let position: Position
    /// Why each side yanks it.
    public internal(set) var yanks: [Side: YankReason] = [:]

    /// Why it is yanked, moderators first; nil where it is not.
    public var yankReason: YankReason? { yanks[.moderation] ?? yanks[.owner] }

    /// True for a version that only a request for this very version gets.
    public var isYanked: Bool { !yanks.isEmpty }

    /// The file that an installer wants: the package, else the WebAssembly module, else the manifest.
    public var installed: Artifact? {
        for role in [Artifact.Role.package, .wasmModule, .manifest] {
            if let found = artifacts.first(where: { $0.role == role }) { return found }
        }
        return nil
    }

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

    fileprivate func encode(_ writer: inout JSONWriter) {
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
            object.member("version", version.description)
            object.member("yank_reason", yankReason?.rawValue)
            object.member("yanked", isYanked)
            object.member("yanks") { writer in
                writer.object { object in
                    for (side, reason) in yanks.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                        object.member(side.rawValue, reason.rawValue)
                    }
                }
            }
        }
    }

    fileprivate init(_ value: JSONValue) throws(IndexFault) {
        version = try value.parsed("version") { SemVer($0) }
        release = try value.parsed("release") { SHA256Digest(hex: $0) }
        var artifacts: [Artifact] = []
        for element in value["artifacts"]?.array ?? [] {
            // A role that only a newer program knows is for that program.
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
        for side in Side.allCases {
            // A reason that only a newer program knows is a reason all the same.
            yanks[side] = value["yanks"]?[side.rawValue]?.string.map { YankReason(rawValue: $0) ?? .other }
        }
    }
}

/// What is wrong with a document of the index.
public struct IndexFault: Error, Sendable, CustomStringConvertible {
    /// In a few words.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension JSONValue {
    fileprivate func parsed<Value>(_ name: String, _ parse: (String) -> Value?) throws(IndexFault) -> Value {
        guard let text = self[name]?.string, let value = parse(text) else {
            throw IndexFault("'\(name)' is missing or not what it has to be")
        }
        return value
    }

    /// A position or a size: never negative, and exact as a double.
    fileprivate func integer(_ name: String) throws(IndexFault) -> Int64 {
        guard let number = self[name]?.integer, (0...Int64(1) << 53).contains(number) else {
            throw IndexFault("'\(name)' is missing or no whole number")
        }
        return number
    }
}
