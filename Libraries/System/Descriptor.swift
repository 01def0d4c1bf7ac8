import Glibc

/// A file descriptor with one owner; it is closed when this value ends.
///
/// Opening, reading, writing and `synchronize` block the calling thread and, in a debug build, trap on a `LoopThread`.
public struct Descriptor: ~Copyable, Sendable {
    /// The descriptor's number for system calls; valid while this value lives.
    public let number: Int32

    /// Takes ownership of an open descriptor.
    public init(owning number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }

    /// Opens a file with the flags of `open(2)`; child processes do not inherit it.
    public static func open(_ path: String, _ flags: Int32, mode: UInt32 = 0o600) throws(SystemError) -> Descriptor {
        LoopThread.assertElsewhere()
        let number = unsafe Glibc.open(path, flags | O_CLOEXEC, mode_t(mode))
        guard number >= 0 else { throw SystemError("open", path: path) }
        return Descriptor(owning: number)
    }

    /// Opens a file that exists, for reading.
    public static func reading(_ path: String) throws(SystemError) -> Descriptor {
        try open(path, O_RDONLY)
    }

    /// Creates a file for writing; throws (`EEXIST`) where one exists. By default only its owner may read it.
    public static func creating(_ path: String, mode: UInt32 = 0o600) throws(SystemError) -> Descriptor {
        try open(path, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
    }

    /// Opens an existing file for appending: each write goes to the end that the file has at that moment.
    public static func appending(_ path: String) throws(SystemError) -> Descriptor {
        try open(path, O_WRONLY | O_APPEND)
    }

    /// Writes all bytes, with as many system calls as that takes; after an error a part may be written.
    public borrowing func write(_ bytes: some Collection<UInt8>) throws(SystemError) {
        guard writeAll(Array(bytes), to: number) else { throw SystemError("write") }
    }

    /// Reads at most `count` bytes from `offset`; may return fewer, and returns none at the end of the file.
    public borrowing func read(at offset: Int64, count: Int) throws(SystemError) -> [UInt8] {
        LoopThread.assertElsewhere()
        var outcome = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            repeat {
                outcome = unsafe pread(number, buffer.baseAddress, count, off_t(offset))
            } while outcome < 0 && errno == EINTR
            initialized = max(0, outcome)
        }
        guard outcome >= 0 else { throw SystemError("read") }
        return bytes
    }

    /// Forces everything written to this file to the disk (`fsync`).
    public borrowing func synchronize() throws(SystemError) {
        LoopThread.assertElsewhere()
        guard fsync(number) == 0 else { throw SystemError("fsync") }
    }

    /// Sets the size of the file: cuts it, or extends it with zeros.
    public borrowing func truncate(to size: Int64) throws(SystemError) {
        guard ftruncate(number, off_t(size)) == 0 else { throw SystemError("truncate") }
    }

    /// The size of the file in bytes.
    public borrowing func size() throws(SystemError) -> Int64 {
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw SystemError("stat") }
        return Int64(status.st_size)
    }
}

/// Writes all bytes and waits where a pipe is full; false, with `errno` set, where that fails.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    LoopThread.assertElsewhere()
    var done = 0
    while done < bytes.count {
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe Glibc.write(descriptor, buffer.baseAddress?.advanced(by: done), bytes.count - done)
        }
        if count >= 0 {
            done += count
        } else if errno == EAGAIN {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            unsafe poll(&waiting, 1, -1)
        } else if errno != EINTR {
            return false
        }
    }
    return true
}
