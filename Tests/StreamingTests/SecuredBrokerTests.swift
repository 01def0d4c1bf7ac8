import Foundation
import TestSupport
import Testing

/// A broker that speaks TLS and asks for a password.
@Suite struct SecuredBrokerTests {
    private static let password = "correct-horse-battery"

    /// Settings of a broker with one listener, for TLS with passwords.
    private func settings(_ folder: String, port: Int) -> [String] {
        let users = "user_broker=\"broker\" user_relay=\"\(Self.password)\" user_reader=\"\(Self.password)\""
        return [
            "listeners=SASL_SSL://127.0.0.1:\(port),CONTROLLER://127.0.0.1:\(port + 1)",
            "advertised.listeners=SASL_SSL://localhost:\(port)",
            "listener.security.protocol.map=SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name=SASL_SSL", "sasl.enabled.mechanisms=PLAIN",
            "sasl.mechanism.inter.broker.protocol=PLAIN",
            "listener.name.sasl_ssl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username=\"broker\" password=\"broker\" \(users);",
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users=User:broker;User:ANONYMOUS", "allow.everyone.if.no.acl.found=true", "ssl.keystore.type=PEM",
            "ssl.keystore.location=\(folder)/broker.pem", "ssl.truststore.type=PEM",
            "ssl.truststore.location=\(folder)/certificate.pem",
        ]
    }

    @Test(.enabled(if: TestBroker.isReal, "a cluster that is played speaks no TLS"))
    func relayAndModelsReachABrokerThatAsksForTLSAndAPassword() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "secured-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // given: a broker with a certificate, and the settings that reach it
        let made = try await run([
            "bash", "-c",
            """
            cd \(folder) && openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -days 2 \
                -subj /CN=localhost -addext subjectAltName=DNS:localhost && cat key.pem certificate.pem > broker.pem
            """,
        ])
        #expect(made.code == 0, "\(made.errors)")
        let port = try Process.freePort()
        let broker = try await PrivateBroker("\(folder)/broker", port: port, settings: settings(folder, port: port))
        let servers = "localhost:\(port)"
        func options(_ user: String = "relay", password: String) throws -> [String] {
            let path = "\(folder)/\(user)-\(password)"
            try """
            security.protocol=sasl_ssl
            sasl.mechanism=PLAIN
            sasl.username=\(user)
            sasl.password=\(password)
            ssl.ca.location=\(folder)/certificate.pem

            """.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            return ["--kafka-settings-file", path]
        }
        try await RelayFixture.with { fixture in
            let walker = Walker(fixture, seed: 61)
            try await walker.steps(100)
            // when: a relay has a wrong password, then it says so and not which
            let wrong = try PartProcess(
                relaying: fixture, servers: servers, more: try options(password: "wrong-staple") + ["--create-topic"])
            try await wrong.says("uthentication")
            wrong.send(SIGTERM)
            try await wrong.end()
            #expect(!wrong.printed.contains("wrong-staple"))
            // when: another one has the right one, and a projector as well
            let right = try options(password: Self.password)
            let relay = try PartProcess(relaying: fixture, servers: servers, more: right + ["--create-topic"])
            let project = try PartProcess(
                [
                    "project", "--database-url", fixture.url, "--from", "kafka", "--kafka", servers, "--topic",
                    fixture.topic,
                ] + right)
            // For as long as the projector may need to find the topic.
            for _ in 0..<150 {
                try await walker.steps(4)
                try await Task.sleep(for: .milliseconds(100))
            }
            let head = try await fixture.head()
            let reached = """
                SELECT ((SELECT min(position) FROM models.positions) = \(head) AND (SELECT next FROM relay.topics) = \(head))::text
                """
            var isReached = ["false"]
            for _ in 0..<2_400 where isReached != ["true"] {
                isReached = try await TestDatabase.query(fixture.url, reached)
                try await Task.sleep(for: .milliseconds(25))
            }
            // then: the topic has the log, as another client reads it, and the models came from it
            #expect(isReached == ["true"], "\(relay.printed) \(project.printed)")
            let kcat = try await run([
                "bash", "-c",
                """
                kcat -F <(echo bootstrap.servers=\(servers); cat \(folder)/relay-\(Self.password)) -C -t \(fixture.topic) -e -q \
                    -f '%k\\n' | sort -u | wc -l
                """,
            ])
            let streams = try await TestDatabase.query(
                fixture.url, "SELECT count(DISTINCT stream)::text FROM log.events")
            #expect(kcat.output.trimmingCharacters(in: .whitespacesAndNewlines) == streams[0], "\(kcat.errors)")
            for part in [relay, project] {
                part.send(SIGTERM)
                #expect(try await part.end() == 0, "\(part.printed)")
                #expect(!part.printed.contains(Self.password))
            }
            let fromTopic = project.printed.firstMatch(of: /"absences":"\d+","entries":"(\d+)"/)?.output.1
            #expect(fromTopic.map { $0 != "0" } == true, "\(project.printed)")
            // when: somebody relays who may read the topic only, then it is said which rights are missing, and not tried for ever
            try """
            security.protocol=SASL_SSL
            sasl.mechanism=PLAIN
            sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="broker" password="broker";
            ssl.truststore.type=PEM
            ssl.truststore.location=\(folder)/certificate.pem

            """.write(toFile: "\(folder)/admin", atomically: true, encoding: .utf8)
            let home = ProcessInfo.processInfo.environment["KAFKA_HOME"] ?? ""
            let forbidden = try await run([
                "\(home)/bin/kafka-java", "org.apache.kafka.tools.AclCommand", "--bootstrap-server", servers,
                "--command-config", "\(folder)/admin", "--add", "--topic", fixture.topic, "--allow-principal",
                "User:reader", "--operation", "Read", "--operation", "Describe", "--operation", "DescribeConfigs",
            ])
            #expect(forbidden.code == 0, "\(forbidden)")
            let reader = try PartProcess(
                relaying: fixture, servers: servers, more: try options("reader", password: Self.password))
            _ = try await walker.steps(20)
            try await reader.says("the relay needs Describe, DescribeConfigs, Read and Write")
            #expect(try await reader.end() != 0)
        }
        try await broker.stop()
    }
}
