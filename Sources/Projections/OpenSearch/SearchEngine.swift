public import EventLog
import Events
public import Following
import JSON
public import Logging
import OpenSearch
import Search
import Synchronization
import System

/// An OpenSearch cluster in which agents are searched, beside the models that it is filled from.
///
/// It holds an index for each build of the agents and each generation of scores, of which an alias means the one that is
/// searched. A log has an alias of its own, so that several marketplaces can share a cluster. The program also has to run
/// `watch`, which says whether the engine may be asked.
public final class SearchEngine: Sendable {
    /// The reason why the engine does not answer.
    public enum Fault: String, Error, Sendable {
        /// It can't be reached, or is too slow.
        case unavailable
        /// It does not reflect yet what the answer has to.
        case behind
        /// As many searches as it gets at once are under way.
        case busy
        /// It can't do what this search asks for.
        case refused
    }

    private struct State {
        var log: LogID?
        /// Why it is not asked; nil where it is.
        var fault: Fault? = .behind
        /// How far the models were at some time, which the index has to be some seconds later.
        var mark: (next: Position, atMilliseconds: Int64)?
        var searches = 0
    }

    /// The time for all requests of a search, in which people still wait.
    private static let searchMilliseconds: Int64 = 2_000
    /// One request of each at a time, so that none waits for a connection.
    private static let maximumSearches = 8
    private static let fillingMilliseconds = 60_000
    private static let watchMilliseconds = 1_000
    /// An index that is not for so long where the models were is behind.
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
            url: url, credentials: credentials, connections: Self.maximumSearches + 1,
            timeoutMilliseconds: Int(Self.searchMilliseconds))
        filling = OpenSearchClient(
            url: url, credentials: credentials, connections: 1, timeoutMilliseconds: Self.fillingMilliseconds)
        self.log = log
    }

    /// Why searches are not answered by the engine, in words; nil where they are.
    public var trouble: String? {
        switch state.withLock({ $0.fault }) {
        case nil: nil
        case .behind?: "the search engine is behind the models, which are searched"
        default: "the search engine does not answer; the models are searched"
        }
    }

    /// False where it does not answer.
    var isReached: Bool { state.withLock { $0.fault != .unavailable } }

    // MARK: Watching

    /// Looks every second whether the engine answers and how far it is, until the task is cancelled.
    public func watch(_ models: ModelFeed, _ entries: EventReader) async {
        while !Task.isCancelled {
            do {
                let next = try await models.value(atMostMillisecondsOld: Int64(Self.watchMilliseconds)).next([.agents])
                let index = try await names(entries)?.alias
                var reached: Position?
                if let index {
                    reached = try await client.document(EngineCursor.id, in: index)
                        .flatMap { EngineCursor($0.source) }?.next
                }
                judge(reached, next)
            } catch let error as OpenSearchError where !Task.isCancelled {
                settle(error.kind == .missing ? .behind : .unavailable, "\(error)")
            } catch {
                if !Task.isCancelled { log.debug("the models can't be looked up", ["error": "\(error)"]) }
            }
            try? await Task.sleep(for: .milliseconds(Self.watchMilliseconds))
        }
    }

    /// Judges how far the index is, while the models are at a position.
    private func judge(_ reached: Position?, _ next: Position) {
        guard let reached else { return settle(.behind, "there is no index yet") }
        let now = Host.steadyClockMilliseconds()
        let isBehind = state.withLock { state in
            // What was missed before this program began has to be made up for first.
            var mark = state.mark ?? (next, now - Self.patienceMilliseconds)
            // A log may be restored to an earlier state.
            mark.next = min(mark.next, next)
            state.mark = reached >= mark.next ? (next, now) : mark
            return reached < mark.next && now - mark.atMilliseconds >= Self.patienceMilliseconds
        }
        settle(isBehind ? .behind : nil, "it is at \(reached), the models are at \(next)")
    }

    /// Says whether the engine is asked from now on.
    private func settle(_ fault: Fault?, _ reason: String) {
        let before = state.withLock { state in
            defer { state.fault = fault }
            return state.fault
        }
        guard before != fault else { return }
        guard let fault else { return log.info("the search engine answers") }
        log.warning("the models are searched", ["reason": fault.rawValue, "error": reason])
    }

    // MARK: Searching

    /// Finds the agents that answer a request, with the position that the index will apply next.
    ///
    /// - Parameter minimum: the last position that the answer has to reflect.
    func find(
        _ request: SearchRequest, notBefore minimum: Position?, in models: ModelCandidates, _ entries: EventReader
    ) async throws -> (found: FoundAgents, next: Position) {
        let deadline = Host.steadyClockMilliseconds() + Self.searchMilliseconds
        try state.withLock { state in
            if let fault = state.fault { throw fault }
            guard state.searches < Self.maximumSearches else { throw Fault.busy }
            state.searches += 1
        }
        defer { state.withLock { $0.searches -= 1 } }
        guard let alias = try await names(entries)?.alias else { throw Fault.behind }
        do {
            guard let document = try await client.document(EngineCursor.id, in: alias),
                let cursor = EngineCursor(document.source), minimum.map({ cursor.next > $0 }) ?? true
            else { throw Fault.behind }
            var search = SearchRun(
                request,
                in: EngineCandidates(models: models, client: client, index: alias, deadlineMilliseconds: deadline))
            return (try await search.run(), cursor.next)
        } catch let error as OpenSearchError {
            switch error.kind {
            // Before it is filled, and while the alias moves, there is no index.
            case .missing: throw Fault.behind
            case .unreachable:
                settle(.unavailable, "\(error)")
                throw Fault.unavailable
            // Too slow for what this search has left says nothing about others; `watch` finds out.
            case .unavailable:
                try Task.checkCancellation()
                throw Fault.unavailable
            case .refused, .conflict:
                log.debug("a search is refused by the engine", ["error": "\(error)"])
                throw Fault.refused
            }
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

    /// The alias by which an index is written: where the index is gone, no other one is made by writing.
    static func writing(_ index: String) -> String { "write-\(index)" }
}

/// How far an index is, and who fills it: a document of the index.
struct EngineCursor: Equatable {
    static let id = "cursor"

    /// The position of the next entry that is applied.
    var next: Position
    /// The id of the entry before it: in a log that was restored, another one may stand there. Empty at position 0.
    var last: String
    /// While the index is filled, the last key that is in it; nil afterwards.
    var filledTo: String?
    /// Who fills it; empty for nobody.
    var follower: String

    init(next: Position, last: String, filledTo: String?, follower: String) {
        self.next = next
        self.last = last
        self.filledTo = filledTo
        self.follower = follower
    }

    init?(_ source: JSONValue) {
        guard let cursor = source["cursor"], let next = cursor["next"]?.integer, next >= 0,
            let last = cursor["last"]?.string, let follower = cursor["follower"]?.string
        else { return nil }
        self.init(next: Position(next), last: last, filledTo: cursor["filled_to"]?.string, follower: follower)
    }

    var source: JSONValue {
        [
            "cursor": [
                "next": .number(JSONNumber(next.value)), "last": .string(last),
                "filled_to": filledTo.map(JSONValue.string) ?? .null, "follower": .string(follower),
            ]
        ]
    }
}
