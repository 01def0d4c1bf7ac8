package import Contract
import Crypto
import EventLog
package import Events
import Marketplace

/// A credential on its way to its owner.
package struct NewToken: Sendable {
    /// Which it is.
    package let id = TokenID(random: SecureRandom.bytes(16))
    /// What its owner gets to see once.
    package let secret = TokenSecret(random: SecureRandom.bytes(32))
    /// From when on it permits nothing.
    package let expires: Timestamp

    /// How long a credential is good where nobody says otherwise.
    static let standardDays: Int64 = 90

    /// Makes one that is good for so many days.
    init(days: Int64, from now: Timestamp) {
        expires = now.adding(milliseconds: days * Timestamp.dayMilliseconds)
    }

    /// What the vault keeps of it.
    func effect(
        of person: PersonID, named name: String, _ permissions: Permissions, under key: KeyID? = nil
    ) -> CredentialEffect {
        CredentialEffect(
            hash: secret.hash, token: id, person: person, name: name, issuedUnder: key,
            isAdministrators: permissions.scopes.contains(.admin))
    }

    /// The same for a command that issues it.
    func credential(_ permissions: Permissions) -> IssueToken.NewCredential {
        IssueToken.NewCredential(
            id: id, permissions: permissions, expires: expires, nonce: SecureRandom.bytes(32))
    }

    /// What its owner is told besides the secret.
    func body(_ permissions: Permissions, name: String) -> CredentialBody {
        CredentialBody(id: id, name: name, scopes: permissions.words, expires: expires)
    }
}
