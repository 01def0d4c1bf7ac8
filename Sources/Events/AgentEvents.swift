public import Crypto
public import JSON

/// `agent.registered.v1`
public struct AgentRegistered: EventPayload {
    public static let type = "agent.registered.v1"
    /// The registered spelling.
    public let id: AgentID
    /// Who owns it.
    public let owner: PersonID

    /// States a registration.
    public init(id: AgentID, owner: PersonID) {
        self.id = id
        self.owner = owner
    }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("id", id.description)
        data.member("owner", owner)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var id: AgentID?
        var owner: PersonID?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "id": id = try reader.text("an agent id") { AgentID(utf8: $0) }
            case "owner": owner = try reader.id()
            default: throw reader.unknownMember()
            }
        }
        self.init(id: try reader.require(id, "id"), owner: try reader.require(owner, "owner"))
    }
}

/// A file that belongs to a version.
public struct Artifact: Sendable, Hashable {
    /// What the file is for: a closed list.
    public enum Role: String, Sendable, CaseIterable, Comparable {
        /// What changed.
        case changelog
        /// The manifest; every version has one.
        case manifest
        /// What is installed, tar.gz.
        case package
        /// The page's text.
        case readme
        /// A WebAssembly module.
        case wasmModule = "wasm_module"

        /// Orders by name.
        public static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }
    }
    /// What it is for.
    public let role: Role
    /// The digest of its bytes.
    public let sha256: SHA256Digest
    /// Its size in bytes.
    public let sizeBytes: Int64

    /// Describes a file.
    public init(role: Role, sha256: SHA256Digest, sizeBytes: Int64) {
        self.role = role
        self.sha256 = sha256
        self.sizeBytes = sizeBytes
    }
}

/// Another agent that a version needs.
public struct Dependency: Sendable, Hashable {
    /// Which agent.
    public let id: AgentID
    /// Which versions of it; at most 128 characters.
    public let range: String
    /// True where whoever installs has to bring it.
    public let isPeer: Bool

    /// States a dependency.
    public init(id: AgentID, range: String, isPeer: Bool = false) {
        self.id = id
        self.range = range
        self.isPeer = isPeer
    }
}

/// `agent.version-published.v1`
public struct VersionPublished: EventPayload {
    public static let type = "agent.version-published.v1"
    /// SemVer 2.0, at most 128 characters.
    public let version: String
    /// The digest over all artifacts; see `release(of:)`.
    public let release: SHA256Digest
    /// The files, sorted by role.
    public let artifacts: [Artifact]
    /// False where it is not listed, yet shown by id.
    public let listed: Bool
    /// Such as `python3.12`.
    public let runtime: String?
    /// An SPDX expression.
    public let license: String?
    /// What the agent asks for or can do; nil where the manifest does not say.
    public let capabilities: [String]?
    /// What it needs; nil where the manifest does not say.
    public let dependencies: [Dependency]?
    /// The oldest MentatLab it runs on.
    public let minimumMentatVersion: String?
    /// Commits to the `listing`.
    public let listingCommitment: SHA256Digest

    /// States a publication.
    public init(
        version: String, artifacts: [Artifact], listed: Bool, runtime: String? = nil, license: String? = nil,
        capabilities: [String]? = nil, dependencies: [Dependency]? = nil, minimumMentatVersion: String? = nil,
        listingCommitment: SHA256Digest
    ) {
        self.version = version
        self.artifacts = artifacts.sorted { $0.role < $1.role }
        release = Self.release(of: artifacts)
        self.listed = listed
        self.runtime = runtime
        self.license = license
        self.capabilities = capabilities
        self.dependencies = dependencies
        self.minimumMentatVersion = minimumMentatVersion
        self.listingCommitment = listingCommitment
    }

