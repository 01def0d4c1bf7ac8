import AgentIndex
import Crypto
import EventLog
import Events
import Following
import Foundation
import Logging
import Manifest
import Postgres
import Projections
import TestSupport
import Testing

/// The index on disk says what the model says, whoever copies it and whatever the folder held before.
@Suite struct IndexMirrorTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "index-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    private func mirror(_ url: String, _ path: String) -> IndexMirror {
        let pool = PostgresPool(
            DatabaseAccess(url: url).configuration(.queries, "test"), sessions: 1)
        return IndexMirror(
            IndexFolder(path), ModelAccess(pool: pool, models: ModelFeed.models(pool)),
            log: Log("test", threshold: .error), sweepMilliseconds: 0)
    }

    /// The builds that a new database has.
    private static let firstBuilds = ["files", "index"].map { name in
        "\(name)=\((ProjectionCatalogue.all.firstIndex { $0.name == name } ?? 0) + 1).2"
    }.joined(separator: " ")

    /// Runs mirrors until the folder has reached a position.
    private func copy(_ url: String, _ path: String, to wanted: IndexFolder.Mark, mirrors: Int = 1) async throws {
        let running = (0..<mirrors).map { _ in
            let mirror = mirror(url, path)
            return Task { await mirror.run() }
        }
        let folder = IndexFolder(path)
        try await eventually("the mark is \(wanted)") { try folder.mark() == wanted }
        for task in running {
            task.cancel()
            await task.value
        }
    }

    private func expectSame(_ url: String, _ path: String) async throws {
        let rows = try await TestDatabase.queryModels(
            url, "SELECT key || ' ' || encode(document, 'hex') FROM index_documents")
        #expect(!rows.isEmpty)
        let folder = IndexFolder(path)
        for row in rows {
            let parts = row.split(separator: " ").map(String.init)
            let key = try #require(AgentKey(parts[0]))
            let file = try #require(try folder.file(key))
            #expect(file.bytes.map { String(format: "%02x", $0) }.joined() == parts[1])
            #expect(file.document.bytes == file.bytes)
        }
        let files = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        #expect(
            files.filter { $0.contains("/") && !$0.hasPrefix("named/") && !$0.hasPrefix("pages/") }.count == rows.count)
        // Pages that were replaced go with the sweep after the next.
        #expect(try await Set(pagesOnDisk(path)).isSuperset(of: storedPages(url)))
    }

    private func storedPages(_ url: String) async throws -> [String] {
        try await TestDatabase.queryModels(url, "SELECT encode(digest, 'hex') FROM index_pages ORDER BY 1")
    }

    private func pagesOnDisk(_ path: String) throws -> [String] {
        let files = FileManager.default.enumerator(atPath: "\(path)/pages")?.compactMap { $0 as? String } ?? []
        return files.filter { $0.utf8.count == 3 + 64 }.map { String($0.suffix(64)) }.sorted()
    }

    private func publish(_ url: String, _ keys: [String]) async throws -> IndexFolder.Mark {
        let log = try await EventLog.open(EventLog.Configuration(url: url))
        let publishing = Publishing(log: log)
        for key in keys { try await publishing.publish(key, ["1.0.0", "1.1.0"]) }
        let head = try await log.entries.head()
        await log.close()
        try await project(url, to: head)
        return IndexFolder.Mark(log: log.id, builds: Self.firstBuilds, next: head)
    }

    private func project(_ url: String, to head: Position) async throws {
        let feed = HeadFeed(head) { head }
        for projection in [Projection.index, .files] {
            let projector = Projector(
                projection, DatabaseAccess(url: url), head: feed, log: Log("test", threshold: .error),
                batchEntries: 10)
            var next = Position(0)
            var losses = 0
            while next < head {
                do {
                    next = try await projector.applyBatch()
                } catch let error as PostgresError where error.isTransient && losses < 20 {
                    // On a busy machine a document of a megabyte can pause a transaction for longer than the server waits;
                    // a follower tries again as well.
                    losses += 1
                }
            }
        }
    }

    private func folder(_ path: String, _ key: AgentKey) throws -> IndexDocument? {
        try IndexFolder(path).file(key)?.document
    }

    /// Given another build, which lacks one agent and parks another, then the folder is compared with it: what is gone goes, and
    /// what is parked stays.
    @Test func aFolderIsComparedWithABuildThatIsSwappedIn() async throws {
        try await TestDatabase.with { url in
            try await withFolder { path in
                let keys = ["acme.kept", "acme.gone", "acme.parked"]
                try await copy(url, path, to: try await publish(url, keys))
                let results = try await Rebuild(DatabaseAccess(url: url), BuildOptions(program: "tests")).run([.index])
                let build = try #require(results.first?.build)
                try await TestDatabase.scriptModels(url, "DELETE FROM index_documents WHERE key <> 'acme.kept'")
                try await TestDatabase.script(
                    url,
                    "INSERT INTO models.faults (build, key, position, reason) VALUES (\(build), 'acme.parked', 1, '')")
                let mirror = mirror(url, path)
                let running = Task { await mirror.run() }
                let folder = IndexFolder(path)
                try await eventually("the folder is of the new build") {
                    try folder.mark()?.builds.contains("index=\(build).") == true
                }
                running.cancel()
                await running.value
                let left = try keys.filter { try folder.file(try #require(AgentKey($0))) != nil }
                #expect(left == ["acme.kept", "acme.parked"])
            }
        }
    }

    /// Pages come before the documents that link to them, and go after those that did.
    @Test func anAgentOfManyVersionsIsCopiedInPages() async throws {
        try await TestDatabase.with { url in
            try await withFolder { path in
                let needs = (0..<250).compactMap { number in
                    AgentID("acme.needed\(number)").map { Dependency(id: $0, range: ">=1.0.0 <2.0.0", isPeer: true) }
                }
                let log = try await EventLog.open(EventLog.Configuration(url: url))
                let publishing = Publishing(log: log)
                let key = try #require(AgentKey("acme.many"))
                var head = Position(0)
                for turn in 0..<4 {
                    let versions = (0..<40).map { "1.\(turn).\($0)" }
                    let first = turn == 0 ? 0 : Int64(turn * 40 + 1)
                    try await publishing.publish("acme.many", versions, from: first, dependencies: needs)
                    head = try await log.entries.head()
                    try await project(url, to: head)
                    try await copy(url, path, to: IndexFolder.Mark(log: log.id, builds: Self.firstBuilds, next: head))
                    try await expectSame(url, path)
                    let folder = IndexFolder(path)
                    #expect(try #require(try folder.file(key)).bytes.count <= IndexEditor.maximumBytes)
                    for version in ["1.0.0", "1.0.39", "1.\(turn).39"] {
                        let request = try #require(VersionRequest(version))
                        #expect(try folder.resolve(request, of: key)?.version.description == version)
                    }
                    #expect(try folder.resolve(.latest, of: key)?.version.description == "1.\(turn).39")
                }
                #expect(try #require(try folder(path, key)).older.count > 2)
                // What a killed program left, and a page that was replaced while nobody copied.
                let pages = "\(path)/pages/\(try #require(try folder(path, key)).older[0].digest.hex.prefix(2))"
                try "x".write(toFile: "\(pages)/half.new", atomically: false, encoding: .utf8)
                let orphan = SHA256Digest(of: [UInt8]())
                try FileManager.default.createDirectory(
                    atPath: "\(path)/pages/e3", withIntermediateDirectories: true)
                try "x".write(toFile: "\(path)/pages/e3/\(orphan)", atomically: false, encoding: .utf8)
                let mirror = mirror(url, path)
                let running = Task { await mirror.run() }
                var left = 1
                for turn in 0..<100 where left > 0 {
                    try await publishing.publish("acme.other\(turn)", ["1.0.0"])
                    head = try await log.entries.head()
                    try await project(url, to: head)
                    try await Task.sleep(for: .milliseconds(100))
                    left = try pagesOnDisk(path).count - (try await storedPages(url).count)
                }
                running.cancel()
                await running.value
                #expect(try await pagesOnDisk(path) == storedPages(url))
                #expect(!FileManager.default.fileExists(atPath: "\(pages)/half.new"))
                await log.close()
            }
        }
    }

    @Test func severalProgramsShareAFolderAndOneCopies() async throws {
        try await TestDatabase.with { url in
            try await withFolder { path in
                var head = try await publish(url, (0..<30).map { "acme.a\($0)" })
                try await copy(url, path, to: head, mirrors: 3)
                try await expectSame(url, path)
                head = try await publish(url, ["acme.b"])
                try await copy(url, path, to: head)
                try await expectSame(url, path)
            }
        }
    }

    /// A folder that follows another log, or one that has gone further than this one, is emptied.
    @Test func aFolderOfAnotherPastBeginsAnew() async throws {
        try await withFolder { path in
            let first = try #require(AgentKey("acme.first"))
            for keys in [["acme.first", "acme.more", "acme.last"], ["acme.second"]] {
                try await TestDatabase.with { url in
                    let head = try await publish(url, keys)
                    try await copy(url, path, to: head)
                    try await expectSame(url, path)
                    let found = try IndexFolder(path).file(first)
                    #expect((found != nil) == (keys.count > 1))
                }
            }
        }
    }

    @Test func whatIsMeantIsFound() throws {
        let id = try #require(AgentID("Acme.A"))
        var editor = IndexEditor(IndexDocument(id, at: Position(0))) { _ in throw CancellationError() }
        var document: IndexDocument { editor.result().document }
        func moderate(_ event: any EventPayload, _ position: Int64) throws {
            try editor.evolve(event, at: Position(position), time: Timestamp(milliseconds: 0))
        }
        func publish(_ version: String, _ position: Int64) throws {
            try moderate(
                VersionPublished(
                    version: version, artifacts: [], listed: true, listingCommitment: .init(of: [UInt8]())), position)
        }
        func found(_ request: String) throws -> String {
            do {
                var search = document.search(try #require(VersionRequest(request)), maximumPages: 0)
                guard case .found(let version) = try search.step() else { return "a page" }
                return version.version.description
            } catch let failure as IndexDocument.ResolutionFailure {
                return "\(failure)"
            }
        }
        #expect(try found("latest") == "noneMatches")
        try publish("2.0.0-rc.1", 1)
        #expect(try found("latest") == "2.0.0-rc.1")
        try publish("1.0.0", 2)
        try publish("1.0.1", 3)
        #expect(try found("latest") == "1.0.1")
        func yank(_ version: String, _ position: Int64) throws {
            try moderate(VersionYanked(authority: .owner, reason: .broken, version: version), position)
        }
        try yank("1.0.1", 4)
        #expect(try found("latest") == "1.0.0")
        #expect(try found("^1.0.1") == #"allYanked("1.0.1")"#)
        #expect(try found("1.0.1") == "1.0.1")
        try yank("1.0.0", 5)
        #expect(try found("latest") == "2.0.0-rc.1")
        #expect(try found("*") == #"allYanked("1.0.1")"#)
        #expect(try IndexDocument(document.bytes) == document)
        #expect(document.position == Position(5))

        // What is held is found by nobody, and comes back.
        try publish("3.0.0", 6)
        try publish("3.1.0", 7)
        try moderate(AgentQuarantined(authority: .moderator, reason: .malware, version: "3.1.0"), 8)
        #expect(try found("latest") == "3.0.0" && found("^3") == "3.0.0")
        #expect(try found("3.1.0").hasPrefix(#"held("3.1.0""#) && found("~3.1").hasPrefix(#"held("3.1.0""#))
        try moderate(AgentQuarantined(authority: .moderator, reason: .spam), 9)
        for request in ["latest", "3.0.0", "1.0.1", "*"] {
            #expect(try found(request).hasPrefix("held("), "\(request)")
        }
        try moderate(QuarantineLifted(authority: .moderator, reason: .spam), 10)
        #expect(try found("latest") == "3.0.0" && found("3.1.0").hasPrefix("held("))
        try moderate(QuarantineLifted(authority: .moderator, reason: .malware, version: "3.1.0"), 11)
        #expect(try found("latest") == "3.1.0" && found("1.0.1") == "1.0.1")
        #expect(document.standing.map { [$0.from.value, $0.until?.value] } == [[9, 10]])
        #expect(document.versions.last?.standing.map { [$0.from.value, $0.until?.value] } == [[8, 11]])
        #expect(try IndexDocument(document.bytes) == document)
    }
}
