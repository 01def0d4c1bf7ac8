import Foundation

/// What the kernel says about processes.
public enum ProcessState {
    /// The letter of a process's state, such as `T` for a stopped one; nil where it is gone.
    public static func of(_ process: Int32) -> Character? {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return nil }
        return status.split(separator: ")").last?.first { $0 != " " }
    }

    /// True while a process runs or is stopped; one that ended and that nobody has waited for does not.
    ///
    /// The first thread of a process that is killed may have ended while others still hold its files.
    public static func isAlive(_ process: Int32) -> Bool {
        guard [nil, "Z", "X"].contains(of(process)) else { return true }
        let threads = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")
        return (threads ?? []).count > 1
    }

    /// A field of `/proc/PID/status` in KiB, such as `VmRSS` and its highest value `VmHWM`.
    public static func kibibytes(_ process: Int32, _ field: String) -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("\(field):") })
        else { return nil }
        return Int(line.filter(\.isNumber))
    }
}
