import CLinux
import Glibc

/// A lock on a file that the kernel takes back when the process ends, however it ends.
///
/// Unlike a process id in a file it can't be stale, and two programs can't both hold it.
public final class FileLock: Sendable {
    private let descriptor: Descriptor

    private init(_ descriptor: consuming Descriptor) {
        self.descriptor = descriptor
    }

    /// Takes the lock, making the file where it is missing; nil where another process holds it.
    public static func acquire(_ path: String) throws(SystemError) -> FileLock? {
        let descriptor = try Descriptor.open(path, O_RDWR | O_CREAT)
        if flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 { return FileLock(descriptor) }
        guard errno == EWOULDBLOCK else { throw SystemError("lock", path: path) }
        return nil
    }
}
