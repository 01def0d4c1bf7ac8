import Crypto
import Synchronization
import System

/// Temporary folders. Each is removed when the work in it ends, or when `cancel` ends the program. Those of a killed
/// program stay; `InstalledAgents.sweep` deletes the ones below its own folder.
package enum Unfinished {
    private struct State {
        var folders: Set<String> = []
        var isCancelled = false
    }

    private static let state = Mutex(State())

    /// Makes a folder of its own below another one, gives it to `body`, and removes what is left of it then.
    package static func folder<Value>(in parent: String, _ body: (String) async throws -> Value) async throws -> Value {
        let path = "\(parent)/\(Hex.encode(SecureRandom.bytes(8)))"
        try FileSystem.makeDirectory(path)
        state.withLock { _ = $0.folders.insert(path) }
        defer {
            state.withLock { _ = $0.folders.remove(path) }
            try? FileSystem.removeTree(path)
        }
        return try await body(path)
    }

    /// Runs `body`, which must not be cut off: `cancel` waits for its end.
    ///
    /// - Throws: `CancellationError` without running `body` after `cancel`; else what `body` throws.
    package static func whole(_ body: () throws -> Void) throws {
        try state.withLock { state in
            guard !state.isCancelled else { throw CancellationError() }
            try body()
        }
    }

    /// Removes all folders, since the program is about to end.
    package static func cancel() {
        let folders = state.withLock { state in
            state.isCancelled = true
            return state.folders
        }
        for path in folders { try? FileSystem.removeTree(path) }
    }

    /// Blocks for good after `cancel`, until the program ends, so that a command that fails meanwhile prints nothing.
    package static func waitIfCancelled() {
        while state.withLock({ $0.isCancelled }) { pauseThread(milliseconds: 100) }
    }
}
