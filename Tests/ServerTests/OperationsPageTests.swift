import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// The commands of docs/operations.md, as they stand there and in their order, on a marketplace that needs them.
@Suite struct OperationsPageTests {
    /// The lines of the page that are commands.
    private func commands() throws -> [String] {
        let page = try String(contentsOf: Oracle.root.appending(path: "docs/operations.md"), encoding: .utf8)
        return page.split(separator: "\n").filter { $0.hasPrefix("    ") }.map { String($0.dropFirst(4)) }
    }

    /// What has to be so before a command makes sense.
    private struct Situation {
        let marketplace: MarketplaceProcess
        let owner: String
        var position: Int64 = 0

        /// Before: an agent is parked. Its table refuses it until `mend`.
        mutating func park(_ key: String) async throws {
            try await TestDatabase.scriptModels(
                owner, "ALTER TABLE agent_versions ADD CONSTRAINT refuses CHECK (key <> '\(key)')")
            #expect(try await marketplace.publish([manifest(key)]).status == 201)
            position = try await marketplace.head() - 1
            try await eventually("'\(key)' is parked") {
                try await marketplace.operate(["project", "parked"]).output.contains(key)
            }
        }

        func mend() async throws {
            try await TestDatabase.scriptModels(owner, "ALTER TABLE agent_versions DROP CONSTRAINT refuses")
        }
    }

    @Test func whatThePageSaysWorks() async throws {
        let lines = try commands()
        #expect(lines.count >= 10 && lines.allSatisfy { $0.hasPrefix("marketplace ") || $0.hasPrefix("curl ") })
        try await withEmbedded { folder in
            // Given a marketplace in the folder that a command looks into when it is told none,
            let place = "\(folder).place"
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: place) }
            try FileManager.default.createSymbolicLink(atPath: "\(place)/.mentatlab", withDestinationPath: folder)
            let marketplace = try await MarketplaceProcess(["up", "--data", folder, "--port", "0"], folder: folder)
            let owner = try String(contentsOfFile: "\(folder)/logins/owner", encoding: .utf8)
            var situation = Situation(
                marketplace: marketplace, owner: owner.trimmingCharacters(in: .newlines))
            for id in ["acme.a", "acme.b"] { #expect(try await marketplace.publish([manifest(id)]).status == 201) }
            let programs = URL(filePath: try MarketplaceProcess.program).deletingLastPathComponent().path
            for line in lines {
                // when each command is given where the page gives it,
                if line.contains("project status") { try await situation.park("acme.word-count") }
                if line.contains("project retry") { try await situation.mend() }
                if line.contains("project skip") { try await situation.park("acme.never") }
                let command = line.replacing("http://127.0.0.1:7080", with: marketplace.url)
                    .replacing("/srv/logins", with: "\(folder)/logins")
                    .replacing("/srv/artifacts", with: "\(folder)/artifacts")
                    .replacing("http://127.0.0.1:9200", with: SearchEngineUnderTest.node ?? "http://127.0.0.1:9200")
                    .replacing(" 4711 ", with: " \(situation.position) ")
                // What serves until it is told to stop is stopped.
                let isServing = command.contains("--ahead") || command.hasPrefix("marketplace query")
                let begins = isServing ? "timeout --kill-after 10 --signal INT 30 " : ""
                let outcome = try await run(
                    ["bash", "-c", "PATH=\(programs):$PATH; \(begins)\(command)"], in: place)
                // then it does what the page says of it.
                let expected = begins.isEmpty ? 0 : Int32(124)
                #expect(outcome.code == expected, "\(line): \(outcome.output) \(outcome.errors)")
                for (words, said) in [
                    ("curl ", "\"projections\""), ("rebuild agents", "agents: build"), ("--pace", "publishers: build"),
                    ("--check", "all as the log says"), ("project status", "parks 'acme.word-count'"),
                    ("project parked", "\"acme.word-count\""), ("project retry", "acme.word-count is up to the model"),
                    ("--ahead", "its fronts can serve"), ("marketplace query", "ready at"),
                    ("upgrade status", "nothing is left to finish"), ("upgrade finish", "there is nothing to finish"),
                ] where line.contains(words) {
                    #expect(outcome.output.contains(said), "\(line): \(outcome.output) \(outcome.errors)")
                }
                if line.contains("project skip") {
                    let skips = try await marketplace.json("events?type=projection.skipped.v1")["events"]?.array
                    #expect(skips?.count == 1)
                }
            }
            #expect(try await marketplace.stop() == 0)
        }
    }
}
