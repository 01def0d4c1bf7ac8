import Foundation
import JSON
import TestSupport
import Testing

/// The real `mentatctl`, with a home of its own and no terminal.
struct Ctl: Sendable {
    let home: String
    var environment: [String: String] = [:]

    /// The program that `./test` built.
    static var program: String {
        get throws {
            guard let path = ProcessInfo.processInfo.environment["MENTATLAB_MENTATCTL"] else {
                throw MarketplaceProcess.Failure(description: "MENTATLAB_MENTATCTL is not set: run the tests by ./test")
            }
            return path
        }
    }

    struct Outcome {
        let code: Int32
        let output: String
        let errors: String

        /// The JSON document on stdout.
        var json: JSONValue { get throws { try JSONValue(Array(output.utf8)) } }
        /// The code of the error on stderr.
        var problem: String? {
            errors.split(separator: "\n").last.flatMap { try? JSONValue(Array($0.utf8)) }?["error"]?["code"]?.string
        }
    }

    /// Gives a home to a test and takes it away.
    static func with(_ url: String, _ body: (Ctl) async throws -> Void) async throws {
        try await withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try await body(Ctl(home: folder, environment: ["MENTATLAB_REGISTRY": url]))
        }
    }

    /// Starts it.
    func start(_ arguments: [String], input: String = "", program: String? = nil) throws -> (Process, () -> Outcome) {
        let process = Process()
        process.executableURL = URL(filePath: try program ?? Self.program)
        process.arguments = arguments
        process.environment = ["HOME": home, "PATH": "/usr/local/bin:/usr/bin:/bin"].merging(environment) { $1 }
        process.currentDirectoryURL = URL(filePath: home)
        let (stdout, stderr) = (try OutputFile(), try OutputFile())
        process.standardOutput = try stdout.handle
        process.standardError = try stderr.handle
        if input.isEmpty {
            process.standardInput = FileHandle.nullDevice
        } else {
            let pipe = Pipe()
            process.standardInput = pipe
            pipe.fileHandleForWriting.write(Data(input.utf8))
            try pipe.fileHandleForWriting.close()
        }
        try process.start()
        return (process, { Outcome(code: process.terminationStatus, output: stdout.text, errors: stderr.text) })
    }

    /// Runs it to its end.
    func run(_ arguments: [String], input: String = "", program: String? = nil) async throws -> Outcome {
        let (process, outcome) = try start(arguments, input: input, program: program)
        for _ in 0..<6_000 where process.isRunning { try await Task.sleep(for: .milliseconds(10)) }
        if process.isRunning {
            Foundation.kill(process.processIdentifier, SIGKILL)
            throw MarketplaceProcess.Failure(description: "it does not end: \(arguments)")
        }
        return outcome()
    }

    func callAsFunction(_ arguments: String..., input: String = "") async throws -> Outcome {
        try await run(arguments, input: input)
    }

    /// Runs it, which has to go well, and gives what it says as JSON.
    func json(_ arguments: String..., location: SourceLocation = #_sourceLocation) async throws -> JSONValue {
        let outcome = try await run(arguments + ["--json"])
        #expect(outcome.code == 0, "\(arguments): \(outcome.errors)", sourceLocation: location)
        return try outcome.json
    }
}
