public import Crypto
import JSON

/// A file of a version.
public struct Artifact: Sendable, Hashable {
    /// The purpose of a file, a closed list.
    public enum Role: String, Sendable, CaseIterable, Comparable {
        /// The changes since earlier versions.
        case changelog
        /// The manifest; every version has one.
        case manifest
        /// The package to install, tar.gz.
        case package
        /// The text of the agent's page.
        case readme
        /// A WebAssembly module.
        case wasmModule = "wasm_module"

        /// True for what runs: a file that can harm.
        public var isProgram: Bool { self == .package || self == .wasmModule }

        /// Orders by name.
        public static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }
    }
    /// The purpose of the file.
    public let role: Role
    /// The SHA-256 of its bytes.
    public let sha256: SHA256Digest
    /// Its size in bytes.
    public let sizeBytes: Int64

    /// Describes a file.
    public init(role: Role, sha256: SHA256Digest, sizeBytes: Int64) {
        self.role = role
        self.sha256 = sha256
        self.sizeBytes = sizeBytes
    }

    static let codec: Codec<Artifact> = .object(
        Self.init, .field("role", \.role, .choice()), .field("sha256", \.sha256, .digest),
        .field("size", \.sizeBytes, .count))
}

/// Another agent that a version depends on.
public struct Dependency: Sendable, Hashable {
    private enum Kind: String, CaseIterable {
        case peer
    }

    /// The id of the agent.
    public let id: AgentID
    /// The range of versions, at most 128 characters.
    public let range: String
    /// True for a peer dependency, which the installer of the agent has to provide.
    public let isPeer: Bool

    /// Describes a dependency.
    public init(id: AgentID, range: String, isPeer: Bool = false) {
        self.id = id
        self.range = range
        self.isPeer = isPeer
    }

    private var kind: Kind? { isPeer ? .peer : nil }

    static let codec: Codec<Dependency> = .object(
        { (id: AgentID, kind: Kind?, range: String) in Self(id: id, range: range, isPeer: kind != nil) },
        .field("id", \.id, .agentID), .optional("kind", \.kind, .choice()),
        .field("range", \.range, .text(.range)))
}

extension [Artifact] {
    /// The file to install: the package, else the WebAssembly module, else the manifest.
    public var installed: Artifact? {
        for role in [Artifact.Role.package, .wasmModule, .manifest] {
            if let found = first(where: { $0.role == role }) { return found }
        }
        return nil
    }
}
