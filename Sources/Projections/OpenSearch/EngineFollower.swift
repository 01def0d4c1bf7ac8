import EventLog
import Events
public import Following
import JSON
public import Logging
import OpenSearch
import Postgres
import Search
import Synchronization
import System

/// Fills the index of a search engine from the models, and keeps it up along the log.
///
/// The cursor lies in the index and is written after what it says is there, so that a program that goes on from it repeats a little
/// and leaves nothing out. Of several programs one fills; where it ends, another takes over after some seconds. What one that
/// was held up still writes does nothing, since each document names the position that it was read at.
public struct EngineFollower: Sendable {
    private static let pageAgents: Int64 = 200
    private static let pageEntries = 1_000
    private static let bulkBytes = 4 << 20
    /// A follower whose cursor stands still for so long has ended.
    private static let leaseMilliseconds: Int64 = 10_000
    private static let signMilliseconds: Int64 = 3_000
    private static let leavingMilliseconds = 1_000
    /// How often in a row somebody else may be faster.
    private static let maximumTries = 20
    /// Changes that come within it are applied together.
    private static let gatheringMilliseconds: Int64 = 100
    private static let generationMilliseconds: Int64 = 1_000

    private let engine: SearchEngine
    private let access: ModelAccess
    private let generations: Feed<SearchGenerations>
    private let entries: EventReader
    private let log: Log
    private let name: String
    private let leases = Leases()

    /// Creates a follower.
    ///
    /// - Parameters:
    ///   - access: sessions that may read models and the log.
    ///   - name: names the program among all that may fill the engine.
    public init(
        _ engine: SearchEngine, _ access: ModelAccess, _ generations: Feed<SearchGenerations>, name: String, log: Log
    ) {
        self.engine = engine
        self.access = access
        self.generations = generations
        entries = EventReader(pool: access.pool)
        self.name = name
        self.log = log
    }

    /// Follows until the task is cancelled, and then leaves the indices to others.
    public func run() async {
        await withTaskGroup { group in
            group.addTask { await engine.watch(access.models, entries) }
            group.addTask { await follow() }
        }
        // The task is cancelled, and what it would send with it.
        await Task { await leave() }.value
    }

    private func follow() async {
        await Follower(
            "search engine", gathering: .init(Self.gatheringMilliseconds...Self.gatheringMilliseconds), log: log
        ) { _ in
            while !Task.isCancelled {
                guard try await goOn() else { break }
            }
            return try await access.recent().next([.agents])
        } wait: { position in
            _ = try await access.models.wait(withinMilliseconds: Self.generationMilliseconds, isUrgent: false) {
                $0.next([.agents]) > position
            }
        }.run()
    }

    private func goOn() async throws -> Bool {
        do {
            let hasMore = try await step()
            leases.succeeded()
            return hasMore
        } catch let error as OpenSearchError where error.kind == .conflict || error.kind == .missing {
            // Another program was faster, or somebody removed an index.
            guard leases.mayTryAgain(atMost: Self.maximumTries) else { throw error }
            log.debug("an index was changed by somebody else", ["error": "\(error)"])
            try await Task.sleep(for: .milliseconds(Self.gatheringMilliseconds))
            return true
        }
    }

    /// Does a part of what is left to do; false where nothing is.
    private func step() async throws -> Bool {
        // Held while rows are read; of this moment, so that no program goes back to what another has left.
        let models = try await access.models.value(atMostMillisecondsOld: 0)
        guard let build = models.vector.builds[Projection.agents.name], let names = try await engine.names(entries)
        else {
            return false
        }
        let generation = try await generations.value(atMostMillisecondsOld: 0).present
        let indices = try await engine.filling.indices(beginning: names.prefix)
        let searched = indices.filter { $0.value.contains(names.alias) }.keys.sorted()
        let target = names.index(build, generation.number)
        for (index, aliases) in indices {
            // One that can't be written any more is made anew.
            let isWritten = aliases.contains(EngineNames.writing(index))
            guard !isWritten || (index != target && !searched.contains(index)) else { continue }
            try await engine.filling.removeIndex(index)
            if !isWritten { return true }
        }
        let part = Part(
            session: ModelSession(pool: access.pool, vector: models.vector), generation: generation,
            next: models.next([.agents]))
        var hasMore = false
        // While another one is filled, the one that is searched goes on.
        for index in searched {
            guard try await hasCursor(index) else {
                log.warning("an index has no cursor and is filled anew", ["index": index])
                try await engine.filling.removeIndex(index)
                return true
            }
            if try await follow(index, part) { hasMore = true }
        }
        guard searched != [target] else { return hasMore }
        try await make(target, part, isThere: indices[target] != nil)
        if try await fill(target, part) { return true }
        guard let full = try await claim(target), full.cursor.filledTo == nil else { return hasMore }
        try await engine.filling.point(names.alias, at: target, insteadOf: "\(names.prefix)*")
        log.info("agents are searched in a new index", ["index": target])
        return true
    }

