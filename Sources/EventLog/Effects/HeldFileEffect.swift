import Crypto
public import Events

/// Records that a hold as malware names a package or module, so that nobody can publish it again.
public struct HeldFileEffect: AppendEffect {
    /// The file and the hold.
    public let file: DerivedVault.HeldFile

    /// Creates the effect.
    public init(_ file: DerivedVault.HeldFile) {
        self.file = file
    }

    public static let kind = EffectKind(
        "held_file",
        [
            .bytea("sha256") { (effect: Self) in effect.file.sha256.bytes },
            .text("key") { (effect: Self) in effect.file.key.description },
            .bytea("precedence") { (effect: Self) in effect.file.precedence },
        ],
        file: PackageResources.effect_held_file_sql)

    public var claims: [EffectClaim] { [.file(file.sha256)] }
}

/// Releases all files that a hold names. An append that changes a hold records the files it names then as
/// `HeldFileEffect`.
public struct ReleasedFilesEffect: AppendEffect {
    /// The agent.
    public let key: AgentKey
    /// The precedence of the version; empty for all versions.
    public let precedence: [UInt8]

    /// Creates the effect.
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
