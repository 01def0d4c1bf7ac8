public import Events

/// Stores a person's e-mail address.
public struct MailboxEffect: AppendEffect {
    /// The person.
    public let person: PersonID
    /// The e-mail address.
    public let address: String

    /// Creates the effect.
    public init(_ person: PersonID, address: String) {
        self.person = person
        self.address = address
    }

    public static let kind = EffectKind(
        "mailbox",
        [
            .text("person") { (effect: Self) in effect.person.hex },
            .text("address") { (effect: Self) in effect.address },
        ],
        file: PackageResources.effect_mailbox_sql)

    public var claims: [EffectClaim] { [.person(person)] }
}
