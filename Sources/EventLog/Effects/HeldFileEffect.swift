public import Crypto
public import Events

/// A hold as malware names a package or module, which nobody may publish again.
public struct HeldFileEffect: AppendEffect {
    /// The file.
    public let sha256: SHA256Digest
    /// The agent that is held.
    public let key: AgentKey
    /// The precedence of the version that is held; empty for all versions.
    public let precedence: [UInt8]

    /// States that a hold names a file.
    public init(_ sha256: SHA256Digest, of key: AgentKey, precedence: [UInt8]) {
        self.sha256 = sha256
        self.key = key
        self.precedence = precedence
    }

    public static let kind = EffectKind(
        "held_file",
        [
            .bytea("sha256") { (effect: Self) in effect.sha256.bytes },
            .text("key") { (effect: Self) in effect.key.description },
            .bytea("precedence") { (effect: Self) in effect.precedence },
        ],
        file: PackageResources.effect_held_file_sql)

    public var claims: [EffectClaim] { [.file(sha256)] }
}

/// A hold names no files any more, or others.
public struct ReleasedFilesEffect: AppendEffect {
    /// The agent.
    public let key: AgentKey
    /// The precedence of the version; empty for all versions.
    public let precedence: [UInt8]

    /// States that what a hold named is released.
    public init(of key: AgentKey, precedence: [UInt8]) {
        self.key = key
        self.precedence = precedence
    }

    public static let kind = EffectKind(
        "released_files",
        [
            .text("key") { (effect: Self) in effect.key.description },
            .bytea("precedence") { (effect: Self) in effect.precedence },
        ],
        file: PackageResources.effect_released_files_sql)
}
