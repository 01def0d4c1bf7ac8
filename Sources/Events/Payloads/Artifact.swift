public import Crypto
import JSON

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

    static let codec: Codec<Artifact> = .object(
        Self.init, .field("role", \.role, .choice()), .field("sha256", \.sha256, .digest),
        .field("size", \.sizeBytes, .count))
}

/// Another agent that a version needs.
public struct Dependency: Sendable, Hashable {
    private enum Kind: String, CaseIterable {
        case peer
    }

    /// Which agent.
    public let id: AgentID
    /// Which versions of it; at most 128 characters.
    public let range: String
    /// True where the installer has to bring it.
    public let isPeer: Bool

    /// States a dependency.
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