    /// What a step reads, and up to where.
    private struct Part {
        let session: ModelSession
        let generation: SearchGeneration
        /// The next position that the models will apply.
        let next: Position
    }

    // MARK: Cursors

    private struct Claim {
        var cursor: EngineCursor
        var state: OpenSearchClient.Document.State
    }

    /// The cursor of an index, where this program fills it; nil where another one does, or there is none.
    private func claim(_ index: String) async throws -> Claim? {
        guard let document = try await engine.filling.document(EngineCursor.id, in: index),
            let cursor = EngineCursor(document.source)
        else { return nil }
        let isFree = cursor.follower == name || cursor.follower.isEmpty
        guard isFree || leases.stands(index, document.state, milliseconds: Self.leaseMilliseconds) else { return nil }
        return Claim(cursor: cursor, state: document.state)
    }

    /// False where an index has no cursor, or one that can't be read.
    private func hasCursor(_ index: String) async throws -> Bool {
        try await engine.filling.document(EngineCursor.id, in: index).flatMap { EngineCursor($0.source) } != nil
    }

    /// Writes the cursor where it has changed, or as a sign of life.
    private func keep(_ claim: Claim, _ index: String, _ change: (inout EngineCursor) -> Void) async throws {
        var cursor = claim.cursor
        change(&cursor)
        cursor.follower = name
        guard cursor != claim.cursor || leases.isSignDue(index, milliseconds: Self.signMilliseconds) else { return }
        _ = try await engine.filling.write(
            cursor.source, EngineCursor.id, by: EngineNames.writing(index), over: claim.state)
        leases.signed(index)
    }

    /// Lets another program go on at once with what this one fills. Where the engine does not answer, they wait.
    private func leave() async {
        for index in leases.signedIndices where engine.isReached {
            guard
                let document = try? await engine.filling.document(
                    EngineCursor.id, in: index, timeoutMilliseconds: Self.leavingMilliseconds),
                var cursor = EngineCursor(document.source), cursor.follower == name
            else { continue }
            cursor.follower = ""
            _ = try? await engine.filling.write(
                cursor.source, EngineCursor.id, by: EngineNames.writing(index), over: document.state,
                timeoutMilliseconds: Self.leavingMilliseconds)
        }
    }

    /// The id of the entry before a position.
    private func last(before next: Position) async throws -> String {
        guard next.value > 0 else { return "" }
        let page = try await entries.read(from: Position(next.value - 1), limit: 1)
        return try page.entries.first?.envelope().id.description ?? ""
    }

    // MARK: Filling

    /// Makes an index without agents, unless there is one. One that was made and got no cursor gets it.
    private func make(_ index: String, _ part: Part, isThere: Bool) async throws {
        if isThere, let document = try await engine.filling.document(EngineCursor.id, in: index) {
            // One whose cursor can't be read is made anew.
            if EngineCursor(document.source) == nil { try await engine.filling.removeIndex(index) }
            return
        }
        let cursor = EngineCursor(
            next: part.next, last: try await last(before: part.next), filledTo: "", follower: name)
        if !isThere {
            var definition = try JSONValue(PackageResources.search_index_json).members ?? []
            definition.append(.init("aliases", .object([.init(EngineNames.writing(index), [:])])))
            try await engine.filling.makeIndex(index, .object(definition))
            log.info("agents are put into an index", ["index": index])
        }
        _ = try await engine.filling.write(
            cursor.source, EngineCursor.id, by: EngineNames.writing(index), over: nil)
    }

    /// Fills an index a little further; false where nothing is left, or another program does it.
    private func fill(_ index: String, _ part: Part) async throws -> Bool {
        guard let claim = try await claim(index) else { return false }
        guard let last = claim.cursor.filledTo else { return try await follow(index, part) }
        let keys = try await part.session.run { connection in
            try connection.execute(Statements.engineKeys, [.text(last), .int8(Self.pageAgents)])
                .map { try $0.text("key") }
        }
        try await write(keys, to: index, part, isAwaited: false)
        if keys.isEmpty { try await engine.filling.refresh(index) }
        try await keep(claim, index) { $0.filledTo = keys.last }
        return true
    }

    // MARK: Following

