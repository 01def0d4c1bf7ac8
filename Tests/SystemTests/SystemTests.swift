import Foundation
import Synchronization
import System
import Testing

/// Processes, threads and folders of the real system.
@Suite struct SystemTests {
    private func withFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "system-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(folder)
    }

    @Test func aProgramAnswersOrIsEnded() throws {
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
        func answer(_ words: [String], _ input: [UInt8], _ milliseconds: Int64 = 30_000) throws -> [UInt8]? {
            try Subprocess.answer(of: words, to: input, maximumBytes: 400_000, withinMilliseconds: milliseconds)
        }
        // Both sides write more than a socket holds.
        #expect(try answer(["/bin/cat"], bytes) == bytes)
        #expect(try answer(["/bin/cat"], []) == [])
        // One that reads nothing of it.
        #expect(try answer(["/bin/echo", "x"], bytes) == Array("x\n".utf8))
        #expect(try answer(["/bin/sh", "-c", "echo x; exit 3"], []) == nil)
        #expect(try answer(["/usr/bin/yes"], []) == nil)
        #expect(try answer(["/bin/sleep", "60"], [], 50) == nil)
        #expect(throws: SystemError.self) { try answer(["/nowhere/program"], []) }
        let environment = String(decoding: try answer(["/usr/bin/env"], []) ?? [], as: UTF8.self)
        #expect(ProcessInfo.processInfo.environment["PATH"] != nil && !environment.contains("PATH=/"))
    }

    @Test func aProgramSaysHowItEndedAndWhatItPrintedLast() throws {
        try withFolder { folder in
            let outcome = try Subprocess.run(
                ["/bin/sh", "-c", "echo $WORD; exit 3"], environment: ["WORD": "hello"], outputPath: "\(folder)/out")
            #expect(outcome.exitCode == 3)
            #expect(outcome.output == "hello\n")
            let killed = try Subprocess.run(["/bin/sh", "-c", "kill -9 $$"], outputPath: "\(folder)/out")
            #expect(killed.exitCode == 128 + 9)
            #expect(throws: SystemError.self) {
                try Subprocess.run(["\(folder)/none"], outputPath: "\(folder)/out")
            }
        }
    }

    /// However much it prints, its exit code is told.
    @Test func aProgramThatPrintsMuchKeepsItsExitCode() throws {
        try withFolder { folder in
            let outcome = try Subprocess.run(
                ["/bin/sh", "-c", "head -c 17000000 /dev/zero | tr '\\0' a; echo end; exit 7"],
                outputPath: "\(folder)/out")
            #expect(outcome.exitCode == 7)
            #expect(outcome.output.utf8.count == 65_536)
            #expect(outcome.output.hasSuffix("aend\n"))
        }
    }

    @Test func threadsHaveTheirNames() async throws {
        let worker = Worker(name: "named-worker-of-tests")
        let name = try await worker.run {
            try FileSystem.read("/proc/thread-self/comm", limit: 100)
        }
        worker.stop()
        #expect(String(decoding: name, as: UTF8.self) == "named-worker-of\n")
    }

    @Test func severalThreadsOfAWorkerRunAtOnce() async throws {
        let worker = Worker(name: "pair", threads: 2)
        let present = Counter()
        let met = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<2 { group.addTask { try await worker.run { present.meet(2) } } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(met == [true, true])
        worker.stop()
        await #expect(throws: CancellationError.self) { try await worker.run {} }
    }

    @Test func aFileWhereAFolderIsWantedIsSaid() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "folders-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileSystem.makeDirectory("\(folder)/a/b")
        try FileSystem.makeDirectory("\(folder)/a/b")
        try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "\(folder)/a")
        try FileSystem.makeDirectory("\(folder)/link")
        #expect(FileManager.default.createFile(atPath: "\(folder)/file", contents: nil))
        #expect(throws: SystemError.self) { try FileSystem.makeDirectory("\(folder)/file") }
        #expect(throws: SystemError.self) { try FileSystem.makeDirectory("\(folder)/file/c") }
    }

    @Test func aFolderNamesAllThatIsInIt() throws {
        try withFolder { folder in
            // Lengths around those that records of a directory are rounded to.
            let names = (1...255).map { String(repeating: "n", count: $0) }
            for name in names { try FileSystem.replace("\(folder)/\(name.prefix(200))", with: []) }
            for name in names.suffix(55) {
                #expect(FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: nil))
            }
            #expect(try FileSystem.names(in: folder) == names.sorted())
            #expect(throws: SystemError.self) { try FileSystem.names(in: "\(folder)/none") }
            #expect(throws: SystemError.self) { try FileSystem.names(in: "\(folder)/n") }
        }
    }
}

/// Counts threads that are at the same place.
private final class Counter: Sendable {
    private let count = Mutex(0)

    /// Waits until so many are there; false where they do not come.
    func meet(_ wanted: Int) -> Bool {
        count.withLock { $0 += 1 }
        for _ in 0..<2_000 where count.withLock({ $0 }) < wanted { pauseThread(milliseconds: 1) }
        return count.withLock { $0 } == wanted
    }
}
