public import Events

/// Somebody has a user name. Refused as `nameForgotten` where the vault has forgotten the name's id.
public struct NameHolderEffect: AppendEffect {
    /// The id that stands for the name.
    public let username: UsernameID
    /// Who has it.
    public let person: PersonID

    /// States a holder.
    public init(of username: UsernameID, _ person: PersonID) {
        self.username = username
        self.person = person
    }

    public static let kind = EffectKind(
        "name_holder",
        [
            .text("username") { (effect: Self) in effect.username.hex },
            .text("person") { (effect: Self) in effect.person.hex },
        ],
        file: PackageResources.effect_name_holder_sql)

    public var claims: [EffectClaim] { [EffectClaim("username", username.hex), .person(person)] }
}
