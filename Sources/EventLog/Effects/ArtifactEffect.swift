public import Crypto
public import Events

/// Records that an event names a file, which has to be leased. From then on the sweep does not delete the file.
///
/// Refused as `artifactUnleased`, or as `artifactHeld` where moderators hold it as malware.
public struct ArtifactEffect: AppendEffect {
    /// The digest of its bytes.
    public let sha256: SHA256Digest

    /// Creates the effect for a file.
    public init(_ artifact: Artifact) {
        sha256 = artifact.sha256
    }

    public static let kind = EffectKind(
        "artifact", [.bytea("sha256") { (effect: Self) in effect.sha256.bytes }],
        isFrequent: true, file: PackageResources.effect_artifact_sql)

    public var claims: [EffectClaim] { [.file(sha256)] }
}

/// A file was removed: if its bytes come back by an upload that is refused, the sweep takes them.
public struct RemovedArtifactEffect: AppendEffect {
    /// The digest of its bytes.
    public let sha256: SHA256Digest

    /// Names a file.
    public init(_ sha256: SHA256Digest) {
        self.sha256 = sha256
    }

    public static let kind = EffectKind(
        "removed_artifact", [.bytea("sha256") { (effect: Self) in effect.sha256.bytes }],
        file: PackageResources.effect_removed_artifact_sql)

    public var claims: [EffectClaim] { [.file(sha256)] }
}
