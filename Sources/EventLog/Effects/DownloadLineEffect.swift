/// Records that the events of the append hold a line of another server's download report. Refused as `lineTaken` where
/// an earlier append held it.
public struct DownloadLineEffect: AppendEffect {
    /// The line.
    public let line: LineID

    /// Creates the effect for a line.
    public init(_ line: LineID) {
        self.line = line
    }

    public static let kind = EffectKind(
        "download_line", [.uuid("line") { (effect: Self) in effect.line.bytes }],
        isFrequent: true, file: PackageResources.effect_download_line_sql)

    public var claims: [EffectClaim] { [EffectClaim("line", line.description)] }
}
