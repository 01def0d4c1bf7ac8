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
            IndexFolder(path), pool: pool, cursors: CursorFeed.cursors(pool), log: Log("test", threshold: .error))
    }

    /// Runs mirrors until the folder has reached a position.
    private func copy(_ url: String, _ path: String, to wanted: IndexFolder.Mark, mirrors: Int = 1) async throws {
        let running = (0..<mirrors).map { _ in
            let mirror = mirror(url, path)
            return Task { await mirror.run() }
        }
        let folder = IndexFolder(path)
        for _ in 0..<400 {
            if let mark = try folder.mark(), mark.log == wanted.log, mark.next >= wanted.next { break }
            try await Task.sleep(for: .milliseconds(25))
        }
        #expect(try folder.mark() == wanted)
        for task in running {
            task.cancel()
            await task.value
        }
    }

    private func expectSame(_ url: String, _ path: String) async throws {
        let rows = try await TestDatabase.query(
            url, "SELECT key || ' ' || encode(document, 'hex') FROM models.index_documents")
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
        #expect(files.filter { $0.contains("/") && !$0.hasPrefix("named/") }.count == rows.count)
    }

    private func publish(_ url: String, _ keys: [String]) async throws -> IndexFolder.Mark {
        let log = try await EventLog.open(EventLog.Configuration(url: url))
        let publishing = Publishing(log: log)
        for key in keys { try await publishing.publish(key, ["1.0.0", "1.1.0"]) }
        let head = try await log.entries.head()
        await log.close()
        let feed = HeadFeed(head) { head }
        for projection in [Index.self, Files.self] as [any Projection.Type] {
            let projector = Projector(
                projection, DatabaseAccess(url: url), head: feed, log: Log("test", threshold: .error))
            while try await projector.applyBatch() < head {}
        }
        return IndexFolder.Mark(log: log.id, next: head)
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
        var document = IndexDocument(id, at: Position(0))
        func publish(_ version: String, _ position: Int64) {
            document.evolve(
                VersionPublished(
                    version: version, artifacts: [], listed: true, listingCommitment: .init(of: [UInt8]())),
                at: Position(position), time: Timestamp(milliseconds: 0))
        }
        func found(_ request: String) throws -> String {
            do {
                return try document.resolve(try #require(VersionRequest(request))).version.description
            } catch let failure as IndexDocument.ResolutionFailure {
                return "\(failure)"
            }
        }
        #expect(try found("latest") == "noneMatches")
        publish("2.0.0-rc.1", 1)
        #expect(try found("latest") == "2.0.0-rc.1")
        publish("1.0.0", 2)
        publish("1.0.1", 3)
        #expect(try found("latest") == "1.0.1")
        func yank(_ version: String, _ position: Int64) {
            document.evolve(
                VersionYanked(authority: .owner, reason: .broken, version: version), at: Position(position),
                time: Timestamp(milliseconds: 0))
        }
        yank("1.0.1", 4)
        #expect(try found("latest") == "1.0.0")
        #expect(try found("^1.0.1") == #"allYanked("1.0.1")"#)
        #expect(try found("1.0.1") == "1.0.1")
        yank("1.0.0", 5)
        #expect(try found("latest") == "2.0.0-rc.1")
        #expect(try found("*") == #"allYanked("1.0.1")"#)
        #expect(try IndexDocument(document.bytes) == document)
        #expect(document.position == Position(5))

        // What is held is found by nobody, and comes back.
        func moderate(_ event: any EventPayload, _ position: Int64) {
            document.evolve(event, at: Position(position), time: Timestamp(milliseconds: 0))
        }
        publish("3.0.0", 6)
        publish("3.1.0", 7)
        moderate(AgentQuarantined(authority: .moderator, reason: .malware, version: "3.1.0"), 8)
        #expect(try found("latest") == "3.0.0" && found("^3") == "3.0.0")
        #expect(try found("3.1.0").hasPrefix(#"held("3.1.0""#) && found("~3.1").hasPrefix(#"held("3.1.0""#))
        moderate(AgentQuarantined(authority: .moderator, reason: .spam), 9)
        for request in ["latest", "3.0.0", "1.0.1", "*"] {
            #expect(try found(request).hasPrefix("held("), "\(request)")
        }
        moderate(QuarantineLifted(authority: .moderator, reason: .spam), 10)
        #expect(try found("latest") == "3.0.0" && found("3.1.0").hasPrefix("held("))
        moderate(QuarantineLifted(authority: .moderator, reason: .malware, version: "3.1.0"), 11)
        #expect(try found("latest") == "3.1.0" && found("1.0.1") == "1.0.1")
        #expect(document.standing.map { [$0.from.value, $0.until?.value] } == [[9, 10]])
        #expect(document.versions.last?.standing.map { [$0.from.value, $0.until?.value] } == [[8, 11]])
        #expect(try IndexDocument(document.bytes) == document)
    }
}
