import AgentIndex
import Archive
import Artifacts
import Contract
import Crypto
import Events
import Markdown
import Synchronization
import System
import Web

/// Reads files of versions for pages: documents, which a process of its own takes apart, and pictures in packages.
///
/// A few at once, behind which a few wait; one more is told to come again. What was taken apart is kept, within a bound.
final class DocumentReader: Sendable {
    private struct State {
        var waiting = 0
        var kept: [SHA256Digest: [MarkdownEvent]] = [:]
        var parts = 0
    }

    private static let maximumWaiting = 32
    /// The most parts of documents that are kept together, of some 100 bytes each.
    private static let maximumParts = 200_000
    private static let milliseconds: Int64 = 2_000
    private static let pictureBudget: ArchiveBudget = {
        var budget = ArchiveBudget()
        budget.bytes = 64 << 20
        return budget
    }()
    /// This program, also where its file was replaced meanwhile.
    private static let program = "/proc/self/exe"

    private let worker = Worker(name: "documents", threads: 2, niceness: 5)
    private let state = Mutex(State())

    /// A document of a version.
    func text(
        _ files: [Artifact], _ role: Artifact.Role, _ removed: [String], artifacts: ArtifactFolder, _ index: IndexFolder
    ) async throws -> DocumentationPage.Text {
        guard let file = files.first(where: { $0.role == role }) else { return .none }
        guard !removed.contains(file.sha256.hex) else { return .withheld }
        let known = state.withLock { $0.kept[file.sha256] }
        return try await run { [self] in
            guard try index.withheld(file.sha256) == nil else { return .withheld }
            if let known { return .parts(known) }
            guard let bytes = try Self.read(file.sha256, in: artifacts, limit: MarkdownHelper.maximumBytes) else {
                return .withheld
            }
            let events = try MarkdownHelper.events(
                of: bytes, program: Self.program, withinMilliseconds: Self.milliseconds)
            guard let events else { return .plain(String(decoding: bytes, as: UTF8.self)) }
            keep(events, of: file.sha256)
            return .parts(events)
        }
    }

    private func keep(_ events: [MarkdownEvent], of digest: SHA256Digest) {
        guard events.count <= Self.maximumParts / 4 else { return }
        state.withLock { state in
            state.parts += events.count - (state.kept.updateValue(events, forKey: digest)?.count ?? 0)
            while state.parts > Self.maximumParts, let other = state.kept.keys.first(where: { $0 != digest }) {
                state.parts -= state.kept.removeValue(forKey: other)?.count ?? 0
            }
        }
    }

    /// What two manifests differ in.
    func difference(
        _ old: SHA256Digest, _ new: SHA256Digest, artifacts: ArtifactFolder, _ index: IndexFolder
    ) async throws -> ComparePage.Manifests {
        try await run {
            for digest in [old, new] where try index.withheld(digest) != nil { return .withheld }
            guard let left = try Self.read(old, in: artifacts, limit: Self.manifestBytes),
                let right = try Self.read(new, in: artifacts, limit: Self.manifestBytes)
            else { return .withheld }
            let difference = LineDiff(String(decoding: left, as: UTF8.self), String(decoding: right, as: UTF8.self))
            return difference.map(ComparePage.Manifests.differ) ?? .tooLong
        }
    }

    private static let manifestBytes = 1 << 20

    /// A picture in a package that is served; nil where there is none.
    func picture(
        _ path: String, of package: SHA256Digest, artifacts: ArtifactFolder
    ) async throws -> (bytes: [UInt8], mediaType: String)? {
        try await run {
            var found: [UInt8] = []
            do {
                try TarGzip.read(artifacts.filePath(package), budget: Self.pictureBudget) { entry, piece in
                    guard entry.name == path else {
                        // What comes behind it is not needed.
                        if !found.isEmpty { throw Found() }
                        return
                    }
                    guard entry.sizeBytes <= Int64(PackagePicture.maximumBytes) else { throw Found() }
                    found += piece ?? []
                }
            } catch is Found {
            } catch is ArchiveFault {
                return nil
            }
            return PackagePicture.mediaType(of: found).map { (found, $0) }
        }
    }

    /// Ends the reading of an archive.
    private struct Found: Error {}

    private func run<Value: Sendable>(_ job: @escaping @Sendable () throws -> Value) async throws -> Value {
        let isTaken = state.withLock { state in
            guard state.waiting < Self.maximumWaiting else { return false }
            state.waiting += 1
            return true
        }
        guard isTaken else { throw Problem(.busy, "too many documents are being read; try again in a moment") }
        defer { state.withLock { $0.waiting -= 1 } }
        return try await worker.run(job)
    }

    /// A whole file; nil where there is none, or one that is too large.
    private static func read(_ digest: SHA256Digest, in folder: ArtifactFolder, limit: Int) throws -> [UInt8]? {
        guard let file = try folder.open(digest), try file.size() <= Int64(limit) else { return nil }
        return try FileSystem.read(folder.filePath(digest), limit: limit)
    }
}
