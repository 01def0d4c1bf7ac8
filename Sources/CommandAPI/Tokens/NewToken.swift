package import Contract
import Crypto
import EventLog
package import Events
import Marketplace

/// A new credential with its secret.
package struct NewToken: Sendable {
    /// Its id.
    package let id = TokenID(random: SecureRandom.bytes(16))
    /// The secret, which the owner sees once.
    package let secret = TokenSecret(random: SecureRandom.bytes(32))
    /// The time from which it permits nothing.
    package let expires: Timestamp

    /// The default validity in days.
    static let standardDays: Int64 = 90

    /// Makes a credential that is good for `days` days.
    init(days: Int64, from now: Timestamp) {
        expires = now.adding(milliseconds: days * Timestamp.dayMilliseconds)
    }

    /// The effect that stores it in the vault.
    func effect(
        of person: PersonID, named name: String, _ permissions: Permissions, under key: KeyID? = nil
    ) -> CredentialEffect {
        CredentialEffect(
            hash: secret.hash, token: id, person: person, name: name, issuedUnder: key,
            isAdministrators: permissions.scopes.contains(.admin))
    }

    /// The part of it that the issuing command needs.
    func credential(_ permissions: Permissions) -> IssueToken.NewCredential {
        IssueToken.NewCredential(
            id: id, permissions: permissions, expires: expires, nonce: SecureRandom.bytes(32))
    }

    /// The description that the owner gets with the secret.
    func body(_ permissions: Permissions, name: String) -> CredentialBody {
        CredentialBody(id: id, name: name, scopes: permissions.words, expires: expires)
    }
}
