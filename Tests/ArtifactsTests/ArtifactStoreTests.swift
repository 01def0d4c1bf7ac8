import Crypto
import Foundation
import Postgres
import System
import TestSupport
import Testing

@testable import Artifacts

@Suite struct ArtifactStoreTests {
    private func withStore(_ body: (ArtifactStore, ArtifactFolder, String, String) async throws -> Void) async throws {
        try await TestDatabase.with { url in
            let path = FileManager.default.temporaryDirectory.appending(path: "artifacts-\(UUID().uuidString)").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            let folder = ArtifactFolder(path)
            let leases = PostgresPool(PostgresConfiguration(url: url, applicationName: "tests"), sessions: 2)
            try await body(try ArtifactStore(folder, leases: leases), folder, path, url)
            await leases.close()
        }
    }

    private func store(_ store: ArtifactStore, _ pieces: [[UInt8]]) async throws -> SHA256Digest {
        let upload = store.begin()
        for piece in pieces { try await upload.write(piece) }
        let digest = try await upload.finish()
        try await store.place([(upload, digest)])
        return digest
    }

    private func content(_ folder: ArtifactFolder, _ digest: SHA256Digest) throws -> [UInt8]? {
        guard let file = try folder.open(digest) else { return nil }
        return try file.read(at: 0, count: 100)
    }

    private func files(_ path: String) -> [String] {
        (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? [])
            .filter { !FileManager.default.fileExists(atPath: "\(path)/\($0)/.") }.sorted()
    }

    @Test func aFileIsFoundByItsDigest() async throws {
        try await withStore { store, folder, path, url in
            let digest = try await self.store(store, [Array("hello ".utf8), [], Array("world".utf8)])
            // The digest that sha256sum prints.
            #expect(digest.hex == "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9")
            #expect(try content(folder, digest) == Array("hello world".utf8))
            #expect(try content(folder, SHA256Digest(of: [1])) == nil)
            let leases = try await TestDatabase.query(url, "SELECT encode(sha256, 'hex') FROM vault.artifact_leases")
            #expect(leases == [digest.hex])
            #expect(files(path) == ["sha256/b9/\(digest.hex.dropFirst(2))"])
        }
    }

