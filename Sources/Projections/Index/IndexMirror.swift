public import AgentIndex
import Crypto
import EventLog
import Events
import Following
public import Logging
import Postgres
import Synchronization
import System

/// Copies the index, the digests of files that versions name, and the list of files that are not served, from their models to a folder whenever they change.
///
/// Of several programs that share a folder, one copies; when it ends, another takes over.
public struct IndexMirror: Sendable {
    static let batchDocuments: Int64 = 200
    static let batchBytes: Int64 = 4 << 20
    private static let batchPages = 64
    /// How long a page that nothing links to any more stays, for readers of a document that did.
    private static let sweepMilliseconds: Int64 = 300_000
    private static let batchFiles: Int64 = 5_000
    private static let pauseMilliseconds = 1_000
    /// The pause after changes were copied: what comes within it is flushed to the disk together.
    private static let gatheringMilliseconds: ClosedRange<Int64> = 100...100
    private static let copyAttempts = 3

    let folder: IndexFolder
    let access: ModelAccess
    private let reader: EventReader
    let worker = Worker(name: "index-mirror")
    let log: Log
    private let withheld = CopiedList()
    private let unlinked = UnlinkedPages()
    private let sweepMilliseconds: Int64

    /// The models that the mirror copies and waits for.
    public static let copied: [Projection] = [.index, .files]

    /// Creates a mirror over sessions that may read models and the log.
    ///
    /// - Parameter sweepMilliseconds: how long a page stays that nothing links to any more, for readers of a document that
    ///   did.
    public init(
        _ folder: IndexFolder, _ access: ModelAccess, log: Log, sweepMilliseconds: Int64 = 300_000
    ) {
        self.sweepMilliseconds = sweepMilliseconds
        self.folder = folder
        self.access = access
        self.log = log
        reader = EventReader(pool: access.pool)
    }

