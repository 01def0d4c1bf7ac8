import Glibc

/// A refused system call: what was tried, on which path, and the `errno` that came back.
public struct SystemError: Error, Sendable, CustomStringConvertible {
    /// The value of `errno`.
    public let code: Int32
    /// What was tried, as a verb: `open`, `rename`, `lock`.
    public let operation: String
    /// The file or folder concerned; empty where there is none.
    public let path: String

    /// Takes `errno` as it stands unless a code is given.
    public init(_ operation: String, path: String = "", code: Int32? = nil) {
        self.code = code ?? errno
        self.operation = operation
        self.path = path
    }

    /// True where the file or folder does not exist.
    public var isNotFound: Bool { code == ENOENT }
    /// True where another program has the address.
    public var isAddressInUse: Bool { code == EADDRINUSE }
    /// True where the disk or a quota is full.
    public var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT }

    /// True where this process or the machine has no descriptor left.
    public var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }

    public var description: String {
        let reason = unsafe String(cString: strerror(code))
        return path.isEmpty ? "\(operation): \(reason)" : "\(operation) \(path): \(reason)"
    }
}
