public import Events

/// Stores a flag in the vault, where it waits for its append to the log.
public struct PendingFlagEffect: AppendEffect {
    /// The id for the reporter and the target.
    public let id: FlagID
    /// The target and the reason.
    public let about: TargetContent
    /// A note for the moderators; nil where there is none.
    public let words: String?
    /// When the reporter raised it.
    public let raised: Timestamp

    /// Creates the effect.
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

/// Removes a flag from those that wait, since the log has it.
public struct ToldFlagEffect: AppendEffect {
    /// The flag.
    public let id: FlagID

    /// Creates the effect for a flag.
    public init(_ id: FlagID) {
        self.id = id
    }

    public static let kind = EffectKind(
        "told_flag", [.text("id") { (effect: Self) in effect.id.hex }],
        file: PackageResources.effect_told_flag_sql)

    public var claims: [EffectClaim] { [.flag(id)] }
}

/// Removes a flag from those whose note has to be erased, since it is erased.
public struct ErasedFlagEffect: AppendEffect {
    /// The flag.
    public let id: FlagID

    /// Creates the effect for a flag.
    public init(_ id: FlagID) {
        self.id = id
    }

    public static let kind = EffectKind(
        "erased_flag", [.text("id") { (effect: Self) in effect.id.hex }],
        file: PackageResources.effect_erased_flag_sql)

    public var claims: [EffectClaim] { [.flag(id)] }
}
