public import Crypto
public import Events

/// Stores a credential's hash in the vault.
public struct CredentialEffect: AppendEffect {
    /// SHA-256 of the secret.
    public let hash: SHA256Digest
    /// The id of the credential.
    public let token: TokenID
    /// The owner.
    public let person: PersonID
    /// The name that its owner gave it.
    public let name: String
    /// The idempotency key that it was issued under; nil where there was none.
    public let issuedUnder: KeyID?
    /// True where it has the scope `admin`.
    public let isAdministrators: Bool

    /// Creates the effect.
    public init(
        hash: SHA256Digest, token: TokenID, person: PersonID, name: String, issuedUnder: KeyID? = nil,
        isAdministrators: Bool = false
    ) {
        self.hash = hash
        self.token = token
        self.person = person
        self.name = name
        self.issuedUnder = issuedUnder
        self.isAdministrators = isAdministrators
    }

    public static let kind = EffectKind(
        "credential",
        [
            .bytea("hash") { (effect: Self) in effect.hash.bytes },
            .text("token") { (effect: Self) in effect.token.hex },
            .text("person") { (effect: Self) in effect.person.hex }, .text("name") { (effect: Self) in effect.name },
            .uuid("issued_under") { (effect: Self) in effect.issuedUnder?.bytes },
            .bool("is_admin") { (effect: Self) in effect.isAdministrators },
        ], file: PackageResources.effect_credential_sql)

    public var claims: [EffectClaim] { [.person(person)] }
}

/// Marks a credential as revoked. The vault forgets it after 30 days.
public struct EndedCredentialEffect: AppendEffect {
    /// The credential that is revoked.
    public let token: TokenID

    /// Creates the effect for a credential.
    public init(_ token: TokenID) {
        self.token = token
    }

    public static let kind = EffectKind(
        "ended_credential", [.text("token") { (effect: Self) in effect.token.hex }],
        file: PackageResources.effect_ended_credential_sql)
}
