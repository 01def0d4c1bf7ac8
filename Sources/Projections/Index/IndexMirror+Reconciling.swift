import AgentIndex
import Crypto
import Events
import Following
import Logging
import Postgres
import System

/// What another build of the models holds may differ from what was copied from the one before, also in what it no longer
/// has: the folder is compared with it from one end to the other, while changes go on being copied.
extension IndexMirror {
    /// Makes the folder say what the present builds say, where it was copied from others.
    func reconcile(_ next: Position, of id: LogID) async throws {
        let builds = try await access.recent().vector.id(of: Self.copied)
        guard try await worker.run({ [folder] in try folder.mark()?.builds }) != builds else { return }
        log.info("the index is compared with another build", ["builds": builds])
        let reached = try await reconcileDocuments(next, of: id)
        try await reconcileNamed()
        // Builds that were swapped meanwhile are compared with next time.
        guard try await access.models.value(atMostMillisecondsOld: 0).vector.id(of: Self.copied) == builds else {
            return
        }
        try await worker.run { [folder] in
            try folder.setMark(IndexFolder.Mark(log: id, builds: builds, next: reached))
        }
    }

    private func reconcileDocuments(_ next: Position, of id: LogID) async throws -> Position {
        var (next, last) = (next, "")
        var rest = try await worker.run { [folder] in try folder.keys() }[...]
        while true {
            let start = last
            let (rows, parked) = try await page(after: start)
            let documents = try await worker.run {
                try rows.map { (bytes: $0.bytes, document: try IndexDocument($0.bytes)) }
            }
            let lost = try await copyPages(documents.flatMap { $0.document.older.map(\.digest) })
            // Where a page is lost, the document was changed meanwhile, and is copied as a change.
            let whole = documents.filter { !$0.document.older.contains { lost.contains($0.digest) } }
            let present = Set(rows.map(\.key))
            let end = rows.last?.key
            let isPassed = { (key: AgentKey) in end.map { key.description <= $0 } ?? true }
            let passed = rest.prefix(while: isPassed)
            rest = rest.dropFirst(passed.count)
            let gone = passed.filter { !present.contains($0.description) && !parked.contains($0) }
            try await worker.run { [folder] in
                try folder.write(
                    try whole.filter { try folder.file($0.document.key)?.bytes != $0.bytes }
                        .map { (key: $0.document.key, bytes: $0.bytes) })
                try folder.remove(keys: gone)
            }
            next = try await copyChanges(next, of: id)
            guard let end else { return next }
            last = end
        }
    }

    /// The next documents, and what the build that they are of parks: that is missing in the model alone.
    private func page(
        after start: String
    ) async throws -> (rows: [(key: String, bytes: [UInt8])], parked: Set<AgentKey>) {
        try await access.staged(Self.copied) { session in
            let build = session.vector.builds[Projection.index.name]
            return try await session.run { connection in
                let rows = try connection.execute(
                    Statements.indexDocumentsAfter,
                    [.text(start), .int8(Self.batchDocuments), .int8(Self.batchBytes)]
                ).map { (key: try $0.text("key"), bytes: try $0.bytes("document")) }
                return (rows, Set(try build?.parked(connection).keys.map { $0 } ?? []))
            }
        }.value
    }

    private func reconcileNamed() async throws {
        for first in UInt8.min...UInt8.max {
            let past: [UInt8] = first == .max ? [UInt8](repeating: .max, count: 33) : [first + 1]
            let digests = try await access.long(Self.copied) { connection in
                try connection.execute(Statements.filesNamedBetween, [.bytea([first]), .bytea(past)]).compactMap {
                    SHA256Digest(bytes: try $0.bytes("sha256"))
                }
            }.value
            try await worker.run { [folder] in try folder.setNamed(first, Set(digests)) }
        }
    }
}
