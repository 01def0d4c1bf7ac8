import Contract
import Crypto
import Events
import RegistryClient
import System

/// Renews the token in the file of credentials before it expires, so that nobody is locked out on its last day.
struct TokenRenewal {
    /// A token with fewer days left is renewed.
    private static let dueDays: Int64 = 30
    private static let lockTries = 200
    private static let lockPauseMilliseconds = 50

    let settings: Settings
    let console: Console
    let registry: (_ token: String) -> RegistryClient

    /// The token to use with a registry: the one that is kept, or the one that takes its place now.
    ///
    /// One process at a time renews, and others wait for it, since the old token ends. What fails is said, and the command goes
    /// on: the old token is good until it expires. The key of a renewal is written down before it is sent, so that one
    /// whose answer was lost is repeated and not begun anew.
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
        } catch let failure as Failure {
            if failure.exit == .authentication || failure.code == ProblemCode.tokenInUse.rawValue {
                // Asking the same again would not help; a later command begins another renewal.
                old.renewal = nil
                try settings.keep(old, for: origin)
            }
            let until = old.expires.map { "; it is good until \($0)" } ?? ""
            console.warn("the token for \(origin) could not be renewed: \(failure.message)\(until)")
            return old.token
        }
    }

    /// The lock; nil where another process has it for long.
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
