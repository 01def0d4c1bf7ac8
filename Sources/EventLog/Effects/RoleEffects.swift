public import Events

/// Somebody has a role on an agent or in a namespace.
public struct GainedRoleEffect: AppendEffect {
    /// Who.
    public let person: PersonID
    /// The stream of the agent or namespace.
    public let stream: StreamName

    /// States it.
    public init(_ person: PersonID, on stream: StreamName) {
        self.person = person
        self.stream = stream
    }

    public static let kind = EffectKind(
        "gained_role",
        [
            .text("person") { (effect: Self) in effect.person.hex },
            .text("stream") { (effect: Self) in effect.stream.description },
        ],
        file: PackageResources.effect_gained_role_sql)

    // Leaving counts the roles of a person.
    public var claims: [EffectClaim] { [.person(person)] }
}

/// Somebody has no role on an agent or in a namespace any more.
public struct LostRoleEffect: AppendEffect {
    /// Who.
    public let person: PersonID
    /// The stream of the agent or namespace.
    public let stream: StreamName

    /// States it.
    public init(_ person: PersonID, on stream: StreamName) {
        self.person = person
        self.stream = stream
    }

    public static let kind = EffectKind(
        "lost_role",
        [
            .text("person") { (effect: Self) in effect.person.hex },
            .text("stream") { (effect: Self) in effect.stream.description },
        ],
        file: PackageResources.effect_lost_role_sql)

    public var claims: [EffectClaim] { [.person(person)] }
}
