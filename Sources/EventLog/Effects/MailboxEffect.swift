public import Events

/// Somebody has an e-mail address.
public struct MailboxEffect: AppendEffect {
    /// Who.
    public let person: PersonID
    /// Where they read their mail.
    public let address: String

    /// States an address.
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
