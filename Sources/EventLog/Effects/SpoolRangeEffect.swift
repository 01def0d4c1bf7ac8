/// Records that the events of the append hold a part of a spool. Refused as `spoolMoved` where the part does not begin
/// at the spool's mark.
public struct SpoolRangeEffect: AppendEffect, Equatable {
    /// The spool.
    public let spool: SpoolID
    /// The first byte, which is the spool's mark.
    public let start: Int64
    /// The byte after the last one, which becomes the next mark.
    public let past: Int64

    /// Creates the effect for a part, which must not be empty.
    public init(_ spool: SpoolID, start: Int64, past: Int64) {
        precondition(start >= 0 && past > start, "a part of a spool is not empty")
        self.spool = spool
        self.start = start
        self.past = past
    }

    public static let kind = EffectKind(
        "spool_range",
        [
            .uuid("spool") { (effect: Self) in effect.spool.bytes }, .int8("start") { (effect: Self) in effect.start },
            .int8("past") { (effect: Self) in effect.past },
        ], isFrequent: true, file: PackageResources.effect_spool_range_sql)

    public var claims: [EffectClaim] { [EffectClaim("spool", spool.description)] }
}
