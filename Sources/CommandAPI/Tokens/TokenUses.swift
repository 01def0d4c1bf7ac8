import EventLog
import Events
import Synchronization
import System

/// Records in the vault when credentials were last used, to the minute.
final class TokenUses: Sendable {
    private static let minuteMilliseconds: Int64 = 60_000
    private static let maximumTokens = 100_000

    private let log: EventLog
    private enum Note {
        /// The use is being written.
        case underWay(Task<Bool, Never>, milliseconds: Int64)
        case done(milliseconds: Int64)
    }

    private let notes = Mutex<[TokenID: Note]>([:])

    init(_ log: EventLog) {
        self.log = log
    }

    /// Notes a use. The first use within a minute is written before its request goes on, and other requests with the
    /// token wait for that, so that the vault knows of every token in use. A failed write does not stop the request.
    func note(_ token: TokenID) async {
        let now = Host.steadyClockMilliseconds()
        let writing: Task<Bool, Never>? = notes.withLock { notes in
            switch notes[token] {
            case .underWay(let writing, _): return writing
            case .done(let last) where now - last < Self.minuteMilliseconds: return nil
            case .done, nil:
                if notes.count >= Self.maximumTokens { notes.removeAll() }
                let writing = Task { [log] in (try? await log.noteUse(of: token)) != nil }
                notes[token] = .underWay(writing, milliseconds: now)
                return writing
            }
        }
        guard let writing else { return }
        let isWritten = await writing.value
        notes.withLock { notes in
            guard case .underWay(writing, let milliseconds) = notes[token] else { return }
            // After a failed write, the next use tries again.
            notes[token] = isWritten ? .done(milliseconds: milliseconds) : nil
        }
    }
}
