import Compression
import Contract
import EventLog
import Events
import Following
import HTTPFront
import HTTPServer
import Logging
import Projections
import Synchronization
import System

/// How full a cache is, and how often it had an answer.
package struct CacheStatus: Sendable {
    package let answers: Int
    package let bytes: Int
    package let hits: Int64
    package let misses: Int64
}

/// Answers cached as bytes under their request, until an entry of the log changes what they show.
///
/// An answer is never older than the position it names: it is cached only if no change of its subject is known
/// at or after the position that it was read at. Where other builds of the models are read from now on, all answers from
/// the builds before are dropped. Memory is bounded.
final class CachedAnswers: Sendable {
    /// The subject of an answer.
    enum Subject: Hashable, Sendable {
        /// One agent's page.
        case agent(AgentKey)
        /// Any list of agents.
        case lists
        /// Files by digest, which never change, but may be withheld.
        case files

        /// The builds that answers about the subject are read from: those of the models, or those of the index folder.
        fileprivate var source: Source { self == .files ? .folder : .models }
    }

    fileprivate enum Source: Hashable {
        case models, folder
    }

    /// The target of a request, what it asks for, and the day, since pages show days up to the present one.
    fileprivate struct Key: Hashable {
        let target: String
        let representation: Representation
        let form: PageForm
        let day: Day

        init(_ head: HTTPRequestHead) {
            target = head.target
            representation = Representation(for: head)
            form = PageForm(for: head)
            day = Timestamp(milliseconds: Host.wallClockMilliseconds()).day
        }
    }

    fileprivate struct Cached {
        let answer: HTTPCachedAnswer
        let endpoint: String
        /// Its tag, and the 304 for clients that have it already; nil for an answer without a tag.
        let known: (tag: String, answer: HTTPCachedAnswer)?
        let subject: Subject

        var sizeBytes: Int { answer.sizeBytes + (known?.answer.sizeBytes ?? 0) + CachedAnswers.overheadBytes }
    }

    fileprivate struct State {
        var answers: [Key: Cached] = [:]
        var keys: [Subject: Set<Key>] = [:]
        /// The position of each subject's last change, as far as it is remembered.
        var changed: [Subject: Position] = [:]
        /// Changes before it are forgotten, so an answer that was read before it is not cached.
        var floor = Position(0)
        /// The last change of a count that lists show, if they were not dropped since.
        var counted: Position?
        /// When lists were last dropped for a count.
        var countedMilliseconds: Int64 = 0
        var bytes = 0
        var hits: Int64 = 0
        var misses: Int64 = 0
        /// The builds that are read now; none before they are known.
        var builds: [Source: String] = [:]
    }

    private static let maximumSubjects = 50_000
    /// The shortest time between two drops of lists for changed counts. Without it, frequent stars would leave no list
    /// cached.
    private static let countMilliseconds: Int64 = 1_000
    /// How often it is asked whether lists have another order.
    private static let orderMilliseconds = 5_000
    /// Shorter bodies are not compressed: they fit one packet anyway.
    private static let shortestCompressedBytes = 1_024
    /// The memory that an answer takes besides its bytes.
    fileprivate static let overheadBytes = 400

    /// The most answers that wait to be compressed; others are cached at a later request.
    private static let maximumPending = 64

    private let maximumBytes: Int
    private let pending = Mutex<Set<Key>>([])
    /// Compression has a thread of its own, so that files and downloads do not wait behind it.
    private let compressor = Worker(name: "http-compress")
    private let state = Mutex(State())

    /// Creates a cache of at most `maximumBytes` bytes.
    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    /// The cached answer to a GET or HEAD request; nil where there is none, and for a range request.
    func find(_ head: HTTPRequestHead) -> FrontRouter.Kept? {
        guard head.method == "GET" || head.method == "HEAD", head.fields["range"] == nil,
            let cached = state.withLock({ $0.found(Key(head), needsTag: head.fields["if-none-match"] != nil) })
        else { return nil }
        let whole = FrontRouter.Kept(answer: cached.answer, endpoint: cached.endpoint, status: 200)
        guard let wanted = head.fields["if-none-match"] else { return whole }
        guard let known = cached.known else { return nil }
        return EntityTag.isNamed(known.tag, in: wanted)
            ? FrontRouter.Kept(answer: known.answer, endpoint: cached.endpoint, status: 304) : whole
    }

