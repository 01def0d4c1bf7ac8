public import Foundation

/// What a program prints, in a file: a pipe would have to be emptied by somebody, and a daemon that the
/// program leaves behind would keep it open.
public final class OutputFile: Sendable {
    private let path = FileManager.default.temporaryDirectory.appending(path: "output-\(UUID().uuidString)").path

    /// Makes an empty one, which is gone with this value.
    public init() throws {
        try Data().write(to: URL(filePath: path))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Where a program writes to.
    public var handle: FileHandle {
        get throws { try FileHandle(forWritingTo: URL(filePath: path)) }
    }

    /// What it has written.
    public var text: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}

/// Runs a program to its end.
public func run(_ arguments: [String], input: String = "", in folder: String? = nil) async throws -> (
    code: Int32, output: String, errors: String
) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(filePath: folder) }
    let stdin = Pipe()
    let (stdout, stderr) = (try OutputFile(), try OutputFile())
    process.standardInput = stdin
    process.standardOutput = try stdout.handle
    process.standardError = try stderr.handle
    try process.start()
    try? stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try? stdin.fileHandleForWriting.close()
    while process.isRunning { try await Task.sleep(for: .milliseconds(20)) }
    return (process.terminationStatus, stdout.text, stderr.text)
}
