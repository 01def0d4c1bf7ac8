import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// What docs/kafka.md says to those who read the topic: its commands and its program, as they stand there.
@Suite struct KafkaPageTests {
    private static func page() throws -> String {
        try String(contentsOf: Oracle.root.appending(path: "docs/kafka.md"), encoding: .utf8)
    }

    /// Waits until so many entries are in the topic.
    private func delivered(_ count: Int64, _ marketplace: MarketplaceProcess) async throws {
        try await eventually("the log is delivered up to \(count)") {
            let status = try await marketplace.operate(["relay", "status", "--json"])
            #expect(status.code == 0, "\(status.errors)")
            let topic = try JSONValue(Array(status.output.utf8))["topics"]?.array?.first
            guard let next = topic?["next"]?.integer, next >= count else { return false }
            #expect(topic?["holder"]?.string?.isEmpty == false)
            #expect(topic?["lag"]?.integer == 0)
            return true
        }
    }

    @Test func othersFollowTheMarketplace() async throws {
        let topic = try await TestBroker.shared.topic(
            partitions: 64, settings: ["message.timestamp.type": "LogAppendTime"])
        let servers = TestBroker.shared.servers
        try await withMarketplace(["--kafka", servers, "--topic", topic]) { marketplace, _ in
            // Given a marketplace that relays,
            for number in 0..<5 {
                #expect(try await marketplace.publish([manifest("acme.agent-\(number)")]).status == 201)
            }
            _ = try await marketplace.register("ada")
            let head = try await marketplace.head()
            try await delivered(head, marketplace)
            let entries = try #require(try await marketplace.json("events?limit=1000")["events"]?.array)
            let expected = try entries.map { entry in
                let body = try #require(entry["entry"])
                return try [
                    "\(#require(entry["position"]?.integer))", #require(body["subject"]?.string),
                    #require(body["type"]?.string),
                ]
            }
            // when kcat reads the topic, then it finds each entry once under the name of its stream;
            let line = try #require(Self.page().split(separator: "\n").first { $0.hasPrefix("    kcat ") })
            let kcat = try await run([
                "bash", "-c",
                String(line).replacing("127.0.0.1:9092", with: servers).replacing("mentatlab.events", with: topic),
            ])
            #expect(kcat.code == 0, "\(kcat.errors)")
            let read = kcat.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(read.map { $0[1] }.sorted() == expected.map { $0[1] }.sorted())
            #expect(read.allSatisfy { $0[2].contains("content-type=application/cloudevents+json") })
            // when two programs of the page read it as a group, then they find each once, where it belongs.
            let program = try #require(Self.page().firstMatch(of: /```python\n((?s).*?)```/)).output.1
            let file = "\(marketplace.folder).py"
            try program.write(toFile: file, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(atPath: file) }
            let schemas = Oracle.root.appending(path: "schemas").path
            let members = try (0..<2).map { _ in
                try OracleProcess(file: file, [servers, topic, "group-\(topic)", schemas])
            }
            try await follow(members, finds: expected)
            #expect(try await marketplace.publish([manifest("acme.later")]).status == 201)
            let more = try await marketplace.head()
            let all = try #require(try await marketplace.json("events?limit=1000")["events"]?.array)
            #expect(all.count == more)
            try await follow(members, count: Int(more))
            for member in members { await member.stop() }
        }
    }

    private func lines(_ members: [OracleProcess]) throws -> [[String]] {
        try members.map { try $0.lines() }.joined().map { $0.split(separator: " ").map(String.init) }
    }

    private func follow(_ members: [OracleProcess], count: Int) async throws {
        try await eventually("\(count) lines") { try lines(members).count >= count }
        #expect(try lines(members).count == count)
    }

    private func follow(_ members: [OracleProcess], finds expected: [[String]]) async throws {
        try await follow(members, count: expected.count)
        let found = try lines(members).sorted { (Int($0[0]) ?? 0) < (Int($1[0]) ?? 0) }
        #expect(found.map { [$0[0], $0[2], $0[3]] } == expected)
        // The slice is what the page says of it.
        let slices = try await Oracle.run(
            "slice", input: found.map { $0[2].split(separator: "/")[1] + "\n" }.joined())
        for (line, slice) in zip(found, slices) where !line[2].hasPrefix("downloads/") { #expect(line[1] == slice) }
    }
}
