import Glibc

/// A failed system call: the operation, the path and the value of `errno`.
public struct SystemError: Error, Sendable, CustomStringConvertible {
    /// The value of `errno`.
    public let code: Int32
    /// The operation as a verb: `open`, `rename`, `lock`.
    public let operation: String
    /// The file or folder concerned; empty where there is none.
    public let path: String

    /// Describes a failed call, with the current `errno` unless a code is given.
    public init(_ operation: String, path: String = "", code: Int32? = nil) {
        self.code = code ?? errno
        self.operation = operation
        self.path = path
    }

    /// True where the file or folder does not exist.
    public var isNotFound: Bool { code == ENOENT }
    /// True where another socket already uses the address.
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
