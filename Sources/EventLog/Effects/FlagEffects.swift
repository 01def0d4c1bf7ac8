public import Events

/// A flag waits in the vault for its way into the log.
public struct PendingFlagEffect: AppendEffect {
    /// The id that stands for reporter and target.
    public let id: FlagID
    /// What it is about, and why.
    public let about: TargetContent
    /// A few words for the moderators; nil where there are none.
    public let words: String?
    /// When it was raised.
    public let raised: Timestamp

    /// States a flag.
    public init(_ id: FlagID, about: TargetContent, words: String?, raised: Timestamp) {
        self.id = id
        self.about = about
        self.words = words
        self.raised = raised
    }

    public static let kind = EffectKind(
        "pending_flag",
        [
            .text("id") { (effect: Self) in effect.id.hex },
            .text("about") { (effect: Self) in effect.about.target.kind.rawValue },
            .text("target") { (effect: Self) in effect.about.target.description },
            .text("reason") { (effect: Self) in effect.about.reason.rawValue },
            .text("words") { (effect: Self) in effect.words ?? "" },
            .int8("raised") { (effect: Self) in effect.raised.milliseconds },
        ],
        file: PackageResources.effect_pending_flag_sql)

    public var claims: [EffectClaim] { [.flag(id)] }
}

/// A flag is in the log, and waits no more.
public struct ToldFlagEffect: AppendEffect {
    /// Which.
    public let id: FlagID

    /// States it.
    public init(_ id: FlagID) {
        self.id = id
    }

    public static let kind = EffectKind(
        "told_flag", [.text("id") { (effect: Self) in effect.id.hex }],
        file: PackageResources.effect_told_flag_sql)

    public var claims: [EffectClaim] { [.flag(id)] }
}

/// The words of a flag are erased; nothing is left to do about it.
public struct ErasedFlagEffect: AppendEffect {
    /// Which.
    public let id: FlagID

    /// States it.
    public init(_ id: FlagID) {
        self.id = id
    }

    public static let kind = EffectKind(
        "erased_flag", [.text("id") { (effect: Self) in effect.id.hex }],
        file: PackageResources.effect_erased_flag_sql)

    public var claims: [EffectClaim] { [.flag(id)] }
}