    /// How full it is now.
    var status: CacheStatus {
        state.withLock { CacheStatus(answers: $0.answers.count, bytes: $0.bytes, hits: $0.hits, misses: $0.misses) }
    }

    /// Caches the answer to a request, but not of one that waited for a position. Compression runs on another thread,
    /// so that the answer does not wait for it.
    func keep(_ response: HTTPResponse, for request: FrontRequest, about subject: Subject, reflecting: Reflection) {
        let head = request.http.head
        guard response.status == 200, head.method == "GET",
            !head.query.contains(where: { $0.name == "min_position" })
        else { return }
        let key = Key(head)
        let mayKeep = pending.withLock { $0.count < Self.maximumPending && $0.insert(key).inserted }
        guard mayKeep else { return }
        compressor.enqueue { [self] in
            defer { pending.withLock { _ = $0.remove(key) } }
            guard let answer = FrontRouter.cacheable(response, gzip: Self.compressed(response)) else { return }
            let known = response.fields["etag"].flatMap { tag in
                FrontRouter.cacheable(response.notModified, gzip: nil).map { (tag, $0) }
            }
            insert(
                Cached(answer: answer, endpoint: request.endpoint ?? "", known: known, subject: subject), for: key,
                reflecting)
        }
    }

    /// The compressed body of a longer answer that may be compressed; nil for another one.
    static func compressed(_ response: HTTPResponse) -> [UInt8]? {
        guard response.fields["vary"] != nil, case .bytes(let bytes) = response.body,
            bytes.count >= shortestCompressedBytes
        else { return nil }
        LoopThread.assertElsewhere()
        return Gzip.compress(bytes)
    }

    /// Caches an answer, unless its subject has changed since, or other builds are read now.
    private func insert(_ cached: Cached, for key: Key, _ reflecting: Reflection) {
        let (subject, next) = (cached.subject, reflecting.next)
        guard cached.sizeBytes < maximumBytes / 8 else { return }
        state.withLock { state in
            guard next >= state.floor, state.changed[subject].map({ $0 < next }) ?? true,
                state.builds[subject.source] == reflecting.builds
            else { return }
            state.remove(key)
            state.answers[key] = cached
            state.keys[subject, default: []].insert(key)
            state.bytes += cached.sizeBytes
            // An answer that is removed is cached again at its next request, so frequent ones return first.
            while state.bytes > maximumBytes, let key = state.answers.keys.randomElement() { state.remove(key) }
        }
    }

