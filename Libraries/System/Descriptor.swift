import Glibc

/// A file descriptor with one owner, closed when the owner lets go of it.
public struct Descriptor: ~Copyable, Sendable {
    /// The number the kernel knows it by; valid while this value lives.
    public let number: Int32

    /// Takes ownership of an open descriptor.
    public init(owning number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }

    /// Opens a file, never inherited by child processes.
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

    /// Makes a file that does not exist yet, for writing; without a mode it is its owner's alone.
    public static func creating(_ path: String, mode: UInt32 = 0o600) throws(SystemError) -> Descriptor {
        try open(path, O_WRONLY | O_CREAT | O_EXCL, mode: mode)
    }

    /// Opens a file that exists, for writing at its end, wherever that is by then.
    public static func appending(_ path: String) throws(SystemError) -> Descriptor {
        try open(path, O_WRONLY | O_APPEND)
    }

    /// Writes all bytes, however many calls that takes.
    public borrowing func write(_ bytes: some Collection<UInt8>) throws(SystemError) {
        guard writeAll(Array(bytes), to: number) else { throw SystemError("write") }
    }

    /// Reads at most `count` bytes from `offset`; an empty answer is the end of the file.
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

    /// Forces what was written to the disk (`fsync`).
    public borrowing func synchronize() throws(SystemError) {
        LoopThread.assertElsewhere()
        guard fsync(number) == 0 else { throw SystemError("fsync") }
    }

    /// Cuts the file to a size.
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

/// Writes all bytes, however many calls that takes, and waits where a pipe takes no more; false, with `errno`, where
/// that fails.
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
