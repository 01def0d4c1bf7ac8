import Foundation
import HTTPClient
import JSON
import Synchronization
import TestSupport
import Testing

/// Two releases on one database: the program, and the one that `./test` builds with a vocabulary and models of a release
/// after it. Clients notice neither the upgrade nor the way back.
@Suite(.timeLimit(.minutes(10))) struct UpgradeTests {
    /// A release: its program, and the processes of it on a database.
    private struct Release {
        let program: String
        let url: String
        let folder: String

        init(_ program: String, _ name: String, _ url: String, in folder: String) throws {
            (self.program, self.url, self.folder) = (program, url, "\(folder)/\(name)")
            try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        }

        private var files: String { "\(URL(filePath: folder).deletingLastPathComponent().path)/files" }

        /// Starts a front; it has a data folder of its own, as on a machine of its own.
        func front(_ part: String) async throws -> MarketplaceProcess {
            let data = "\(folder)/\(part)"
            return try await MarketplaceProcess(
                [part, "--data", data, "--database-url", url, "--artifacts", files, "--port", "0"], folder: data,
                program: program)
        }

        func projector(_ options: [String] = []) throws -> Projector {
            try Projector(program, ["project", "--database-url", url] + options)
        }

        func run(_ words: String...) async throws -> (code: Int32, output: String, errors: String) {
            try await run(words)
        }

        func run(_ words: [String]) async throws -> (code: Int32, output: String, errors: String) {
            try await TestSupport.run([program] + words + ["--database-url", url])
        }
    }

    /// A process that projects.
    private final class Projector: Sendable {
        private let process: Mutex<Process>
        private let output: OutputFile

        init(_ program: String, _ arguments: [String]) throws {
            let process = Process()
            output = try OutputFile()
            process.executableURL = URL(filePath: program)
            process.arguments = arguments
            process.standardOutput = try output.handle
            process.standardError = FileHandle.nullDevice
            try process.start()
            self.process = Mutex(process)
        }

        private var isRunning: Bool { process.withLock(\.isRunning) }

        deinit { process.withLock { if $0.isRunning { kill($0.processIdentifier, SIGKILL) } } }

        func says(_ words: String) async throws {
            while !output.text.contains(words) {
                try #require(isRunning, "it ended before it said '\(words)': \(output.text)")
                try await Task.sleep(for: .milliseconds(50))
            }
        }

        func stop() async throws {
            process.withLock { $0.interrupt() }
            while isRunning { try await Task.sleep(for: .milliseconds(20)) }
        }
    }

    /// The next release gives 15 points for WebAssembly in place of 10, and says whose score that changes and why.
    private func expectOtherReputations(_ new: Release) async throws {
        let compared = try await new.run("rebuild", "reputation", "--compare", "1", "--json")
        #expect(compared.code == 0, "\(compared.errors)")
        let changes = try JSONValue(Array(compared.output.utf8))["changes"]?.array ?? []
        #expect(changes.map { $0["username"]?.string } == ["ada"])
        #expect(changes.first?["before"]?.integer == 10 && changes.first?["after"]?.integer == 15)
        let items = changes.first?["items"]?.array ?? []
        #expect(items.map { $0["rule"]?.string } == ["wasm"] && items.first?["agent"]?.string == "ada.wasm")
        let missing = try await new.run("rebuild", "reputation", "--compare", "7")
        #expect(missing.code == 1 && missing.errors.contains("no build of version 7"), "\(missing.errors)")
        let misplaced = try await new.run("rebuild", "agents", "--compare", "1")
        #expect(misplaced.code == 64 && misplaced.errors.contains("'reputation' alone"), "\(misplaced.errors)")
    }

    /// What clients do and see while releases come and go behind one address.
    private final class Traffic: Sendable {
        private struct State {
            var turns: [Int: Int] = [:]
            var faults: [String] = []
            var written: Int64 = 0
            var answers = 0
        }

        private let state = Mutex(State())
        let query: Shared<MarketplaceProcess>
        let command: Shared<MarketplaceProcess>
        let isOver = Shared(false)

        /// - Parameter position: what every read has to reflect from the beginning.
        init(_ query: MarketplaceProcess, _ command: MarketplaceProcess, from position: Int64) {
            state.withLock { $0.written = position }
            self.query = Shared(query)
            self.command = Shared(command)
        }

        var faults: [String] { state.withLock(\.faults) }
        var answers: Int { state.withLock(\.answers) }

        private func turn(of client: Int) { state.withLock { $0.turns[client, default: 0] += 1 } }

        /// Returns once every client has ended what it began before.
        func settle() async throws {
            let before = state.withLock(\.turns)
            while !isOver.value {
                let now = state.withLock(\.turns)
                if before.allSatisfy({ now[$0.key, default: 0] >= $0.value + 2 }) { return }
                try await Task.sleep(for: .milliseconds(20))
            }
        }

        private func fault(_ words: String) { state.withLock { $0.faults.append(words) } }

        /// Reads pages; each read names the newest position that was seen or written.
        func read(_ client: Int, _ paths: [String]) async throws {
            var seen: Int64 = 0
            while !isOver.value {
                defer { turn(of: client) }
                let path = paths.randomElement() ?? ""
                seen = max(seen, state.withLock(\.written))
                let answer = try await query.value.get("\(path)\(path.contains("?") ? "&" : "?")min_position=\(seen)")
                let code = (try? JSONValue(answer.body))?["code"]?.string
                // A model that is behind says so, and the client tries again.
                if answer.status == 503, code == "position-not-reached" { continue }
                guard answer.status == 200, let shown = answer.fields["marketplace-position"].flatMap({ Int64($0) })
                else {
                    fault("\(path): \(answer.status) \(String(decoding: answer.body.prefix(300), as: UTF8.self))")
                    continue
                }
                if shown < seen { fault("\(path): position \(shown) after \(seen)") }
                seen = max(seen, shown)
                state.withLock { $0.answers += 1 }
            }
        }

        func write(_ client: Int, _ token: String, agents: Int) async throws {
            var number = 0
            while !isOver.value {
                defer { turn(of: client) }
                let answer = try await command.value.send(
                    number / agents % 2 == 0 ? "PUT" : "DELETE", "agents/acme.a\(number % agents)/star", token: token)
                number += 1
                guard (200...201).contains(answer.status),
                    let position = try JSONValue(answer.body)["position"]?.integer
                else {
                    fault("star: \(answer.status) \(String(decoding: answer.body.prefix(300), as: UTF8.self))")
                    continue
                }
                state.withLock { $0.written = max($0.written, position) }
            }
        }
    }

    private func isReady(_ front: MarketplaceProcess) async throws -> Bool {
        try await front.get("/health/ready").status == 200
    }

    private func waitUntilReady(_ front: MarketplaceProcess) async throws {
        while try await !isReady(front) { try await Task.sleep(for: .milliseconds(50)) }
    }

    @Test func anUpgradeAndTheWayBackGoUnnoticed() async throws {
        let next = try #require(
            ProcessInfo.processInfo.environment["MENTATLAB_MARKETPLACE_NEXT"],
            "MENTATLAB_MARKETPLACE_NEXT is not set: run the tests by ./test")
        try await TestDatabase.with(migrated: false) { url in
            try await withFolder { folder in
                let old = try Release(try MarketplaceProcess.program, "old", url, in: folder)
                let new = try Release(next, "new", url, in: folder)
                // Given a release at work, with clients.
                var command = try await old.front("command")
                var query = try await old.front("query")
                let projector = try old.projector()
                for index in 0..<10 {
                    #expect(try await command.publish([manifest("acme.a\(index)")]).status == 201)
                }
                let ada = try await command.register("ada")
                let module = HTTPClientRequest.Part(name: "wasm_module", bytes: [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
                #expect(try await command.publish([manifest("ada.wasm"), module], token: ada.token).status == 201)
                let traffic = Traffic(query, command, from: try await query.head() - 1)
                let paths = ["agents", "agents?sort=stars", "publishers/admin"] + (0..<10).map { "agents/acme.a\($0)" }
                try await withThrowingTaskGroup { group in
                    for client in 0..<3 { group.addTask { try await traffic.read(client, paths) } }
                    group.addTask { try await traffic.write(3, ada.token, agents: 10) }
                    defer { traffic.isOver.value = true }

                    func switchTo(_ release: Release) async throws {
                        let (nextQuery, nextCommand) = (
                            try await release.front("query"), try await release.front("command")
                        )
                        try await waitUntilReady(nextQuery)
                        try await waitUntilReady(nextCommand)
                        traffic.query.value = nextQuery
                        traffic.command.value = nextCommand
                        try await traffic.settle()
                        #expect(try await query.stop() == 0)
                        #expect(try await command.stop() == 0)
                        (query, command) = (nextQuery, nextCommand)
                    }

                    // When the next one comes, its front waits for its models, and nobody makes them unasked.
                    let early = try await new.front("query")
                    let waiting = try await early.get("/health/ready")
                    #expect(waiting.status == 503)
                    #expect(String(decoding: waiting.body, as: UTF8.self).contains("not built yet"))
                    let unasked = try await new.run("project")
                    #expect(unasked.code == 64 && unasked.errors.contains("project --ahead"), "\(unasked.errors)")
                    let tooEarly = try await new.run("upgrade", "finish")
                    #expect(tooEarly.code == 1 && tooEarly.errors.contains("not built yet"), "\(tooEarly.errors)")
                    let ahead = try new.projector(["--ahead"])
                    try await ahead.says("its fronts can serve")
                    try await waitUntilReady(early)
                    #expect(try await early.stop() == 0)
                    try await expectOtherReputations(new)
                    // Both are at work: what the older one would not know is refused, and nothing is final.
                    let note = try await new.run("log", "note")
                    #expect(note.code == 1 && note.output.contains("tooNew"), "\(note)")
                    let refused = try await new.run("upgrade", "finish")
                    #expect(
                        refused.code == 1 && refused.errors.contains("marketplace 0.1.0 query"), "\(refused.errors)")
                    try await switchTo(new)
                    // The way back, and forth again.
                    try await switchTo(old)
                    try await switchTo(new)
                    try await projector.stop()
                    var programs: [JSONValue] = []
                    try await eventually("three programs are known") {
                        let status = try await new.run("upgrade", "status", "--json")
                        programs = try #require(try JSONValue(Array(status.output.utf8))["programs"]?.array)
                        return programs.count == 3
                    }
                    #expect(programs.allSatisfy { $0["same_release"]?.bool == true } && programs.count == 3)
                    // The older release can neither end its own time nor the newer one's.
                    let backwards = try await old.run("upgrade", "finish")
                    #expect(
                        backwards.code == 1 && backwards.errors.contains("models of a newer release"),
                        "\(backwards.errors)")
                    // The server may have run for less than a lease lasts.
                    var finished = try await new.run("upgrade", "finish")
                    while finished.errors.contains("try again in") {
                        try await Task.sleep(for: .seconds(1))
                        finished = try await new.run("upgrade", "finish")
                    }
                    #expect(finished.code == 0 && finished.output.contains("edition 2"), "\(finished)")
                    #expect(finished.output.contains("agents 1 (build 1)"), "\(finished.output)")
                    let noted = try await new.run("log", "note")
                    #expect(noted.code == 0, "\(noted)")
                    try await traffic.settle()
                    // Then the older release knows that its time is over, and the newer one is whole.
                    for part in ["query", "command"] {
                        let late = try await old.run(part, "--artifacts", "\(folder)/files", "--data", "\(folder)/late")
                        #expect(late.code == 1 && late.errors.contains("run the newer program"), "\(late.errors)")
                    }
                    for words in [["project"], ["rebuild", "agents"], ["upgrade", "finish"]] {
                        let late = try await old.run(words)
                        #expect(late.code == 1 && late.errors.contains("run the newer program"), "\(late.errors)")
                    }
                    traffic.isOver.value = true
                    try await group.waitForAll()
                    let again = try await new.run("upgrade", "finish")
                    #expect(again.code == 0 && again.output == "there is nothing to finish\n")
                    let checked = try await new.run("rebuild", "--all", "--check")
                    #expect(checked.code == 0, "\(checked)")
                    try await ahead.stop()
                    #expect(try await query.stop() == 0)
                    #expect(try await command.stop() == 0)
                }
                #expect(traffic.faults.isEmpty, "\(traffic.faults.prefix(5))")
                #expect(traffic.answers > 100)
            }
        }
    }
}