    /// Uploads that come together share the flushes of the disk, and nothing else.
    @Test func uploadsThatComeTogetherAreEachStoredOrRefused() async throws {
        try await withStore { store, folder, path, url in
            // Given uploads of which some have the same file, and one whose file is gone
            let uploads = try await withThrowingTaskGroup { group in
                for number in 0..<60 {
                    group.addTask {
                        let upload = store.begin()
                        try await upload.write([UInt8(number % 20)])
                        return (number, upload, try await upload.finish())
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try FileManager.default.removeItem(atPath: uploads[0].1.path)
            // A number of which two others have the file as well
            let broken = uploads[0].0
            // When all are placed at once
            let failed = await withTaskGroup { group in
                for (number, upload, digest) in uploads {
                    group.addTask {
                        do {
                            try await store.place([(upload, digest)])
                            return nil as Int?
                        } catch {
                            return number
                        }
                    }
                }
                return await group.reduce(into: [Int]()) { all, number in if let number { all.append(number) } }
            }
            // Then all but that one are stored, unless another one with its file came first
            #expect(failed.isEmpty || failed == [broken])
            for number in 0..<20 {
                let digest = SHA256Digest(of: [UInt8(number)])
                #expect(try content(folder, digest) == [UInt8(number)])
            }
            #expect(files(path).count == 20)
            // And each holds the lease of its file
            #expect(
                try await TestDatabase.query(url, "SELECT DISTINCT uploads::text FROM vault.artifact_leases") == ["3"])
        }
    }

    @Test func groupsHaveABoundAndLargeFilesAreNotInThem() async throws {
        try await withStore { store, folder, _, _ in
            let queue = PlacementQueue(folder)
            let count = 3 * PlacementQueue.mostPublications
            try await withThrowingTaskGroup { group in
                for number in 0..<count {
                    group.addTask {
                        let upload = store.begin()
                        try await upload.write(Array("file \(number)".utf8))
                        let digest = try await upload.finish()
                        try await queue.place(PlacementQueue.Publication(uploads: [(upload, digest)]))
                    }
                }
                try await group.waitForAll()
            }
            let groups = queue.groups
            #expect((3..<count).contains(groups), "\(groups) groups of \(count)")
            for number in 0..<count {
                let text = Array("file \(number)".utf8)
                #expect(try content(folder, SHA256Digest(of: text)) == text)
            }
            let large = store.begin()
            try await large.write([UInt8](repeating: 7, count: PlacementQueue.largeBytes))
            let digest = try await large.finish()
            try await queue.place(PlacementQueue.Publication(uploads: [(large, digest)]))
            #expect(try content(folder, digest)?.count == 100)
            #expect(queue.groups == groups)
        }
    }

    @Test func aRefusedUploadFreesItsBytesUnlessOthersHoldThem() async throws {
        try await withStore { store, folder, path, url in
            let alone = try await self.store(store, [[1]])
            try await store.release([alone])
            #expect(try content(folder, alone) == nil)
            #expect(try await TestDatabase.query(url, "SELECT count(*)::text FROM vault.artifact_leases") == ["0"])

            let shared = try await self.store(store, [[2]])
            #expect(try await self.store(store, [[2]]) == shared)
            try await store.release([shared])
            #expect(try content(folder, shared) == [2])
            try await store.release([shared])
            #expect(try content(folder, shared) == nil)
            // What was released once more than it was uploaded frees nothing of the next one.
            try await store.release([shared])
            #expect(try await self.store(store, [[2]]) == shared)
            #expect(try content(folder, shared) == [2])

            let named = try await self.store(store, [[3]])
            try await TestDatabase.script(
                url, "INSERT INTO vault.artifact_names VALUES (decode('\(named.hex)', 'hex'))")
            try await store.release([named])
            #expect(try content(folder, named) == [3])
            #expect(files(path).count == 2)
        }
    }

    @Test func theSameBytesManyTimesAtOnceAreOneFile() async throws {
        try await withStore { store, _, path, _ in
            let digests = try await withThrowingTaskGroup(of: SHA256Digest.self) { group in
                for _ in 0..<20 { group.addTask { try await self.store(store, [[1, 2, 3]]) } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(digests.count == 1)
            try await eventually("one file is left") { files(path).count == 1 }
        }
    }

    @Test func anUploadThatIsGivenUpLeavesNothing() async throws {
        try await withStore { store, _, path, _ in
            do {
                let upload = store.begin()
                try await upload.write([UInt8](repeating: 1, count: 70_000))
                #expect(files(path).count == 1)
            }
            try await eventually("no file is left") { files(path).isEmpty }
        }
    }

    @Test func theSweepTakesWhatNobodyNamesAndNothingElse() async throws {
        try await withStore { store, folder, path, url in
            let orphan = try await self.store(store, [[1]])
            let named = try await self.store(store, [[2]])
            let young = try await self.store(store, [[3]])
            try await TestDatabase.script(url, "INSERT INTO vault.artifact_names VALUES ('\\x\(named.hex)')")
            try await TestDatabase.script(
                url,
                "UPDATE vault.artifact_leases SET leased = now() - interval '25 hours' WHERE sha256 <> '\\x\(young.hex)'"
            )
            #expect(try await store.sweep() == 1)
            #expect(try content(folder, orphan) == nil)
            #expect(files(path).count == 2)
            let leases = try await TestDatabase.query(url, "SELECT encode(sha256, 'hex') FROM vault.artifact_leases")
            #expect(leases == [young.hex])
        }
    }

    /// The lock that a sweep works under is gone before its commit: whoever came in between may name the file.
    @Test func aSweepThatCanNotCommitPutsTheFileBack() async throws {
        try await withStore { store, folder, path, url in
            let orphan = try await self.store(store, [[1]])
            try await TestDatabase.script(
                url,
                """
                UPDATE vault.artifact_leases SET leased = now() - interval '25 hours';
                CREATE FUNCTION public.end_session() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN OLD; END';
                CREATE TRIGGER lost BEFORE DELETE ON vault.artifact_leases
                    FOR EACH ROW EXECUTE FUNCTION public.end_session();
                """)
            await #expect(throws: PostgresError.self) { try await store.sweep() }
            #expect(try content(folder, orphan) == [1])

            // One that was killed in between is made good by the next.
            try await TestDatabase.script(url, "DROP TRIGGER lost ON vault.artifact_leases")
            try FileManager.default.moveItem(
                atPath: "\(path)/sha256/\(orphan.hex.prefix(2))/\(orphan.hex.dropFirst(2))",
                toPath: "\(path)/swept/\(orphan.hex).1")
            #expect(try await store.sweep() == 0)
            #expect(try content(folder, orphan) == [1])
            #expect(files(path).count == 1)
        }
    }
}
