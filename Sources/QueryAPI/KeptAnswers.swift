import Compression
import EventLog
import Events
import HTTPFront
import HTTPServer
import Synchronization
import System

/// Answers kept as bytes by what was asked for, until the log says that what they show has changed.
///
/// An answer is never older than the position it names: it is kept only if no change of its subject stands at or
/// behind the position that it was read at, whichever of the two is seen first. Bounded in memory.
final class KeptAnswers: Sendable {
    /// What an answer is about.
    enum Subject: Hashable, Sendable {
        /// One agent's page.
        case agent(AgentKey)
        /// Any list of agents.
        case lists
        /// Files by digest, which never change.
        case files
    }

    fileprivate struct Kept {
        let answer: HTTPKeptAnswer
        let subject: Subject
    }

    fileprivate struct State {
        var answers: [String: Kept] = [:]
        var targets: [Subject: Set<String>] = [:]
        /// Where a subject was last changed, as far as it is remembered.
        var changed: [Subject: Position] = [:]
        /// Changes before it are forgotten: what was read before it is not kept.
        var floor = Position(0)
        /// Where a count that lists show has changed that they were not dropped for yet.
        var counted: Position?
        /// When lists were last dropped for a count.
        var countedMilliseconds: Int64 = 0
        var bytes = 0
    }

    private static let maximumSubjects = 50_000
    /// Lists are dropped for counts this often at most: a star a millisecond would leave none for anybody.
    private static let countMilliseconds: Int64 = 1_000
    /// Shorter ones fit one packet anyway.
    private static let shortestCompressedBytes = 1_024
    /// What an answer costs besides its bytes.
    fileprivate static let overheadBytes = 400

    private let maximumBytes: Int
    private let state = Mutex(State())

    /// Keeps up to so many bytes.
    init(maximumBytes: Int) {
        self.maximumBytes = maximumBytes
    }

    /// The answer to a request without a body; nil where none is kept.
    func find(_ head: HTTPRequestHead) -> HTTPKeptAnswer? {
        guard head.method == "GET" || head.method == "HEAD", head.fields["if-none-match"] == nil,
            head.fields["range"] == nil
        else { return nil }
        return state.withLock { $0.answers[head.target]?.answer }
    }

    /// True for what may be answered in either form, to the client that takes it.
    static func mayCompress(_ response: HTTPResponse) -> Bool {
        response.fields["content-type"] == "application/json"
    }

    /// The body of a longer answer, made once for all that take it.
    private static func compressed(_ response: HTTPResponse) -> [UInt8]? {
        guard mayCompress(response), case .bytes(let bytes) = response.body, bytes.count >= shortestCompressedBytes
        else { return nil }
        return Gzip.compress(bytes)
    }

    /// Keeps an answer that reflects everything before `next`, unless its subject has changed since.
    func keep(_ response: HTTPResponse, for head: HTTPRequestHead, about subject: Subject, next: Position) {
        guard response.status == 200, head.method == "GET",
            let answer = FrontDoor.kept(response, gzip: Self.compressed(response)), answer.sizeBytes < maximumBytes / 8
        else { return }
        state.withLock { state in
            guard next >= state.floor, state.changed[subject].map({ $0 < next }) ?? true else { return }
            state.remove(head.target)
            state.answers[head.target] = Kept(answer: answer, subject: subject)
            state.targets[subject, default: []].insert(head.target)
            state.bytes += answer.sizeBytes + Self.overheadBytes
            // Whatever goes comes back when it is asked for; what is asked for most comes back first.
            while state.bytes > maximumBytes, let target = state.answers.keys.randomElement() { state.remove(target) }
        }
    }

    /// Follows the log and drops what its entries change, for as long as the task lives.
    func follow(_ entries: EventReader) async {
        let head = PositionWatch(pollMilliseconds: 20) { try await entries.head() }
        var next: Position?
        while !Task.isCancelled {
            do {
                guard let from = next else {
                    let head = try await entries.head()
                    dropAll(before: head)
                    next = head
                    continue
                }
                dropCounted()
                guard try await head.passes(from, withinMilliseconds: Self.countMilliseconds) else { continue }
                let page = try await entries.read(from: from, limit: EventReader.maximumEntries)
                for entry in page.entries { drop(try? entry.envelope(), at: entry.position) }
                next = page.next
            } catch {
                // The database is away: what is kept still reflects the position that it names.
                try? await Task.sleep(for: .milliseconds(200))
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
                if state.changed.count > Self.maximumSubjects { state.forget(before: position.next) }
            case .star(let key, _), .review(let key, _):
                state.change(.agent(key), at: position)
                state.counted = position
            case .downloads:
                guard case .agentDownloaded(let downloaded) = envelope?.event else { break }
                state.change(.agent(downloaded.agent), at: position)
                state.counted = position
            case .vote, .token, .namespace, .flag, .log: break
            // A name stands on many pages, and an entry that can't be read may mean anything.
            case .user, .username, nil: state.dropAll(before: position.next)
            }
        }
    }

    /// Drops lists whose counts have changed, now and then; what is kept still reflects the position that it names.
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

    private func dropAll(before position: Position) {
        state.withLock { $0.dropAll(before: position) }
    }
}

extension KeptAnswers.State {
    mutating func remove(_ target: String) {
        guard let kept = answers.removeValue(forKey: target) else { return }
        targets[kept.subject]?.remove(target)
        if targets[kept.subject]?.isEmpty == true { targets[kept.subject] = nil }
        bytes -= kept.answer.sizeBytes + KeptAnswers.overheadBytes
    }

    mutating func change(_ subject: KeptAnswers.Subject, at position: Position) {
        changed[subject] = max(changed[subject] ?? position, position)
        for target in targets[subject] ?? [] { remove(target) }
    }

    mutating func forget(before position: Position) {
        changed.removeAll()
        floor = position
    }

    mutating func dropAll(before position: Position) {
        answers.removeAll()
        targets.removeAll()
        bytes = 0
        forget(before: position)
    }
}
