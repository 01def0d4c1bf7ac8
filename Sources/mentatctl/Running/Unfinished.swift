import Crypto
import Synchronization
import System

/// Folders that are worth nothing unless what makes them ends well. Those of a program that was killed are removed by the
/// next one.
enum Unfinished {
    private static let folders = Mutex<Set<String>>([])

    /// Makes a folder of its own below another one, gives it to `body`, and removes what is left of it then.
    static func folder<Value>(in parent: String, _ body: (String) async throws -> Value) async throws -> Value {
        let path = "\(parent)/\(Hex.encode(SecureRandom.bytes(8)))"
        try FileSystem.makeDirectory(path)
        folders.withLock { _ = $0.insert(path) }
        defer {
            folders.withLock { _ = $0.remove(path) }
            try? FileSystem.removeTree(path)
        }
        return try await body(path)
    }

    /// Removes all of them at once, since the program is about to end.
    static func discardAll() {
        for path in folders.withLock({ $0 }) { try? FileSystem.removeTree(path) }
    }
}
