import Events

/// Records in the vault that somebody has a role on an agent or in a namespace.
public struct GainedRoleEffect: AppendEffect {
    /// The role.
    public let role: DerivedVault.HeldRole

    /// Creates the effect.
    public init(_ role: DerivedVault.HeldRole) {
        self.role = role
    }

    public static let kind = EffectKind(
        "gained_role", EffectKind.Column.role { (effect: Self) in effect.role },
        isFrequent: true, file: PackageResources.effect_gained_role_sql)

    public var claims: [EffectClaim] { role.claims }
}

/// Records in the vault that somebody has no role on an agent or in a namespace any more.
public struct LostRoleEffect: AppendEffect {
    /// The role that ended.
    public let role: DerivedVault.HeldRole

    /// Creates the effect.
    public init(_ role: DerivedVault.HeldRole) {
        self.role = role
    }

    public static let kind = EffectKind(
        "lost_role", EffectKind.Column.role { (effect: Self) in effect.role },
        file: PackageResources.effect_lost_role_sql)

    public var claims: [EffectClaim] { role.claims }
}

extension EffectKind.Column {
    /// The columns of a role.
    fileprivate static func role<Effect: AppendEffect>(
        _ value: @escaping @Sendable (Effect) -> DerivedVault.HeldRole
    ) -> [EffectKind.Column] {
        [
            .text("person") { (effect: Effect) in value(effect).person.hex },
            .text("stream") { (effect: Effect) in value(effect).stream.description },
        ]
    }
}

extension DerivedVault.HeldRole {
    /// The account erasure counts the roles of a person, so a batch changes them for one command alone.
    fileprivate var claims: [EffectClaim] { [.person(person)] }
}
