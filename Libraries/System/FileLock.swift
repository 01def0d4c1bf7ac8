import CLinux
import Glibc

/// An exclusive lock on a file (`flock`), held until this value is released or the process ends, even by a crash.
///
/// Unlike a process id in a file it can't be stale, and two processes can't both hold it.
public final class FileLock: Sendable {
    private let descriptor: Descriptor

    private init(_ descriptor: consuming Descriptor) {
        self.descriptor = descriptor
    }

    /// Tries to take the lock without waiting; creates the file where it is missing.
    ///
    /// - Returns: nil where another holder has the lock.
    public static func acquire(_ path: String) throws(SystemError) -> FileLock? {
        let descriptor = try Descriptor.open(path, O_RDWR | O_CREAT)
        if flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 { return FileLock(descriptor) }
        guard errno == EWOULDBLOCK else { throw SystemError("lock", path: path) }
        return nil
    }
}
