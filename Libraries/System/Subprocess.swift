import CLinux
import Glibc

/// Runs other programs.
public enum Subprocess {
    private static let outputBytes: Int64 = 65_536

    /// How a program ended.
    public struct Outcome: Sendable {
        /// The exit code, or 128 plus the number of the signal that ended it.
        public let exitCode: Int32
        /// Standard output and standard error in one text, at most the last 64 KiB.
        public let output: String
    }

    /// Runs `arguments[0]` (an absolute path), blocks the calling thread until it ends, and returns how it ended.
    ///
    /// The program gets an empty standard input, a process group of its own and no other open descriptors.
    ///
    /// - Parameters:
    ///   - environment: variables to add to this process's own or to replace there.
    ///   - outputPath: the file for both output streams; an existing one is overwritten. It is a file and not a pipe,
    ///     so that a daemon that the program starts can't keep the caller waiting.
    /// - Throws: `SystemError` where the program can't be started or its output can't be read. A failing program is no
    ///   error: see `Outcome/exitCode`.
    public static func run(
        _ arguments: [String], environment: [String: String] = [:], outputPath: String
    ) throws(SystemError) -> Outcome {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // A daemon that the program starts must not hold open a pipe that another process waits on.
        unsafe posix_spawn_file_actions_addclosefrom_np(&actions, 3)

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETPGROUP))

        var process = pid_t()
        let words = CStrings(arguments)
        let variables = CStrings(inheritedEnvironment(adding: environment))
        let code = unsafe posix_spawn(
            &process, arguments[0], &actions, &attributes, words.pointers, variables.pointers)
        guard code == 0 else { throw SystemError("run", path: arguments[0], code: code) }

        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw SystemError("wait", path: arguments[0]) }
        }
        let exitCode = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
        let output = try Descriptor.reading(outputPath)
        let bytes = try output.read(at: max(0, try output.size() - outputBytes), count: Int(outputBytes))
        return Outcome(exitCode: exitCode, output: String(decoding: bytes, as: UTF8.self))
    }

    private static func inheritedEnvironment(adding extra: [String: String]) -> [String] {
        var all: [String] = []
        var cursor = unsafe environ
        while let variable = unsafe cursor.pointee {
            all.append(unsafe String(cString: variable))
            unsafe cursor = cursor.advanced(by: 1)
        }
        all.removeAll { line in extra.keys.contains { line.hasPrefix("\($0)=") } }
        return all + extra.map { "\($0.key)=\($0.value)" }
    }
}

/// A null-terminated array of C strings that lives as long as this value.
@safe private struct CStrings: ~Copyable {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        unsafe pointers = .allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { unsafe pointers[index] = strdup(string) }
        unsafe pointers[strings.count] = nil
    }

    deinit {
        for index in 0..<count { unsafe free(pointers[index]) }
        unsafe pointers.deallocate()
    }
}
