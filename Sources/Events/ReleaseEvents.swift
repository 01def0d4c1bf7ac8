public import Crypto
public import JSON

/// Why a version is yanked, or is not any more: a closed list.
public enum YankReason: String, Sendable, CaseIterable {
    /// It does not work.
    case broken
    /// It can be attacked.
    case security
    /// It may not be distributed.
    case legal
    /// It was published, or yanked, by mistake.
    case mistake
    /// Anything else; the note may say what.
    case other
}

/// Whether a version is yanked or comes back.
public protocol YankKind: Sendable {
    /// The type with its version.
    static var type: String { get }
}

/// A version is hidden from resolution, or comes back. It stays downloadable for whoever pinned it.
public struct YankStatement<Kind: YankKind>: EventPayload {
    public static var type: String { Kind.type }
    /// The version as it was published.
    public let version: String
    /// Why.
    public let reason: YankReason
    /// Commits to the `note`.
    public let noteCommitment: SHA256Digest?

    /// States it.
    public init(version: String, reason: YankReason, noteCommitment: SHA256Digest? = nil) {
        self.version = version
        self.reason = reason
        self.noteCommitment = noteCommitment
    }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("note_commitment", noteCommitment)
        data.member("reason", reason.rawValue)
        data.member("version", version)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var version: String?
        var reason: YankReason?
        var note: SHA256Digest?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "note_commitment": note = try reader.digest()
            case "reason": reason = try reader.string("a reason") { YankReason(rawValue: $0) }
            case "version": version = try reader.version()
            default: throw reader.unknownMember()
            }
        }
        self.init(
            version: try reader.require(version, "version"), reason: try reader.require(reason, "reason"),
            noteCommitment: note)
    }
}

/// Both directions.
public enum YankKinds {
    /// It is hidden.
    public enum Yanked: YankKind { public static let type = "agent.version-yanked.v1" }
    /// It is back.
    public enum Unyanked: YankKind { public static let type = "agent.version-unyanked.v1" }
}

/// `agent.version-yanked.v1`
public typealias VersionYanked = YankStatement<YankKinds.Yanked>
/// `agent.version-unyanked.v1`
public typealias VersionUnyanked = YankStatement<YankKinds.Unyanked>

/// Whether an agent is given up or taken up again.
public protocol DeprecationKind: Sendable {
    /// The type with its version.
    static var type: String { get }
}

/// An agent is not recommended any more, or is again.
public struct DeprecationStatement<Kind: DeprecationKind>: EventPayload {
    public static var type: String { Kind.type }
    /// What to use in its place.
    public let replacement: AgentID?
    /// Commits to the `note`.
    public let noteCommitment: SHA256Digest?

    /// States it.
    public init(replacement: AgentID? = nil, noteCommitment: SHA256Digest? = nil) {
        self.replacement = replacement
        self.noteCommitment = noteCommitment
    }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("note_commitment", noteCommitment)
        data.member("replacement", replacement?.description)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var replacement: AgentID?
        var note: SHA256Digest?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "note_commitment": note = try reader.digest()
            case "replacement": replacement = try reader.text("an agent id") { AgentID(utf8: $0) }
            default: throw reader.unknownMember()
            }
        }
        self.init(replacement: replacement, noteCommitment: note)
    }
}

/// Both directions.
public enum DeprecationKinds {
    /// It is given up.
    public enum Deprecated: DeprecationKind { public static let type = "agent.deprecated.v1" }
    /// It is taken up again.
    public enum Undeprecated: DeprecationKind { public static let type = "agent.undeprecated.v1" }
}

/// `agent.deprecated.v1`
public typealias AgentDeprecated = DeprecationStatement<DeprecationKinds.Deprecated>
/// `agent.undeprecated.v1`
public typealias AgentUndeprecated = DeprecationStatement<DeprecationKinds.Undeprecated>
