import CKafka
import Foundation
public import Kafka
import Reactor

/// The broker that the tests use: a real one, which `./test` starts where `KAFKA_HOME` names a folder with one, or else a
/// cluster that librdkafka plays, in which topics have no settings.
@safe public final class TestBroker: @unchecked Sendable {
    /// The one that the tests of a process share.
    public static let shared = TestBroker()

    /// True where it is a real one.
    public static let isReal = ProcessInfo.processInfo.environment["MENTATLAB_TEST_KAFKA"] != nil

    /// Its address, `HOST:PORT`.
    public let servers: String
    private let cluster: OpaquePointer?

    /// A real broker of a test's own.
    public init(servers: String) {
        self.servers = servers
        unsafe cluster = nil
    }

    private init() {
        if let real = ProcessInfo.processInfo.environment["MENTATLAB_TEST_KAFKA"] {
            servers = real
            unsafe cluster = nil
            return
        }
        FileHandle.standardError.write(
            Data("KAFKA_HOME is not set: the tests of Kafka use the cluster that librdkafka plays\n".utf8))
        var words = [CChar](repeating: 0, count: 256)
        guard let host = unsafe rd_kafka_new(RD_KAFKA_PRODUCER, nil, &words, words.count),
            let cluster = unsafe rd_kafka_mock_cluster_new(host, 1)
        else { fatalError("librdkafka plays no cluster") }
        servers = unsafe String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
        unsafe self.cluster = cluster
    }

    /// A configuration of a client.
    public func configuration(_ clientID: String = "tests") throws -> KafkaConfiguration {
        try KafkaConfiguration(servers: servers, clientID: clientID)
    }

    /// Makes a topic that no other test has; returns its name.
    public func topic(partitions: Int, settings: [String: String] = [:]) async throws -> String {
        let name = "test-\(UUID().uuidString.lowercased())"
        if let cluster = unsafe cluster {
            unsafe rd_kafka_mock_topic_create(cluster, name, Int32(partitions), 1)
            return name
        }
        try await make(name, partitions: partitions, settings: settings)
        return name
    }

    /// Makes a topic of a name, at a broker that runs.
    public func make(_ name: String, partitions: Int, settings: [String: String]) async throws {
        let reactor = try Reactor(name: "test-topic")
        defer { reactor.stop() }
        let admin = try await KafkaAdmin(try configuration(), on: reactor)
        try await admin.makeTopic(name, partitions: partitions, replicas: 1, settings: settings)
        // A topic that was made a moment ago is not known everywhere yet.
        while try await admin.topic(name)?.partitions != partitions { try await Task.sleep(for: .milliseconds(20)) }
        await admin.close()
    }
}
