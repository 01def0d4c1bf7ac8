import Contract
import Crypto
import Events
import HTTPClient
import RegistryClient
import System

/// Renews the stored token before it expires, so that a user does not lose access on its last day.
struct TokenRenewal {
    /// A token with fewer days left is renewed.
    private static let dueDays: Int64 = 30
    private static let lockTries = 200
    private static let lockPauseMilliseconds = 50

    let settings: Settings
    let console: Console
    let registry: (_ token: String) throws -> RegistryClient

    /// The token to use with a registry: the stored one, or the one that replaces it now.
    ///
    /// One process at a time renews, and others wait for it, since the old token is revoked. Where the renewal fails,
    /// it prints a warning and the command continues with the old token. The key of a renewal is stored before the
    /// request is sent, so that a later command repeats a renewal whose answer was lost, instead of starting another
    /// one.
    func current(_ origin: String) async throws -> String? {
        guard let kept = try settings.keptToken(for: origin) else { return nil }
        guard kept.renews, isDue(kept), let lock = try await lock() else { return kept.token }
        defer { withExtendedLifetime(lock) {} }
        // Another process may have renewed it before the lock was free.
        guard var old = try settings.keptToken(for: origin), old.token == kept.token else {
            return try settings.keptToken(for: origin)?.token
        }
        do {
            let key = old.renewal ?? "mentatctl-renewal-\(Hex.encode(SecureRandom.bytes(16)))"
            old.renewal = key
            try settings.keep(old, for: origin)
            let answer = try await registry(old.token).send(
                Endpoints.renewToken, NoParameters(), Renewal(), idempotencyKey: key)
            let new = Settings.KeptToken(
                answer.value.token, user: old.user, expires: answer.value.credential.expires,
                scopes: answer.value.credential.scopes)
            try settings.keep(new, for: origin)
            console.note("the token for \(origin) was renewed and is good until \(answer.value.credential.expires)")
            return new.token
        } catch  where error is Failure || error is HTTPClientError {
            let failure = Failure(error)
            if failure.exit == .authentication || failure.code == ProblemCode.tokenInUse.rawValue {
                // The same request would fail again, so a later command starts another renewal.
                old.renewal = nil
                try settings.keep(old, for: origin)
            }
            let until = old.expires.map { "; it is good until \($0)" } ?? ""
            console.warn("the token for \(origin) could not be renewed: \(failure.message)\(until)")
            return old.token
        }
    }

    /// The lock; nil where another process holds it for more than 10 s.
    private func lock() async throws -> FileLock? {
        for _ in 0..<Self.lockTries {
            if let lock = try settings.lockCredentials() { return lock }
            try await Task.sleep(for: .milliseconds(Self.lockPauseMilliseconds))
        }
        return nil
    }

    private func isDue(_ token: Settings.KeptToken) -> Bool {
        guard let expires = token.expires else { return false }
        return expires.milliseconds - Host.wallClockMilliseconds() < Self.dueDays * Timestamp.dayMilliseconds
    }
}
