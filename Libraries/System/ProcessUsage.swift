import Glibc

/// The processor time, the memory and the descriptors that this process uses.
public struct ProcessUsage: Sendable {
    /// The time that all its threads have run so far, in user and kernel mode.
    public let processorMicroseconds: Int64
    /// The memory of this process that is in RAM.
    public let residentBytes: Int64
    /// The number of open descriptors, with the one that `current` opens to count them.
    public let descriptors: Int

    /// Reads the usage at this moment from the kernel; traps on a `LoopThread` in a debug build.
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
    /// The bytes of the file system that holds a path: those still free to users without root rights, and all.
    public static func space(of path: String) throws(SystemError) -> (free: Int64, all: Int64) {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { throw SystemError("ask for the space", path: path) }
        let unit = Int64(clamping: status.f_frsize)
        return (Int64(clamping: status.f_bavail) * unit, Int64(clamping: status.f_blocks) * unit)
    }
}
