import EventLog
import Events
import Synchronization
import System

/// Remembers in the vault when credentials were last used, to the minute.
final class TokenUses: Sendable {
    private static let minuteMilliseconds: Int64 = 60_000
    private static let maximumTokens = 100_000

    private let log: EventLog
    private let noted = Mutex<[TokenID: Int64]>([:])

    init(_ log: EventLog) {
        self.log = log
    }

    /// Notes a use; the first one within a minute is written down before the request goes on, so that a token which
    /// has done anything is known to be in use.
    func note(_ token: TokenID) async {
        let now = Host.steadyClockMilliseconds()
        let isDue = noted.withLock { noted in
            if let last = noted[token], now - last < Self.minuteMilliseconds { return false }
            if noted.count >= Self.maximumTokens { noted.removeAll() }
            noted[token] = now
            return true
        }
        guard isDue else { return }
        do {
            try await log.noteUse(of: token)
        } catch {
            // A use that is not written down is noted again by the next one.
            noted.withLock { $0[token] = nil }
        }
    }
}
