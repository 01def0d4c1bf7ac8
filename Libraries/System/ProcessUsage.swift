import Glibc

/// What this process takes of the machine.
public struct ProcessUsage: Sendable {
    /// The time that its threads have run, in user and kernel.
    public let processorMicroseconds: Int64
    /// The memory that is in use.
    public let residentBytes: Int64
    /// The open descriptors.
    public let descriptors: Int

    /// What it takes now.
    public static func current() throws(SystemError) -> ProcessUsage {
        var usage = rusage()
        guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else {
            throw SystemError("getrusage")
        }
        func microseconds(_ time: timeval) -> Int64 { Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_usec) }
        // The second number is that of resident pages (proc(5), statm).
        let text = String(decoding: try FileSystem.read("/proc/self/statm", limit: 4_096), as: UTF8.self)
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int64($0) } ?? 0
        return ProcessUsage(
            processorMicroseconds: microseconds(usage.ru_utime) + microseconds(usage.ru_stime),
            residentBytes: pages * Int64(sysconf(Int32(_SC_PAGESIZE))),
            descriptors: try FileSystem.names(in: "/proc/self/fd").count)
    }
}

extension FileSystem {
    /// The bytes of the file system that holds a path: those that this process may still use, and all.
    public static func space(of path: String) throws(SystemError) -> (free: Int64, all: Int64) {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { throw SystemError("ask for the space", path: path) }
        let unit = Int64(clamping: status.f_frsize)
        return (Int64(clamping: status.f_bavail) * unit, Int64(clamping: status.f_blocks) * unit)
    }
}
