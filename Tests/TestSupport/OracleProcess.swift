import Foundation

/// A script under `Tests/Oracles` that goes on until the test is done with it.
public final class OracleProcess: @unchecked Sendable {
    private let process = Process()
    private let output = FileManager.default.temporaryDirectory.appending(path: "oracle-\(UUID().uuidString)")

    /// Starts it.
    public convenience init(_ script: String, _ arguments: [String]) throws {
        try self.init(file: Oracle.root.appending(path: "Tests/Oracles/\(script).py").path, arguments)
    }

    /// Starts a program in Python that lies elsewhere.
    public init(file: String, _ arguments: [String]) throws {
        guard let python = ProcessInfo.processInfo.environment["MENTATLAB_PYTHON"] else {
            throw Oracle.Failure(description: "MENTATLAB_PYTHON is not set: run the tests by ./test")
        }
        try Data().write(to: output)
        process.executableURL = URL(filePath: python)
        process.arguments = [file] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = FileHandle.nullDevice
        try process.start()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: output)
    }

    /// The lines that it has printed so far.
    public func lines() throws -> [String] {
        let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
        // What follows the last line break may be half a line.
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// Waits for a line that begins with a text, and returns it.
    public func line(_ start: String) async throws -> String {
        for _ in 0..<6_000 {
            if let line = try lines().first(where: { $0.hasPrefix(start) }) { return line }
            guard process.isRunning else { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Oracle.Failure(description: "the oracle never said '\(start)'")
    }

    /// Ends it. Children of a test process start with SIGTERM blocked.
    public func stop() async {
        kill(process.processIdentifier, SIGKILL)
        while process.isRunning { try? await Task.sleep(for: .milliseconds(5)) }
    }
}
