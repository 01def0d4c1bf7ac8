import Crypto
public import Events

/// Counts towards a limit of a day, in UTC. Refused as `dailyShareTaken` where the limit is reached.
public struct DailyShareEffect: AppendEffect {
    private let subject: [UInt8]
    private let day: Day
    private let most: Int

    /// Creates the effect.
    ///
    /// - Parameters:
    ///   - subject: what is counted, such as the name of a stream. The vault keeps half of its SHA-256, for two days.
    ///   - most: how many the day has, 1 or more.
    public init(of subject: String, on day: Day, most: Int) {
        self.subject = Array(SHA256Digest(of: Array(subject.utf8)).bytes[..<16])
        self.day = day
        self.most = most
    }

    public static let kind = EffectKind(
        "daily_share",
        [
            .uuid("subject") { (effect: Self) in effect.subject }, .int8("day") { (effect: Self) in effect.day.number },
            .int8("most") { (effect: Self) in Int64(effect.most) },
        ], isFrequent: true, file: PackageResources.effect_daily_share_sql)

    public var claims: [EffectClaim] { [EffectClaim("daily-share", "\(subject)")] }
}
