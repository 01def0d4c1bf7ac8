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

/// Reads files of versions for pages: documents, which a separate process parses, and pictures in packages.
///
/// Two documents and one picture are read at a time. At most 32 calls run or wait; one more throws the problem `busy`.
/// At most 16 MiB of results are cached: the parts of a document, that it took too long, and a package's pictures.
final class DocumentReader: Sendable {
    private enum Known {
        case parts([MarkdownEvent])
        /// It took too long, and is not tried again before a time of the steady clock in milliseconds.
        case tooLong(until: Int64)
        case pictures(Set<String>)

        /// About how much memory it takes.
        func bytes(_ size: Int) -> Int {
            switch self {
            case .parts(let events): size + 100 * events.count
            case .tooLong: 100
            case .pictures(let paths): paths.reduce(100) { $0 + 64 + $1.utf8.count }
            }
        }
    }

    private struct State {
        var waiting = 0
        var known: [SHA256Digest: (value: Known, bytes: Int)] = [:]
        var bytes = 0
    }

    private static let maximumWaiting = 32
    private static let maximumBytes = 16 << 20
    /// A document takes at most two seconds of a processor; on a busy machine those last longer.
    private static let milliseconds: Int64 = 10_000
    /// After so long a document is tried again: the machine may have been at fault.
    private static let retryMilliseconds: Int64 = 600_000
    private static let manifestBytes = 1 << 20
    private static let pictureBudget: ArchiveBudget = {
        var budget = ArchiveBudget()
        budget.bytes = 64 << 20
        return budget
    }()
    /// This program, also where its file was replaced meanwhile.
    private static let program = "/proc/self/exe"

    private let documents = Worker(name: "documents", threads: 2, niceness: 5)
    /// Unpacking takes longer than reading, and nobody else waits for it.
    private let pictures = Worker(name: "pictures", threads: 1, niceness: 5)
    private let state = Mutex(State())
    private let artifacts: ArtifactFolder
    private let index: IndexFolder

    /// Reads files of a folder, as far as an index says that they are served.
    init(_ artifacts: ArtifactFolder, _ index: IndexFolder) {
        self.artifacts = artifacts
        self.index = index
    }

    /// A document of a version.
    ///
    /// - Parameter isHeld: true where moderators hold the version.
    func text(
        _ version: VersionPage, _ role: Artifact.Role, _ isHeld: Bool
    ) async throws -> DocumentationPage.Text {
        guard let file = version.artifacts.first(where: { $0.role == role.rawValue }) else { return .none }
        guard !isHeld, file.isRemoved != true else { return .withheld }
        return try await run(on: documents) { [self] in
            guard try index.withheld(file.sha256) == nil else { return .withheld }
            let known = state.withLock { $0.known[file.sha256]?.value }
            if case .parts(let events) = known { return .parts(events) }
            guard let bytes = try artifacts.bytes(of: file.sha256, limit: MarkdownHelper.maximumBytes) else {
                return .missing
            }
            let now = Host.steadyClockMilliseconds()
            if case .tooLong(let until) = known, now < until { return .plain(String(decoding: bytes, as: UTF8.self)) }
            let events = try MarkdownHelper.events(
                of: bytes, program: Self.program, withinMilliseconds: Self.milliseconds)
            keep(
                events.map(Known.parts) ?? .tooLong(until: now + Self.retryMilliseconds), of: file.sha256,
                size: bytes.count)
            return events.map(DocumentationPage.Text.parts) ?? .plain(String(decoding: bytes, as: UTF8.self))
        }
    }

    private func keep(_ value: Known, of digest: SHA256Digest, size: Int = 0) {
        let bytes = value.bytes(size)
        guard bytes <= Self.maximumBytes / 4 else { return }
        state.withLock { state in
            state.bytes += bytes - (state.known.updateValue((value, bytes), forKey: digest)?.bytes ?? 0)
            while state.bytes > Self.maximumBytes, let other = state.known.keys.first(where: { $0 != digest }) {
                state.bytes -= state.known.removeValue(forKey: other)?.bytes ?? 0
            }
        }
    }

    /// What two manifests differ in.
    func difference(
        _ old: SHA256Digest, _ new: SHA256Digest
    ) async throws -> ComparePage.Manifests {
        if old == new { return .same }
        return try await run(on: documents) { [artifacts, index] in
            for digest in [old, new] where try index.withheld(digest) != nil { return .withheld }
            guard let left = try artifacts.bytes(of: old, limit: Self.manifestBytes),
                let right = try artifacts.bytes(of: new, limit: Self.manifestBytes)
            else { return .withheld }
            let difference = LineDiff(left, right)
            return difference.map(ComparePage.Manifests.differ) ?? .tooLong
        }
    }

    /// A picture in a package that is served; nil where there is none.
    func picture(
        _ path: String, of package: SHA256Digest
    ) async throws -> (bytes: [UInt8], mediaType: String)? {
        if case .pictures(let paths)? = state.withLock({ $0.known[package]?.value }), !paths.contains(path) {
            return nil
        }
        return try await run(on: pictures) { [self] in
            var found: [UInt8] = []
            var paths: Set<String> = []
            do {
                try TarGzip.read(artifacts.filePath(package), budget: Self.pictureBudget) { entry, piece in
                    let isPicture = entry.isFile && PackagePicture.path(of: entry.name) == entry.name
                    if isPicture, entry.sizeBytes <= Int64(PackagePicture.maximumBytes) { paths.insert(entry.name) }
                    guard entry.name == path else {
                        // What comes behind it is not needed.
                        if !found.isEmpty { throw Found() }
                        return
                    }
                    guard paths.contains(path) else { throw Found() }
                    found += piece ?? []
                }
                keep(.pictures(paths), of: package)
            } catch is Found {
            } catch is ArchiveFault {
                // Behind what is read of a package it has none.
                keep(.pictures(paths), of: package)
            }
            return PackagePicture.mediaType(of: found).map { (found, $0) }
        }
    }

    /// Ends the reading of an archive.
    private struct Found: Error {}

    private func run<Value: Sendable>(
        on worker: Worker, _ job: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let isTaken = state.withLock { state in
            guard state.waiting < Self.maximumWaiting else { return false }
            state.waiting += 1
            return true
        }
        guard isTaken else { throw Problem(.busy, "too many documents are being read; try again in a moment") }
        defer { state.withLock { $0.waiting -= 1 } }
        return try await worker.run(job)
    }
}
