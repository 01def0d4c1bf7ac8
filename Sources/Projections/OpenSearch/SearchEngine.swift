import EventLog
import Events
import JSON
public import Logging
import OpenSearch
import Search
import Synchronization
import System

/// An OpenSearch cluster in which agents are searched, beside the models that it is filled from.
///
/// It holds an index for each build of the agents and each generation of scores, of which an alias means the one that is
/// searched. A log has an alias of its own, so that several marketplaces can share a cluster.
public final class SearchEngine: Sendable {
    /// The reason why the engine does not answer.
    public enum Fault: String, Error, Sendable {
        /// It can't be reached, or refuses what it is asked.
        case unavailable
        /// It does not reflect yet what the answer has to.
        case behind
    }

    private struct State {
        var log: LogID?
        /// Until when it is not asked, after it did not answer.
        var pauseEndsMilliseconds: Int64 = 0
        var isDown = false
    }

    /// Whoever searches does not wait for long.
    private static let searchMilliseconds = 2_000
    private static let fillingMilliseconds = 60_000
    private static let pauseMilliseconds: Int64 = 5_000
    /// An index that does not go on for so long, while the models do, is behind.
    private static let patienceMilliseconds: Int64 = 10_000

    private let client: OpenSearchClient
    /// For what takes longer.
    let filling: OpenSearchClient
    private let log: Log
    private let state = Mutex(State())

    /// Creates an engine.
    ///
    /// - Parameters:
    ///   - url: where it answers, http or https, without a path.
    ///   - credentials: `user:password`; nil where none are asked for.
    ///   - log: where it is said that the engine is gone, and that it is back.
    public init(url: String, credentials: String?, log: Log) {
        client = OpenSearchClient(
            url: url, credentials: credentials, connections: 8, timeoutMilliseconds: Self.searchMilliseconds)
        filling = OpenSearchClient(
            url: url, credentials: credentials, connections: 1, timeoutMilliseconds: Self.fillingMilliseconds)
        self.log = log
    }

    /// False shortly after it did not answer.
    public var isUp: Bool { !state.withLock { $0.isDown } }

    /// Finds the agents that answer a request, with the position that the index will apply next.
    ///
    /// - Parameter minimum: the last position that the answer has to reflect.
    func find(
        _ request: SearchRequest, notBefore minimum: Position?, in models: ModelCandidates, _ entries: EventReader,
        next: Position
    ) async throws -> (found: FoundAgents, next: Position) {
        guard Host.steadyClockMilliseconds() >= state.withLock({ $0.pauseEndsMilliseconds }) else {
            throw Fault.unavailable
        }
        guard let alias = try await names(entries)?.alias else { throw Fault.behind }
        do {
            guard let document = try await client.document(EngineCursor.id, in: alias),
                let cursor = EngineCursor(document.source)
            else { throw Fault.behind }
            let isOld = Host.wallClockMilliseconds() - cursor.writtenMilliseconds > Self.patienceMilliseconds
            guard minimum.map({ cursor.next > $0 }) ?? true, !isOld || cursor.next >= next else { throw Fault.behind }
            var search = SearchRun(
                request, in: EngineCandidates(models: models, client: client, index: alias))
            let found = try await search.run()
            answers()
            return (found, cursor.next)
        } catch let error as OpenSearchError {
            // Before it is filled, there is no index.
            guard error.kind != .missing else { throw Fault.behind }
            fails(error)
            throw Fault.unavailable
        }
    }

    /// The names of the indices of a log; nil while the log is empty.
    func names(_ entries: EventReader) async throws -> EngineNames? {
        if let known = state.withLock({ $0.log }) { return EngineNames(known) }
        guard let first = try await entries.read(from: Position(0), limit: 1).entries.first else { return nil }
        let id = try first.envelope().log
        state.withLock { $0.log = id }
        return EngineNames(id)
    }

    private func answers() {
        let wasDown = state.withLock { state in
            defer { state.isDown = false }
            return state.isDown
        }
        if wasDown { log.info("the search engine answers again") }
    }

    private func fails(_ error: OpenSearchError) {
        let wasDown = state.withLock { state in
            defer { state.isDown = true }
            state.pauseEndsMilliseconds = Host.steadyClockMilliseconds() + Self.pauseMilliseconds
            return state.isDown
        }
        if !wasDown {
            log.warning("the search engine does not answer; the models are searched", ["error": "\(error)"])
        }
    }
}

/// How the indices of a log are named.
struct EngineNames {
    /// What all of them begin with that this release can read; also the alias of the one that is searched.
    let alias: String

    init(_ log: LogID) {
        alias = "mentatlab-\(log.hex)-agents-v\(Projection.agents.version)"
    }

    /// The beginning of the names of indices.
    var prefix: String { "\(alias)-" }

    /// The index of a build with the scores of a generation.
    func index(_ build: Build, _ generation: Int32) -> String {
        "\(prefix)\(build.number)-\(build.epoch)-\(generation)"
    }
}

/// How far an index is, and who fills it: a document of the index.
struct EngineCursor: Equatable {
    static let id = "cursor"

    /// The position of the next entry that is applied.
    var next: Position
    /// While the index is filled, the last key that is in it; nil afterwards.
    var filledTo: String?
    /// Who fills it.
    var follower: String
    /// When it was written.
    var writtenMilliseconds: Int64

    init(next: Position, filledTo: String?, follower: String, writtenMilliseconds: Int64) {
        self.next = next
        self.filledTo = filledTo
        self.follower = follower
        self.writtenMilliseconds = writtenMilliseconds
    }

    init?(_ source: JSONValue) {
        guard let cursor = source["cursor"], let next = cursor["next"]?.integer, next >= 0,
            let follower = cursor["follower"]?.string, let written = cursor["written"]?.integer
        else { return nil }
        self.init(
            next: Position(next), filledTo: cursor["filled_to"]?.string, follower: follower,
            writtenMilliseconds: written)
    }

    var source: JSONValue {
        [
            "cursor": [
                "next": .number(JSONNumber(next.value)), "filled_to": filledTo.map(JSONValue.string) ?? .null,
                "follower": .string(follower), "written": .number(JSONNumber(writtenMilliseconds)),
            ]
        ]
    }
}
