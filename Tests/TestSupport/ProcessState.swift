import Foundation

/// What the kernel says about processes.
public enum ProcessState {
    /// The letter of a process's state, such as `T` for a stopped one; nil where it is gone.
    public static func of(_ process: Int32) -> Character? {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return nil }
        return status.split(separator: ")").last?.first { $0 != " " }
    }

    /// True while a process runs or is stopped; one that ended and that nobody has waited for does not.
    public static func isAlive(_ process: Int32) -> Bool { ![nil, "Z", "X"].contains(of(process)) }

    /// A field of `/proc/PID/status` in KiB, such as `VmRSS` and its highest value `VmHWM`.
    public static func kibibytes(_ process: Int32, _ field: String) -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("\(field):") })
        else { return nil }
        return Int(line.filter(\.isNumber))
    }
}
