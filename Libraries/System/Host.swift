import Glibc

/// The process and the machine that the program runs on.
public enum Host {
    /// A user of this machine.
    public struct User: Sendable {
        /// Numeric user id.
        public let id: UInt32
        /// Numeric id of the user's first group.
        public let group: UInt32
        let name: String
        let home: String
    }

    /// The id of this process.
    public static var processID: Int32 { getpid() }
    /// The name of this machine, at most 64 bytes.
    public static var name: String {
        var buffer = [CChar](repeating: 0, count: 65)
        guard unsafe gethostname(&buffer, 64) == 0 else { return "unknown" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    /// The numeric id of the effective user of this process.
    public static var userID: UInt32 { geteuid() }

    /// Looks up a user by name; nil where there is none.
    public static func user(named name: String) -> User? {
        guard let entry = unsafe getpwnam(name) else { return nil }
        return unsafe User(
            id: entry.pointee.pw_uid, group: entry.pointee.pw_gid, name: name,
            home: String(cString: entry.pointee.pw_dir))
    }

    /// Gives the rights of root up for good: all threads of this process go on as another user, with that user's groups and
    /// home folder.
    ///
    /// Call it before other threads read the environment.
    ///
    /// - Throws: `SystemError` where this process is not root's, or could become root again.
    public static func become(_ user: User) throws(SystemError) {
        guard unsafe initgroups(user.name, user.group) == 0 else { throw SystemError("initgroups", path: user.name) }
        // Called by root, these set the saved ids as well.
        guard setgid(user.group) == 0, setuid(user.id) == 0 else { throw SystemError("setuid", path: user.name) }
        guard setuid(0) != 0, setgid(0) != 0, getuid() == user.id else {
            throw SystemError("setuid", path: user.name, code: EPERM)
        }
        for (name, value) in [("HOME", user.home), ("USER", user.name), ("LOGNAME", user.name)] {
            unsafe setenv(name, value, 1)
        }
    }

    /// An environment variable; an empty one counts as absent.
    public static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// Milliseconds for which processors have worked for the calling thread.
    public static func threadProcessorMilliseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Milliseconds since 1970, from the wall clock, which may jump.
    public static func wallClockMilliseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Milliseconds since an unspecified moment, from the monotonic clock, which never jumps.
    public static func steadyClockMilliseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Nanoseconds since an unspecified moment, from the monotonic clock, which never jumps.
    public static func steadyClockNanoseconds() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// Physical memory of the machine in bytes.
    public static var memoryBytes: Int64 {
        Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Sets the process's limit of open descriptors to the hard limit, at most 1,048,576.
    ///
    /// - Returns: the new limit; 1,024 where the current one can't be read.
    public static func raiseDescriptorLimit() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        limit.rlim_cur = min(limit.rlim_max, 1 << 20)
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(limit.rlim_cur)
    }

    /// Limits this process for good, for work on untrusted input: its processor time in seconds and its address space
    /// in bytes; it can't enlarge files and leaves no core dump (`setrlimit`). A limit that the system refuses is left
    /// out.
    public static func limitItself(processorSeconds: UInt, memoryBytes: UInt) {
        let bounds: [(__rlimit_resource_t, UInt)] = [
            (__rlimit_resource_t(RLIMIT_CPU.rawValue), processorSeconds),
            (__rlimit_resource_t(RLIMIT_AS.rawValue), memoryBytes), (__rlimit_resource_t(RLIMIT_FSIZE.rawValue), 0),
            (__rlimit_resource_t(RLIMIT_CORE.rawValue), 0),
        ]
        for (resource, bound) in bounds {
            var limit = rlimit(rlim_cur: bound, rlim_max: bound)
            _ = unsafe setrlimit(resource, &limit)
        }
    }

    /// True where a standard stream (0 in, 1 out, 2 error) is a terminal.
    public static func isTerminal(_ stream: Int32) -> Bool { isatty(stream) == 1 }

    /// Reads standard input to its end; nil where it is larger than `limit` or can't be read.
    public static func readInput(limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(0, &block, block.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { return bytes }
            bytes += block.prefix(count)
            guard bytes.count <= limit else { return nil }
        }
    }

    /// Writes a text to a standard stream (1 output, 2 error).
    ///
    /// - Returns: false where not all of it could be written. A closed pipe counts as success, since its reader wants
    ///   no more.
    @discardableResult
    public static func write(_ text: String, to stream: Int32) -> Bool {
        writeAll(Array(text.utf8), to: stream) || errno == EPIPE
    }

    /// Writes bytes to standard output; false where not all of them could be written.
    @discardableResult
    public static func write(_ bytes: [UInt8]) -> Bool { writeAll(bytes, to: 1) }

    /// Ends the process at once, without the handlers that libraries registered for its end.
    ///
    /// Other threads may still use those libraries: OpenSSL's handler frees memory that they read. No output is lost,
    /// since this project buffers none.
    public static func exit(_ code: Int32) -> Never { _exit(code) }
}
