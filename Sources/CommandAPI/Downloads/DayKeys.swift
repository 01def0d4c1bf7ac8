import Crypto
import Events
import Synchronization
import System

/// The keys that turn readers into day tokens: one file a day, in a folder apart from database and backups.
///
/// A file holds 32 bytes of key and 16 bytes of its domain, an id that entries name: tokens of two domains can't be
/// compared. `destroy` removes a key once 48 hours have passed since its day began. From then on nobody can find out
/// which reader a token of that day stands for. Fronts that share the folder use the same key.
final class DayKeys: Sendable {
    private static let keyBytes = 32
    private static let fileBytes = keyBytes + 16

    private struct Key {
        let domain: ReaderDomain
        let secret: [UInt8]

        init(_ bytes: [UInt8]) {
            secret = Array(bytes[..<keyBytes])
            domain = ReaderDomain(random: Array(bytes[keyBytes...]))
        }
    }

    private let folder: String
    private let keys = Mutex<[Day: Key]>([:])

    init(_ folder: String) throws(SystemError) {
        try FileSystem.makeDirectory(folder)
        self.folder = folder
    }

    /// True where the key of the day of `time` still exists at `now`.
    static func isAlive(_ time: Timestamp, at now: Timestamp) -> Bool {
        let age = now.day.number - time.day.number
        return age == 0 || age == 1
    }

    /// The token that stands for a reader of an agent on a day: the first 16 bytes of HMAC-SHA-256(day key, reader ‖ 0
    /// ‖ agent key). Returned with the domain of the key.
    ///
    /// - Parameters:
    ///   - reader: a person's id, or a network.
    ///   - sender: the account that reports its own readers; nil for readers of this front. Reported readers are hashed
    ///     under HMAC-SHA-256(day key, sender) in place of the day key, so that no account can find out the token of
    ///     another front's reader.
    func token(
        _ reader: String, agent: AgentKey, at time: Timestamp, sender: PersonID? = nil
    ) throws -> (domain: ReaderDomain, token: DayToken) {
        let key = try key(of: time.day)
        let secret = sender.map { HMACSHA256.code(key: key.secret, message: Array($0.hex.utf8)).bytes } ?? key.secret
        let message = Array(reader.utf8) + [0] + Array(agent.description.utf8)
        let code = HMACSHA256.code(key: secret, message: message)
        return (key.domain, DayToken(random: Array(code.bytes.prefix(16))))
    }

    private func path(_ day: Day) -> String { "\(folder)/\(day)" }

    private func key(of day: Day) throws -> Key {
        try keys.withLock { keys in
            if let key = keys[day] { return key }
            let path = path(day)
            while true {
                if let bytes = try FileSystem.readIfThere(path, limit: 64), bytes.count == Self.fileBytes {
                    let key = Key(bytes)
                    keys[day] = key
                    return key
                }
                // Where two programs create it at the same time, the second reads the key of the first.
                _ = try FileSystem.create(path, with: SecureRandom.bytes(Self.fileBytes))
            }
        }
    }

    /// Destroys the keys of days before yesterday.
    func destroy(at now: Timestamp) throws(SystemError) {
        let today = now.day
        let kept = Set((-1...1).map { FileSystem.name(of: path(today.adding(days: $0))) })
        keys.withLock { keys in
            keys = keys.filter { today.number - $0.key.number < 2 }
        }
        var failure: SystemError?
        for name in try FileSystem.names(in: folder) where !kept.contains(String(name.prefix(10))) {
            // This includes a temporary file of a key that was being created: it has the same content under another
            // name.
            let path = "\(folder)/\(name)"
            do throws(SystemError) {
                try FileSystem.overwrite(path, with: [UInt8](repeating: 0, count: Self.fileBytes))
            } catch {
                // Another program was faster, or the file belongs to another user; it is removed below where that is
                // possible.
                if !error.isNotFound { failure = failure ?? error }
            }
            do throws(SystemError) {
                try FileSystem.remove(path)
            } catch {
                failure = failure ?? error
            }
        }
        // Thrown at the end, so that a file that stays does not stop the others from being destroyed.
        if let failure { throw failure }
    }
}