    /// SHA-256 of the canonical JSON of `{role: sha256}`.
    public static func release(of artifacts: [Artifact]) -> SHA256Digest {
        var writer = JSONWriter()
        writer.object { object in
            for artifact in artifacts.sorted(by: { $0.role < $1.role }) {
                object.member(artifact.role.rawValue, artifact.sha256.hex)
            }
        }
        return SHA256Digest(of: writer.bytes)
    }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("artifacts") { writer in
            writer.array(artifacts) { artifact, writer in
                writer.object { object in
                    object.member("role", artifact.role.rawValue)
                    object.member("sha256", artifact.sha256)
                    object.member("size", artifact.sizeBytes)
                }
            }
        }
        data.member("capabilities", capabilities)
        if let dependencies {
            data.member("dependencies") { writer in
                writer.array(dependencies) { dependency, writer in
                    writer.object { object in
                        object.member("id", dependency.id.description)
                        object.member("kind", dependency.isPeer ? "peer" : nil)
                        object.member("range", dependency.range)
                    }
                }
            }
        }
        data.member("license", license)
        data.member("listed", listed)
        data.member("listing_commitment", listingCommitment)
        data.member("min_mentat_version", minimumMentatVersion)
        data.member("release", release)
        data.member("runtime", runtime)
        data.member("version", version)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var version: String?
        var release: SHA256Digest?
        var artifacts: [Artifact] = []
        var listed: Bool?
        var runtime: String?
        var license: String?
        var capabilities: [String]?
        var dependencies: [Dependency]?
        var minimum: String?
        var commitment: SHA256Digest?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "version": version = try reader.string()
            case "release": release = try reader.digest()
            case "artifacts":
                try reader.array { reader throws(JSONError) in artifacts.append(try Artifact(from: &reader)) }
            case "listed": listed = try reader.bool()
            case "runtime": runtime = try reader.string()
            case "license": license = try reader.string()
            case "capabilities":
                var list: [String] = []
                try reader.array { reader throws(JSONError) in list.append(try reader.string()) }
                capabilities = list
            case "dependencies":
                var list: [Dependency] = []
                try reader.array { reader throws(JSONError) in list.append(try Dependency(from: &reader)) }
                dependencies = list
            case "min_mentat_version": minimum = try reader.string()
            case "listing_commitment": commitment = try reader.digest()
            default: throw reader.unknownMember()
            }
        }
        guard !artifacts.isEmpty, zip(artifacts, artifacts.dropFirst()).allSatisfy({ $0.role < $1.role }) else {
            throw reader.fault("artifacts are sorted by role, each role once")
        }
        self.init(
            version: try reader.require(version, "version"), artifacts: artifacts,
            listed: try reader.require(listed, "listed"), runtime: runtime, license: license,
            capabilities: capabilities, dependencies: dependencies, minimumMentatVersion: minimum,
            listingCommitment: try reader.require(commitment, "listing_commitment"))
        guard try reader.require(release, "release") == self.release else {
            throw reader.fault("the release is not the digest of the artifacts")
        }
    }
}

extension Artifact {
    fileprivate init(from reader: inout JSONReader) throws(JSONError) {
        var role: Role?
        var digest: SHA256Digest?
        var size: Int64?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "role": role = try reader.string("a role") { Role(rawValue: $0) }
            case "sha256": digest = try reader.digest()
            case "size": size = try reader.integer()
            default: throw reader.unknownMember()
            }
        }
        if let size, !(0..<(1 << 53)).contains(size) { throw reader.fault("a size is from 0 to below 2^53") }
        self.init(
            role: try reader.require(role, "role"), sha256: try reader.require(digest, "sha256"),
            sizeBytes: try reader.require(size, "size"))
    }
}

extension Dependency {
    fileprivate init(from reader: inout JSONReader) throws(JSONError) {
        var id: AgentID?
        var range: String?
        var isPeer = false
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "id": id = try reader.text("an agent id") { AgentID(utf8: $0) }
            case "range": range = try reader.string()
            case "kind": isPeer = try reader.text("peer") { "peer" ~= $0 ? true : nil }
            default: throw reader.unknownMember()
            }
        }
        self.init(id: try reader.require(id, "id"), range: try reader.require(range, "range"), isPeer: isPeer)
    }
}