    /// Follows the log and drops what its entries change, for as long as the task lives.
    func follow(
        _ entries: EventReader, _ head: HeadFeed, _ models: AgentReader, _ copied: Feed<Copied>, _ log: Log
    ) async {
        await withTaskGroup { group in
            group.addTask {
                await self.follow(.models, log) { known in
                    try await models.builds(otherThan: known)
                }
            }
            group.addTask {
                await self.follow(.folder, log) { known in
                    _ = try await copied.wait(withinMilliseconds: nil, isUrgent: false) { $0.builds != known ?? "" }
                    return try await copied.value(atMostMillisecondsOld: 0).builds
                }
            }
            group.addTask {
                await Follower("cached answers", of: head, log: log) { known in
                    guard let known else {
                        // Answers that were cached before the log was followed may be outdated.
                        let head = try await entries.head()
                        self.dropAll(before: head)
                        return head
                    }
                    let page = try await entries.read(from: known, limit: EventReader.maximumEntries)
                    for entry in page.entries { self.drop(try? entry.envelope(), at: entry.position) }
                    return page.next
                }.run()
            }
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: .milliseconds(Self.countMilliseconds))
                    self.dropCounted()
                }
            }
        }
    }

    /// Drops what was read from builds that are read no more.
    ///
    /// - Parameter next: waits until other builds than the known ones are read, and names them.
    private func follow(
        _ source: Source, _ log: Log, next: (_ known: String?) async throws -> String
    ) async {
        var known: String?
        while !Task.isCancelled {
            do {
                let builds = try await next(known)
                state.withLock { $0.read(source, from: builds) }
                known = builds
            } catch {
                if !Task.isCancelled { log.debug("builds can't be looked up", ["error": "\(error)"]) }
                try? await Task.sleep(for: .milliseconds(Self.countMilliseconds))
            }
        }
    }

    /// Drops what an entry changes.
    private func drop(_ envelope: Envelope?, at position: Position) {
        state.withLock { state in
            switch envelope?.stream {
            case .agent(let key):
                state.change(.agent(key), at: position)
                state.change(.lists, at: position)
                switch envelope?.event {
                case is AgentQuarantined, is QuarantineLifted: state.change(.files, at: position)
                default: break
                }
                if state.changed.count > Self.maximumSubjects { state.forget(before: position.next) }
            case .star(let key, _), .review(let key, _):
                state.change(.agent(key), at: position)
                state.counted = position
            case .downloads:
                switch envelope?.event {
                case let downloaded as AgentDownloaded: state.change(.agent(downloaded.agent), at: position)
                case let seen as AgentReadersSeen: state.change(.agent(seen.agent), at: position)
                default: break
                }
                state.counted = position
            case .artifact: state.change(.files, at: position)
            case .vote(let key, _, _): state.change(.agent(key), at: position)
            case .token, .namespace, .flag, .log: break
            // A name appears on many pages, and an entry that can't be decoded may change anything.
            case .user, .username, nil: state.dropAll(before: position.next)
            }
        }
    }

    /// Drops lists whose counts have changed. Until then a cached list still reflects the position that it names.
    private func dropCounted() {
        let now = Host.steadyClockMilliseconds()
        state.withLock { state in
            guard let position = state.counted, now - state.countedMilliseconds >= Self.countMilliseconds else {
                return
            }
            state.counted = nil
            state.countedMilliseconds = now
            state.change(.lists, at: position)
        }
    }

    /// Drops lists whenever they have another order, for as long as the task lives: their cursors would name one that is not
    /// kept any more, and what is popular has changed without an entry that says so.
    func follow(_ search: AgentSearch, _ agents: AgentReader, _ log: Log) async {
        var known: [Int32] = []
        while !Task.isCancelled {
            do {
                let generations = [try await search.generation(), try await agents.popularGeneration()]
                if known != generations { state.withLock { $0.drop(.lists) } }
                known = generations
            } catch {
                if !Task.isCancelled { log.debug("scores can't be looked up", ["error": "\(error)"]) }
            }
            try? await Task.sleep(for: .milliseconds(Self.orderMilliseconds))
        }
    }

    private func dropAll(before position: Position) {
        state.withLock { $0.dropAll(before: position) }
    }
}

extension CachedAnswers.State {
    /// What is kept for a request; one that asks whether something has changed needs an answer with a tag.
    fileprivate mutating func found(_ key: CachedAnswers.Key, needsTag: Bool) -> CachedAnswers.Cached? {
        let found = answers[key].flatMap { needsTag && $0.known == nil ? nil : $0 }
        if found == nil { misses += 1 } else { hits += 1 }
        return found
    }

    fileprivate mutating func remove(_ key: CachedAnswers.Key) {
        guard let cached = answers.removeValue(forKey: key) else { return }
        keys[cached.subject]?.remove(key)
        if keys[cached.subject]?.isEmpty == true { keys[cached.subject] = nil }
        bytes -= cached.sizeBytes
    }

    mutating func change(_ subject: CachedAnswers.Subject, at position: Position) {
        changed[subject] = max(changed[subject] ?? position, position)
        drop(subject)
    }

    mutating func drop(_ subject: CachedAnswers.Subject) {
        for key in keys[subject] ?? [] { remove(key) }
    }

    mutating func read(_ source: CachedAnswers.Source, from present: String) {
        guard builds.updateValue(present, forKey: source) != present else { return }
        for subject in keys.keys where subject.source == source {
            drop(subject)
        }
    }

    mutating func forget(before position: Position) {
        changed.removeAll()
        floor = position
    }

    mutating func dropAll(before position: Position) {
        answers.removeAll()
        keys.removeAll()
        bytes = 0
        forget(before: position)
    }
}
