public import Events

/// Records which person has a user name. Refused as `nameForgotten` where the vault has forgotten the name's id.
public struct NameHolderEffect: AppendEffect {
    /// The id of the claim on the name.
    public let username: UsernameID
    /// The person who has it.
    public let person: PersonID

    /// Creates the effect.
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
