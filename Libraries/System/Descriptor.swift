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
        let block = Array(bytes)
        var done = 0
        while done < block.count {
            let count = unsafe block.withUnsafeBytes { buffer in
                unsafe Glibc.write(number, buffer.baseAddress?.advanced(by: done), block.count - done)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw SystemError("write")
            }
            done += count
        }
    }

    /// Reads at most `count` bytes from `offset`; an empty answer is the end of the file.
    public borrowing func read(at offset: Int64, count: Int) throws(SystemError) -> [UInt8] {
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
