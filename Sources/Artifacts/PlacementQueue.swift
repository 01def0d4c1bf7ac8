import Crypto
import Synchronization
import System

/// Puts the files of finished uploads into their places, those of several publications that come at the same time together.
///
/// To force a file to the disk costs a commit of the file system's journal. With several files the first commit is that of
/// all, so the others cost little. A publication that comes while a group is under way waits for the next group. One of large
/// files does not wait, and no other waits for it.
final class PlacementQueue: Sendable {
    /// The uploads of one publication.
    struct Publication: Sendable {
        let uploads: [(upload: ArtifactUpload, digest: SHA256Digest)]

        var sizeBytes: Int { uploads.reduce(0) { $0 + $1.upload.sizeBytes } }
    }

    private struct Waiting {
        let publication: Publication
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var waiting: [Waiting] = []
        var isPlacing = false
        var groups = 0
    }

    /// The most publications of a group.
    static let mostPublications = 64
    /// The size from which the files of a publication are large.
    static let largeBytes = 4 << 20

    private let folder: ArtifactFolder
    private let worker = Worker(name: "placements")
    private let state = Mutex(State())

    init(_ folder: ArtifactFolder) {
        self.folder = folder
    }

    deinit { worker.stop() }

    /// The number of groups so far.
    var groups: Int { state.withLock { $0.groups } }

    /// Forces the files of a publication to the disk and moves each into its place.
    func place(_ publication: Publication) async throws {
        guard let worker = publication.uploads.first?.upload.worker else { return }
        guard publication.sizeBytes < Self.largeBytes else {
            return try await worker.run { [folder] in try Self.move([publication], into: folder)[0].get() }
        }
        try await withCheckedThrowingContinuation { continuation in
            let mustBegin = state.withLock { state in
                state.waiting.append(Waiting(publication: publication, continuation: continuation))
                defer { state.isPlacing = true }
                return !state.isPlacing
            }
            if mustBegin { Task { await run() } }
        }
    }

    private func run() async {
        while true {
            let group = state.withLock { state in
                let group = Array(state.waiting.prefix(Self.mostPublications))
                state.waiting.removeFirst(group.count)
                state.isPlacing = !group.isEmpty
                if state.isPlacing { state.groups += 1 }
                return group
            }
            guard !group.isEmpty else { return }
            let publications = group.map(\.publication)
            do {
                let outcomes = try await worker.run { [folder] in Self.move(publications, into: folder) }
                for (waiting, outcome) in zip(group, outcomes) { waiting.continuation.resume(with: outcome) }
            } catch {
                for waiting in group { waiting.continuation.resume(throwing: error) }
            }
        }
    }

    /// Moves the files of publications into their places; blocks the calling thread.
    private static func move(_ publications: [Publication], into folder: ArtifactFolder) -> [Result<Void, any Error>] {
        // Begun for all before the first flush, which then writes the journal for all of them.
        for (upload, _) in publications.flatMap(\.uploads) { upload.file.beginSynchronizing() }
        var changed: [[String]] = []
        var outcomes = publications.map { publication in
            Result<Void, any Error> {
                for (upload, _) in publication.uploads { try upload.file.synchronize() }
            }
        }
        for (index, publication) in publications.enumerated() {
            var directories: [String] = []
            outcomes[index] = outcomes[index].flatMap {
                Result {
                    for (upload, digest) in publication.uploads {
                        let destination = folder.filePath(digest)
                        if try FileSystem.status(destination) == nil {
                            try upload.file.move(to: destination)
                        } else {
                            upload.file.discard()
                        }
                        // Also where another upload has put it there: its name may not be durable yet.
                        directories.append(folder.directory(digest))
                    }
                }
            }
            changed.append(directories)
        }
        var flushed: [String: Result<Void, any Error>] = [:]
        for directory in Set(changed.joined()) {
            flushed[directory] = Result { try FileSystem.synchronizeDirectory(directory) }
        }
        return zip(outcomes, changed).map { outcome, directories in
            directories.reduce(outcome) { outcome, directory in outcome.flatMap { flushed[directory] ?? .success(()) } }
        }
    }
}
