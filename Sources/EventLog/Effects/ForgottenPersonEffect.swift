public import Events

/// Deletes the vault's data about a person: name, e-mail address, invitations, credentials, and which flags they
/// raised. The notes of those flags are erased later, at a random time within 7 days.
public struct ForgottenPersonEffect: AppendEffect {
    /// The person.
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
