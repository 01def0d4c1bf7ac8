import Crypto
import EventLog
import Events
import Logging
import Marketplace

/// Appends flags from the vault to the log, and erases the notes of flags whose reporters have left.
///
/// Twice within the delay, what has waited for half of it goes together and shuffled, each flag in a batch of its own: the
/// log tells neither when one was raised nor what was raised beside it.
struct FlagDrain: Sendable {
    private static let atOnce = 500

    let handler: CommandHandler
    let delayMilliseconds: Int64
    let lines: Log

    /// Runs until the task is cancelled. Flags that still wait then are appended after the next start.
    func run() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(delayMilliseconds / 2))
            do {
                try await tell()
                try await erase()
            } catch {
                if !Task.isCancelled { lines.warning("flags can't be told to the log", ["error": "\(error)"]) }
            }
        }
    }

    private func tell() async throws {
        let waited = handler.now().adding(milliseconds: -delayMilliseconds / 2)
        while true {
            let waiting = try await handler.log.pendingFlags(raisedBy: waited, limit: Self.atOnce)
            for flag in waiting {
                let words = flag.words.map { Content(WordsContent(text: $0), nonce: SecureRandom.bytes(32)) }
                let command = StateFlag(
                    flag: flag.id, about: Content(flag.about, nonce: SecureRandom.bytes(32)), words: words)
                try await handler.append(CommandAttempt(command: command, effects: [ToldFlagEffect(flag.id)]))
            }
            guard waiting.count == Self.atOnce else { return }
        }
    }

    private func erase() async throws {
        for flag in try await handler.log.dueFlagErasures(limit: Self.atOnce) {
            // What waits for the log has lost its words already.
            guard try await !handler.log.isPending(flag) else { continue }
            let command = EraseFlagWords(flag: flag)
            try await handler.append(CommandAttempt(command: command, effects: [ErasedFlagEffect(flag)]))
        }
    }
}
