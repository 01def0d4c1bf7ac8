public import Events

/// The vault forgets a person: name, address, credentials and what they flagged.
public struct ForgottenPersonEffect: AppendEffect {
    /// Who.
    public let person: PersonID

    /// Forgets somebody.
    public init(_ person: PersonID) {
        self.person = person
    }

    public static let kind = EffectKind(
        "forgotten_person", [.text("person") { (effect: Self) in effect.person.hex }],
        file: PackageResources.effect_forgotten_person_sql)

    public var claims: [EffectClaim] { [.person(person)] }
}
