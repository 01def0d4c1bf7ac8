import Foundation
import Kafka
import Reactor

extension TestBroker {
    /// Runs one of Kafka's own tools, such as `kafka-topics`; throws where it fails.
    static func run(_ tool: String, _ arguments: [String]) async throws {
        let home = ProcessInfo.processInfo.environment["KAFKA_HOME"] ?? ""
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = Process.apart(["\(home)/bin/\(tool)"] + arguments)
        process.standardOutput = FileHandle.nullDevice
        let code = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.start() } catch { continuation.resume(throwing: error) }
        }
        if code != 0 { throw CocoaError(.executableRuntimeMismatch) }
    }

    /// Deletes a topic; returns once it is gone.
    public func delete(_ topic: String) async throws {
        try await Self.run("kafka-topics", ["--bootstrap-server", servers, "--delete", "--topic", topic])
        let reactor = try Reactor(name: "test-topic")
        defer { reactor.stop() }
        let admin = try await KafkaAdmin(try configuration(), on: reactor)
        while try await admin.topic(topic) != nil { try await Task.sleep(for: .milliseconds(20)) }
        await admin.close()
    }
}
