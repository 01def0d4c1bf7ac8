public import Foundation

/// An independent implementation, in Python or for Node.js, that tests hold ours to.
public enum Oracle {
    /// Why there is no answer.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Runs `Tests/Oracles/<script>.py` with the input on stdin; returns the lines of its stdout.
    public static func run(_ script: String, arguments: [String] = [], input: String) async throws -> [String] {
        guard let python = ProcessInfo.processInfo.environment["MENTATLAB_PYTHON"] else {
            throw Failure(description: "MENTATLAB_PYTHON is not set: run the tests by ./test")
        }
        return try await run(python, [root.appending(path: "Tests/Oracles/\(script).py").path] + arguments, input)
    }

    /// Runs `Tests/Oracles/<script>.js` by Node.js, with Debian's modules, in the same way.
    public static func run(node script: String, input: String) async throws -> [String] {
        let path = root.appending(path: "Tests/Oracles/\(script).js").path
        return try await run("/usr/bin/env", ["NODE_PATH=/usr/share/nodejs", "node", path], input)
    }

    private static func run(_ program: String, _ arguments: [String], _ input: String) async throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        // Files and not pipes, since both sides may write more than a pipe holds.
        let folder = FileManager.default.temporaryDirectory.appending(path: "oracle-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (stdin, stdout) = (folder.appending(path: "in"), folder.appending(path: "out"))
        try Data(input.utf8).write(to: stdin)
        try Data().write(to: stdout)
        process.standardInput = try FileHandle(forReadingFrom: stdin)
        process.standardOutput = try FileHandle(forWritingTo: stdout)
        try process.start()
        // Waiting must not hold one of the few threads that all tests share.
        while process.isRunning { try await Task.sleep(for: .milliseconds(10)) }
        let output = String(decoding: try Data(contentsOf: stdout), as: UTF8.self)
        guard process.terminationStatus == 0 else {
            throw Failure(
                description:
                    "\(arguments.joined(separator: " ")) ended with \(process.terminationStatus): \(output.suffix(2000))"
            )
        }
        return output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// The root of the repository.
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
}
