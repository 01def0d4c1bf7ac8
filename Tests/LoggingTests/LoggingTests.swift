import Foundation
import Glibc
import JSON
import Logging
import System
import Testing

/// Lines on a real pipe.
@Suite struct LoggingTests {
    private static func pipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(unsafe Glibc.pipe(&ends) == 0)
        // A process that another test starts must not keep the pipe open.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func readAll(_ descriptor: Int32) -> [String] {
        let bytes = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).readDataToEndOfFile()
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func aLineIsOneDocumentWithItsFields() async throws {
        let (reading, writing) = try Self.pipe()
        let log = Log("test", descriptor: writing)
        log.component("part").warning("a \"quoted\"\nmessage", ["b": "2", "a": "1"])
        log.debug("not said", ["expensive": "1"])
        await log.flush()
        close(writing)
        let lines = Self.readAll(reading)
        try #require(lines.count == 1)
        let line = try JSONValue(Array(lines[0].utf8))
        #expect(line["component"]?.string == "part" && line["level"]?.string == "warning")
        #expect(line["message"]?.string == "a \"quoted\"\nmessage")
        #expect(line["fields"]?["a"]?.string == "1" && line["fields"]?["b"]?.string == "2")
    }

    /// Nobody who logs waits for a reader; what finds no room is counted.
    @Test func aReaderThatSleepsHoldsNobodyUp() async throws {
        let (reading, writing) = try Self.pipe()
        let log = Log("test", descriptor: writing)
        let count = 40_000
        for index in 0..<count { log.info("line \(index)", ["padding": String(repeating: "a", count: 100)]) }
        // All were taken or counted although the pipe holds a few hundred of them.
        let worker = Worker(name: "reader")
        let (begun, beginning) = AsyncStream<Void>.makeStream()
        let reader = Task {
            try await worker.run {
                beginning.finish()
                return Self.readAll(reading)
            }
        }
        for await _ in begun {}
        // A flush waits for a while only, and a busy machine takes longer.
        for _ in 0..<20 { await log.flush() }
        close(writing)
        let lines = try await reader.value.map { try JSONValue(Array($0.utf8)) }
        let lost = lines.compactMap { $0["fields"]?["lines"]?.string.flatMap { Int($0) } }.reduce(0, +)
        let said = lines.filter { $0["message"]?.string?.hasPrefix("line ") == true }.count
        #expect(lost > 0)
        #expect(said + lost == count)
        worker.stop()
    }
}
