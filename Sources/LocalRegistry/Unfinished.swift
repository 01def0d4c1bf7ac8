import Crypto
import Synchronization
import System

/// Folders that are worth nothing unless what makes them ends well. Those of a program that was killed are removed by the
/// next one.
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

    /// Does what has to be whole: while it runs nothing is cancelled, and after that it is not begun.
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

    /// Waits for the end where the program was cancelled; a command that fails meanwhile prints nothing.
    package static func waitIfCancelled() {
        while state.withLock({ $0.isCancelled }) { pauseThread(milliseconds: 100) }
    }
}
