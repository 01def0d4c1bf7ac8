public import Crypto

/// An event names a file, which has to be leased; the sweep leaves it alone from then on. Refused as `artifactUnleased`.
public struct ArtifactEffect: AppendEffect {
    /// The digest of its bytes.
    public let sha256: SHA256Digest

    /// Names a file.
    public init(_ sha256: SHA256Digest) {
        self.sha256 = sha256
    }

    public static let kind = EffectKind(
        "artifact", [.bytea("sha256") { (effect: Self) in effect.sha256.bytes }],
        file: PackageResources.effect_artifact_sql)
}
