public import Events

/// The vault forgets a person: name, address, credentials and what they flagged.
public struct ForgottenPersonEffect: AppendEffect {
    /// Who.
    public let person: PersonID
    /// How many roles they have and lay down. Refused as `rolesMoved` where they have another number.
    public let roles: Int

    /// Forgets somebody.
    public init(_ person: PersonID, roles: Int) {
        self.person = person
        self.roles = roles
    }

    public static let kind = EffectKind(
        "forgotten_person",
        [
            .text("person") { (effect: Self) in effect.person.hex },
            .int8("roles") { (effect: Self) in Int64(effect.roles) },
        ],
        file: PackageResources.effect_forgotten_person_sql)

    public var claims: [EffectClaim] { [.person(person)] }
}