    /// Applies some entries to an index; false where none are left, or another program does it.
    private func follow(_ index: String, _ part: Part) async throws -> Bool {
        guard let claim = try await claim(index) else { return false }
        let from = claim.cursor.next
        // The entry before tells whether it is the log that the index was filled from.
        let page = try await entries.read(from: Position(max(0, from.value - 1)), limit: Self.pageEntries)
        let isSame = try from.value == 0 || page.entries.first?.envelope().id.description == claim.cursor.last
        guard isSame else {
            log.warning("the log was restored, and the index is filled anew", ["index": index])
            try await engine.filling.removeIndex(index)
            return true
        }
        let new = page.entries.filter { $0.position >= from && $0.position < part.next }
        guard let end = new.last else {
            try await keep(claim, index) { _ in }
            return false
        }
        var keys: Set<String> = []
        for entry in new {
            switch try entry.envelope().stream {
            case .agent(let key), .review(let key, _): keys.insert(key.description)
            default: break
            }
        }
        try await write(keys.sorted(), to: index, part, isAwaited: true)
        let last = try end.envelope().id.description
        try await keep(claim, index) {
            $0.next = end.position.next
            $0.last = last
        }
        return end.position.next < part.next
    }

    /// Makes the documents of some agents what the models say, and removes those that search may not show.
    private func write(_ keys: [String], to index: String, _ part: Part, isAwaited: Bool) async throws {
        for start in stride(from: 0, to: keys.count, by: Int(Self.pageAgents)) {
            let some = Array(keys[start..<min(start + Int(Self.pageAgents), keys.count)])
            let rows = try await part.session.run { connection in
                try connection.execute(
                    Statements.engineDocuments,
                    [.texts(some), .int4(SearchGeneration.newcomersScore), .int4(part.generation.number)]
                ).map { (key: try $0.text("key"), document: try EngineDocument($0).bytes) }
            }
            let shown = Set(rows.map(\.key))
            var operations = some.filter { !shown.contains($0) }.map {
                OpenSearchClient.Operation.remove(id: $0, version: part.next.value)
            }
            var bytes = 0
            for row in rows {
                operations.append(.write(id: row.key, version: part.next.value, document: row.document))
                bytes += row.document.count
                guard bytes > Self.bulkBytes else { continue }
                try await engine.filling.apply(operations, by: EngineNames.writing(index), isAwaited: isAwaited)
                (operations, bytes) = ([], 0)
            }
            try await engine.filling.apply(operations, by: EngineNames.writing(index), isAwaited: isAwaited)
        }
    }
}

/// What an engine holds of an agent.
private struct EngineDocument {
    /// The document.
    let bytes: [UInt8]

    init(_ row: PostgresRow) throws {
        func lines(_ column: StaticString) throws -> [String] {
            try row.text(column).split(separator: "\n").map(String.init)
        }
        let columns: (texts: [StaticString], lists: [StaticString]) = (
            ["key", "owner", "category", "runtime"], ["licenses", "name", "title", "summary", "description"]
        )
        let texts = try columns.texts.map { ("\($0)", try row.text($0)) }
        let lists = try columns.lists.map { ("\($0)", try lines($0)) }
        let (hasWASM, rating, score) = (
            try row.bool("has_wasm"), try row.integer("rating"), try row.integer("score")
        )
        var writer = JSONWriter(isCanonical: false)
        writer.object { object in
            for (name, text) in texts { object.member(name, text) }
            for (name, lines) in lists { object.member(name, lines) }
            object.member("has_wasm", hasWASM)
            object.member("rating", rating)
            object.member("score", score)
        }
        bytes = writer.bytes
    }
}

/// What a program has seen of the indices and their cursors, by its own clock.
private final class Leases: Sendable {
    private struct State {
        var seen: [String: (state: OpenSearchClient.Document.State, atMilliseconds: Int64)] = [:]
        var signed: [String: Int64] = [:]
        /// How often in a row somebody else was faster.
        var losses = 0
    }

    private let state = Mutex(State())

    /// The indices whose cursors this program has written.
    var signedIndices: [String] { state.withLock { Array($0.signed.keys) } }

    /// Counts a step in which somebody else was faster; false beyond a bound.
    func mayTryAgain(atMost tries: Int) -> Bool {
        state.withLock { state in
            state.losses += 1
            return state.losses <= tries
        }
    }

    func succeeded() { state.withLock { $0.losses = 0 } }

    /// True where the cursor of another program was seen in this state for so long.
    func stands(_ index: String, _ now: OpenSearchClient.Document.State, milliseconds: Int64) -> Bool {
        let time = Host.steadyClockMilliseconds()
        return state.withLock { state in
            guard let seen = state.seen[index], seen.state == now else {
                state.seen[index] = (now, time)
                return false
            }
            return time - seen.atMilliseconds >= milliseconds
        }
    }

    /// True where this program has not written a cursor for so long.
    func isSignDue(_ index: String, milliseconds: Int64) -> Bool {
        let time = Host.steadyClockMilliseconds()
        return state.withLock { $0.signed[index].map { time - $0 >= milliseconds } ?? true }
    }

    func signed(_ index: String) {
        let time = Host.steadyClockMilliseconds()
        state.withLock { $0.signed[index] = time }
    }
}