    /// Copies the present state and all changes until the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            do {
                if let lock = try await worker.run({ [folder] in try folder.lock() }) {
                    defer { withExtendedLifetime(lock) {} }
                    await follow()
                }
            } catch {
                if !Task.isCancelled { log.warning("the index can't be copied", ["error": "\(error)"]) }
            }
            try? await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
        }
        worker.stop()
    }

    private func follow() async {
        await Follower("index mirror", gathering: .init(Self.gatheringMilliseconds), log: log) { known in
            guard let id = try await reader.beginning()?.log else { return Position(0) }
            let from: Position
            if let known, known > Position(0) { from = known } else { from = try await start(id) }
            if known == nil { withheld.digest = "" }
            let next = try await copyChanges(from, of: id)
            try await reconcile(next, of: id)
            try await sweep()
            return next
        } wait: { position in
            let builds = try await worker.run { [folder] in try folder.mark()?.builds }
            _ = try await access.models.wait(withinMilliseconds: nil, isUrgent: false) { models in
                models.next(Self.copied) > position || builds.map { $0 != models.vector.id(of: Self.copied) } ?? false
            }
        }.run()
    }

    /// Copies what has changed at a position or later, and says so in the mark; returns the position that is reached.
    func copyChanges(_ from: Position, of id: LogID) async throws -> Position {
        // The mark promises that everything before the cursor is copied, so it is written last.
        let models = try await access.models.value(atMostMillisecondsOld: 0)
        let cursor = models.next(Self.copied)
        // A model that is behind the folder replaces nothing.
        guard cursor >= from else { return from }
        try await copyWithheld()
        try await copyNamed(from: from)
        try await copy(from: from)
        let known = try await worker.run { [folder] in try folder.mark() }
        let mark = IndexFolder.Mark(
            log: id, builds: known?.builds ?? (from == Position(0) ? models.vector.id(of: Self.copied) : ""),
            next: cursor)
        if known != mark { try await worker.run { [folder] in try folder.setMark(mark) } }
        return cursor
    }

    /// The position at which to continue. A folder of another log, or of one that had gone further than this one, is
    /// cleared first.
    private func start(_ id: LogID) async throws -> Position {
        let head = try await reader.head()
        let isAnew = try await worker.run { [folder] in
            guard let mark = try folder.mark(), mark.log == id, mark.next <= head else {
                try folder.clear()
                return true
            }
            return false
        }
        if isAnew { log.info("the index is copied anew") }
        return try await worker.run { [folder] in try folder.mark()?.next ?? Position(0) }
    }

    /// Copies the list of files that are not served, where it has changed.
    private func copyWithheld() async throws {
        let digest = try await access.long(Self.copied) { connection in
            "\(try connection.execute(Statements.digestWithheldFiles, []).first?.text(0) ?? "")."
        }.value
        guard digest != withheld.digest else { return }
        let reasons = try await access.long(Self.copied) { connection in
            try connection.execute(Statements.listWithheldFiles, []).compactMap {
                row -> (SHA256Digest, WithheldFiles.Reason)? in
                guard let digest = SHA256Digest(bytes: try row.bytes("sha256")) else { return nil }
                let reason = WithheldFiles.Reason(
                    isRemoved: try row.text("kind") == "removed", reason: try row.text("reason"),
                    since: Timestamp(milliseconds: try row.milliseconds("since")))
                return (digest, reason)
            }
        }.value
        let files = WithheldFiles(Dictionary(uniqueKeysWithValues: reasons))
        try await worker.run { [folder] in try folder.setWithheld(files) }
        withheld.digest = digest
    }

    /// Adds the files that versions have named at a position or later.
    private func copyNamed(from position: Position) async throws {
        var last: (position: Int64, digest: [UInt8]) = (position.value - 1, [UInt8](repeating: 0xff, count: 33))
        while true {
            let place = last
            let rows = try await access.long(Self.copied) { connection in
                try connection.execute(
                    Statements.namedFiles, [.int8(place.position), .bytea(place.digest), .int8(Self.batchFiles)]
                ).map { (digest: try $0.bytes("sha256"), position: try $0.integer("position")) }
            }.value
            let digests = rows.compactMap { SHA256Digest(bytes: $0.digest) }
            try await worker.run { [folder] in try folder.addNamed(digests) }
            guard let end = rows.last, rows.count == Int(Self.batchFiles) else { return }
            last = (end.position, end.digest)
        }
    }

    /// Copies the documents that changed at a position or later, each after the pages that it links to.
    private func copy(from position: Position) async throws {
        var incomplete: AgentKey?
        for _ in 0..<Self.copyAttempts {
            incomplete = try await copyOnce(from: position)
            guard incomplete != nil else { return }
        }
        if let incomplete {
            throw IndexCopyFault(description: "pages of the index of '\(incomplete)' are missing")
        }
    }

    /// Returns an agent of which pages were missing; nil where there is none.
    private func copyOnce(from position: Position) async throws -> AgentKey? {
        var next = position
        var skipped: Set<AgentKey> = []
        while true {
            let from = next
            let rows = try await access.long(Self.copied) { connection in
                try connection.execute(
                    Statements.changedIndexDocuments,
                    [.int8(from.value), .int8(Self.batchDocuments), .int8(Self.batchBytes)]
                ).map { (bytes: try $0.bytes("document"), position: Position(try $0.integer("position"))) }
            }.value
            guard let last = rows.last else { break }
            let documents = try await worker.run {
                try rows.map { (bytes: $0.bytes, document: try IndexDocument($0.bytes)) }
            }
            let lost = try await copyPages(documents.flatMap { $0.document.older.map(\.digest) })
            // Where a page is lost, the document was changed meanwhile, and comes again at a later position; where that is
            // before what another slice has reached, with the next pass.
            let isLost = { (document: IndexDocument) in document.older.contains { lost.contains($0.digest) } }
            for (_, document) in documents {
                if isLost(document) { skipped.insert(document.key) } else { skipped.remove(document.key) }
            }
            let files = documents.filter { !isLost($0.document) }.map { (key: $0.document.key, bytes: $0.bytes) }
            try await worker.run { [folder] in try folder.write(files) }
            next = last.position.next
        }
        return skipped.first
    }

    /// Copies those of some pages that are not on the disk; returns the ones that are nowhere any more.
    func copyPages(_ digests: [SHA256Digest]) async throws -> Set<SHA256Digest> {
        var rest = try await worker.run { [folder] in try folder.missing(digests) }
        var lost: Set<SHA256Digest> = []
        while !rest.isEmpty {
            let some = rest.prefix(Self.batchPages)
            let rows = try await access.long(Self.copied) { connection in
                try connection.execute(
                    Statements.linkedIndexPages, [.byteas(some.map(\.bytes)), .int8(Self.batchBytes)]
                ).map { (digest: try $0.bytes("digest"), bytes: try $0.bytes("document")) }
            }.value
            let pages = rows.compactMap { row in SHA256Digest(bytes: row.digest).map { (digest: $0, bytes: row.bytes) }
            }
            try await worker.run { [folder] in
                for page in pages where SHA256Digest(of: page.bytes) != page.digest {
                    throw IndexCopyFault(description: "the page \(page.digest) is damaged in the database")
                }
                try folder.write(pages: pages)
            }
            let copied = Set(pages.map(\.digest))
            // A bound of bytes may have cut the rows short, but never to none.
            if copied.isEmpty { lost.formUnion(some) }
            rest.removeAll { copied.contains($0) || lost.contains($0) }
        }
        return lost
    }

    /// Removes pages that nothing links to and nothing linked to when this was last looked up.
    private func sweep() async throws {
        guard let earlier = unlinked.due(Host.steadyClockMilliseconds(), sweepMilliseconds) else { return }
        let pages = try await worker.run { [folder] in try folder.pages() }
        var now = pages
        let all = Array(pages)
        for start in stride(from: 0, to: all.count, by: Int(Self.batchFiles)) {
            let some = all[start..<min(start + Int(Self.batchFiles), all.count)]
            let linked = try await access.long(Self.copied) { connection in
                try connection.execute(Statements.knownIndexPages, [.byteas(some.map(\.bytes))]).compactMap {
                    SHA256Digest(bytes: try $0.bytes("digest"))
                }
            }.value
            now.subtract(linked)
        }
        let gone = now.intersection(earlier)
        try await worker.run { [folder] in try folder.remove(pages: gone) }
        unlinked.set(now.subtracting(gone))
    }
}

/// The reason why the index can't be copied.
private struct IndexCopyFault: Error, CustomStringConvertible {
    let description: String
}

/// The pages that nothing linked to when they were last looked up.
private final class UnlinkedPages: Sendable {
    private let state = Mutex<(pages: Set<SHA256Digest>, at: Int64?)>(([], nil))

    /// The pages, where it is time to look again.
    func due(_ now: Int64, _ interval: Int64) -> Set<SHA256Digest>? {
        state.withLock { state in
            guard state.at.map({ now - $0 >= interval }) ?? true else { return nil }
            state.at = now
            return state.pages
        }
    }

    func set(_ pages: Set<SHA256Digest>) { state.withLock { $0.pages = pages } }
}

/// The digest of the last copied version of a list that is copied as a whole.
private final class CopiedList: Sendable {
    private let state = Mutex("")

    var digest: String {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
