import Foundation
import TestSupport
import Testing

/// A part of the marketplace in a process of its own, as an operator starts it.
final class PartProcess: @unchecked Sendable {
    private let process = Process()
    private let output = FileManager.default.temporaryDirectory.appending(path: "part-\(UUID().uuidString)")

    init(_ words: [String]) throws {
        let program = try #require(
            ProcessInfo.processInfo.environment["MENTATLAB_MARKETPLACE"], "MENTATLAB_MARKETPLACE is not set: run ./test"
        )
        try Data().write(to: output)
        let handle = try FileHandle(forWritingTo: output)
        process.executableURL = URL(filePath: program)
        process.arguments = words
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        try process.start()
    }

    /// `marketplace relay` of a fixture.
    convenience init(
        relaying fixture: RelayFixture, servers: String? = nil, topic: String? = nil, more: [String] = []
    ) throws {
        try self.init(
            [
                "relay", "--database-url", fixture.url, "--kafka", servers ?? fixture.broker.servers, "--topic",
                topic ?? fixture.topic,
            ] + more)
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        try? FileManager.default.removeItem(at: output)
    }

    var isRunning: Bool { process.isRunning }
    var isStopped: Bool { ProcessState.of(process.processIdentifier) == "T" }

    var printed: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

    /// Waits until it has printed something so many times; returns after how long.
    @discardableResult
    func says(_ text: String, times: Int = 1) async throws -> Duration {
        let clock = ContinuousClock()
        let begin = clock.now
        while printed.ranges(of: text).count < times {
            guard process.isRunning, clock.now - begin < .seconds(60) else {
                Issue.record("the part never said '\(text)': \(printed)")
                break
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        return clock.now - begin
    }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits for the end; returns the exit code.
    @discardableResult
    func end() async throws -> Int32 {
        while process.isRunning { try await Task.sleep(for: .milliseconds(20)) }
        return process.terminationStatus
    }
}
