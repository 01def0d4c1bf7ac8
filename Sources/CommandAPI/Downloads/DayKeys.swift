import Crypto
import Events
import Synchronization
import System

/// The keys that make day tokens, a file a day, in a folder apart from database and backups.
///
/// A key is destroyed once its day has been over for a day, at most 48 hours after it began: from then on nobody can say
/// what a token of the day stood for. Fronts that share the folder use the same key.
final class DayKeys: Sendable {
    private static let keyBytes = 32

    private let folder: String
    private let keys = Mutex<[Int64: [UInt8]]>([:])

    init(_ folder: String) throws(SystemError) {
        try FileSystem.makeDirectory(folder)
        self.folder = folder
    }

    /// True where the key of a moment's day is alive at another one.
    static func isAlive(_ time: Timestamp, at now: Timestamp) -> Bool {
        let age = now.day - time.day
        return age == 0 || age == 1
    }

    /// What stands for a reader of an agent on a day: the first 16 bytes of HMAC-SHA-256(day key, reader ‖ 0 ‖ agent
    /// key).
    ///
    /// - Parameter reader: a person's id, or an address.
    func token(_ reader: String, agent: AgentKey, at time: Timestamp) throws -> DayToken {
        let message = Array(reader.utf8) + [0] + Array(agent.description.utf8)
        let code = HMACSHA256.code(key: try key(of: time.day), message: message)
        return DayToken(random: Array(code.bytes.prefix(16)))
    }

    private func path(_ day: Int64) -> String {
        "\(folder)/\(Timestamp(milliseconds: day * Timestamp.dayMilliseconds).description.prefix(10))"
    }

    private func key(of day: Int64) throws -> [UInt8] {
        try keys.withLock { keys in
            if let key = keys[day] { return key }
            let path = path(day)
            while true {
                if let key = try FileSystem.readIfThere(path, limit: 64), key.count == Self.keyBytes {
                    keys[day] = key
                    return key
                }
                // Whoever comes second reads the key of the first.
                _ = try FileSystem.create(path, with: SecureRandom.bytes(Self.keyBytes))
            }
        }
    }

    /// Destroys the keys whose time is over.
    func destroy(at now: Timestamp) throws(SystemError) {
        let today = now.day
        let kept = Set((today - 1...today + 1).map { FileSystem.name(of: path($0)) })
        keys.withLock { keys in
            keys = keys.filter { today - $0.key < 2 }
        }
        var failure: SystemError?
        for name in try FileSystem.names(in: folder) where !kept.contains(String(name.prefix(10))) {
            // Also a file beside a key that was being made: it is the same content under another name.
            let path = "\(folder)/\(name)"
            do throws(SystemError) {
                try FileSystem.overwrite(path, with: [UInt8](repeating: 0, count: Self.keyBytes))
            } catch {
                // Another program was faster, or the file is of somebody else's; what can be removed is removed.
                if !error.isNotFound { failure = failure ?? error }
            }
            do throws(SystemError) {
                try FileSystem.remove(path)
            } catch {
                failure = failure ?? error
            }
        }
        // One that stays keeps no other alive.
        if let failure { throw failure }
    }
}
