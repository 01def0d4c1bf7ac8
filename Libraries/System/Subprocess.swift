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

        let process = unsafe try spawn(arguments, inheritedEnvironment(adding: environment), &actions)
        let exitCode = try wait(for: process, arguments[0])
        let output = try Descriptor.reading(outputPath)
        let bytes = try output.read(at: max(0, try output.size() - outputBytes), count: Int(outputBytes))
        return Outcome(exitCode: exitCode, output: String(decoding: bytes, as: UTF8.self))
    }

    @unsafe private static func spawn(
        _ arguments: [String], _ environment: [String], _ actions: inout posix_spawn_file_actions_t
    ) throws(SystemError) -> pid_t {
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
        let variables = CStrings(environment)
        let code = unsafe posix_spawn(
            &process, arguments[0], &actions, &attributes, words.pointers, variables.pointers)
        guard code == 0 else { throw SystemError("run", path: arguments[0], code: code) }
        return process
    }

    /// Waits for a program; returns its exit code, or 128 plus the number of the signal that ended it.
    private static func wait(for process: pid_t, _ name: String) throws(SystemError) -> Int32 {
        while true {
            if let code = try ending(of: process, name, 0) { return code }
        }
    }

    /// The exit code of a program that has ended; nil while it has not.
    private static func exitCode(_ process: pid_t, _ name: String) throws(SystemError) -> Int32? {
        try ending(of: process, name, WNOHANG)
    }

    private static func ending(of process: pid_t, _ name: String, _ options: Int32) throws(SystemError) -> Int32? {
        var status: Int32 = 0
        let ended = unsafe waitpid(process, &status, options)
        if ended == 0 || ended < 0 && errno == EINTR { return nil }
        guard ended > 0 else { throw SystemError("wait", path: name) }
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }

    /// Runs a program with `input` on its standard input, and returns what it writes to its standard output; blocks the
    /// calling thread.
    ///
    /// Of this process's environment the program gets only `LD_LIBRARY_PATH`. This function kills it once its time is
    /// over or it has written too much.
    ///
    /// - Parameters:
    ///   - arguments: `arguments[0]` is an absolute path.
    ///   - input: its standard input.
    ///   - maximumBytes: the most that it may write to its standard output.
    ///   - milliseconds: how long it may take.
    /// - Returns: what it wrote; nil where it was killed, or ended with another exit code than 0.
    /// - Throws: `SystemError` where the program can't be started.
    public static func answer(
        of arguments: [String], to input: [UInt8], maximumBytes: Int, withinMilliseconds milliseconds: Int64
    ) throws(SystemError) -> [UInt8]? {
        LoopThread.assertElsewhere()
        var ends: [Int32] = [0, 0]
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0
        else { throw SystemError("socketpair") }
        let ours = Descriptor(owning: ends[0])
        let process: pid_t
        do {
            let theirs = Descriptor(owning: ends[1])
            var actions = unsafe posix_spawn_file_actions_t()
            unsafe posix_spawn_file_actions_init(&actions)
            defer { unsafe posix_spawn_file_actions_destroy(&actions) }
            unsafe posix_spawn_file_actions_adddup2(&actions, theirs.number, 0)
            unsafe posix_spawn_file_actions_adddup2(&actions, theirs.number, 1)
            unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
            unsafe posix_spawn_file_actions_addclosefrom_np(&actions, 3)
            // Where the libraries of a program that is not linked as one file are.
            let libraries = unsafe getenv("LD_LIBRARY_PATH").map { unsafe ["LD_LIBRARY_PATH=\(String(cString: $0))"] }
            process = unsafe try spawn(arguments, libraries ?? [], &actions)
        }
        let deadline = Host.steadyClockMilliseconds() + milliseconds
        let output = exchange(input, ours.number, maximumBytes, deadline)
        var code = output == nil ? nil : try exitCode(process, arguments[0])
        // Most have ended by now; one that has said all and goes on is ended as well.
        while code == nil, output != nil, Host.steadyClockMilliseconds() < deadline {
            pauseThread(milliseconds: 1)
            code = try exitCode(process, arguments[0])
        }
        guard let code else {
            kill(process, SIGKILL)
            _ = try wait(for: process, arguments[0])
            return nil
        }
        return code == 0 ? output : nil
    }

    /// Sends all bytes and takes all that come back; nil where the time is over or too much comes.
    private static func exchange(
        _ input: [UInt8], _ socket: Int32, _ maximumBytes: Int, _ deadline: Int64
    ) -> [UInt8]? {
        var output: [UInt8] = []
        var sent = 0
        var block = [UInt8](repeating: 0, count: 65_536)
        if input.isEmpty { shutdown(socket, Int32(SHUT_WR)) }
        while true {
            let left = deadline - Host.steadyClockMilliseconds()
            guard left > 0 else { return nil }
            var poll = pollfd(fd: socket, events: Int16(POLLIN | (sent < input.count ? POLLOUT : 0)), revents: 0)
            guard unsafe Glibc.poll(&poll, 1, Int32(min(left, 60_000))) > 0 else { continue }
            let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
            if Int32(poll.revents) & POLLOUT != 0, sent < input.count {
                let count = unsafe input.withUnsafeBytes { bytes in
                    unsafe send(socket, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, flags)
                }
                // A program that reads no more input may still write an answer.
                sent = count < 0 && errno != EAGAIN && errno != EINTR ? input.count : sent + max(0, count)
                if sent == input.count { shutdown(socket, Int32(SHUT_WR)) }
            }
            if Int32(poll.revents) & (POLLIN | POLLHUP | POLLERR) != 0 {
                let count = unsafe recv(socket, &block, block.count, Int32(MSG_DONTWAIT))
                // ECONNRESET: the program ended before it had read all its input, and its output is complete.
                if count == 0 || count < 0 && errno == ECONNRESET { return output }
                if count < 0, errno != EAGAIN, errno != EINTR { return nil }
                output += block.prefix(max(0, count))
                guard output.count <= maximumBytes else { return nil }
            }
        }
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
