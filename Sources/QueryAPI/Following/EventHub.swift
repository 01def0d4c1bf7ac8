import Contract
import EventLog
import Events
import Following
import Logging
import Synchronization
import System

/// The bounds of readers that follow the log.
package struct FollowingLimits: Sendable {
    /// Readers at once.
    package var readers = 4_000
    /// The most readers at once from one network: an IPv4 address, or the /64 of an IPv6 address.
    package var readersOfAddress = 100
    /// The most bytes of the newest entries in memory for all readers, at most 20,000 entries. A reader that was up to
    /// date and falls behind them is dropped.
    package var keptBytes = 16 << 20

    /// The default bounds.
    package init() {}
}

/// The newest entries of the log in memory, read once for all readers that follow it.
///
/// A reader that starts further back reads the log itself until it has caught up. While there is no reader, the hub
/// does not read the log and holds no entries.
final class EventHub: Sendable {
    /// What a reader finds at its position.
    enum Found {
        /// Entries, encoded, and the position after them.
        case piece([UInt8], next: Position, generation: UInt64)
        /// Nothing yet.
        case current(generation: UInt64)
        /// The position is not in memory.
        case behind
        /// The position was in memory, and the reader was too slow for it.
        case lost
    }

    /// Why a reader is woken.
    enum Wake: Sendable {
        /// Something may be there at a position.
        case changed(Position)
        /// Nothing happened for long; all before the position was looked at.
        case idle(Position)
        /// The reader is not wanted any more.
        case ended
    }

    fileprivate struct Waiter {
        let filter: EventFilter
        var position: Position
        let since: Int64
        let continuation: CheckedContinuation<Wake, Never>
    }

    fileprivate struct State {
        /// The newest entries, without a gap.
        var entries: [FollowedEntry] = []
        var bytes = 0
        /// The position after them; nil while the log is not followed.
        var next: Position?
        /// Counts how often the log was followed anew, not from where it was left.
        var generation: UInt64 = 0
        var waiters: [UInt64: Waiter] = [:]
        var nextWaiter: UInt64 = 0
        var readers = 0
        var ofNetwork: [String: Int] = [:]
        /// Waits for the first reader.
        var follower: CheckedContinuation<Void, Never>?
    }

    /// A reader's place among those that are allowed at once; given back with the last reference.
    final class Seat: Sendable {
        private let hub: EventHub
        private let network: String

        fileprivate init(_ hub: EventHub, _ network: String) {
            self.hub = hub
            self.network = network
        }

        deinit { hub.leave(network) }
    }

    private static let keptEntries = 20_000
    /// A piece ends before it grows larger; a single entry may be.
    static let pieceBytes = 64 << 10
    private static let idleMilliseconds: Int64 = 15_000
    /// Entries that are read into memory when the log begins to be followed.
    private static let recentEntries: Int64 = 1_000

    private let entries: EventReader
    private let limits: FollowingLimits
    private let state = Mutex(State())

    init(_ entries: EventReader, _ limits: FollowingLimits) {
        self.entries = entries
        self.limits = limits
    }

    // MARK: Readers

    /// Takes a place for one more reader.
    func enter(from network: String) throws(Problem) -> Seat {
        let (isFull, isCrowded) = state.withLock { state -> (Bool, Bool) in
            guard state.readers < limits.readers else { return (true, false) }
            guard state.ofNetwork[network, default: 0] < limits.readersOfAddress else { return (false, true) }
            state.readers += 1
            state.ofNetwork[network, default: 0] += 1
            state.follower?.resume()
            state.follower = nil
            return (false, false)
        }
        if isFull { throw Problem(.busy, "\(limits.readers) readers follow the log already", retryAfterSeconds: 30) }
        if isCrowded {
            throw Problem(
                .tooManyReaders,
                "\(limits.readersOfAddress) readers of your address follow the log already; end one, or read pages of `\(Endpoints.listEvents.declaration.path)`",
                retryAfterSeconds: 30)
        }
        return Seat(self, network)
    }

    private func leave(_ network: String) {
        state.withLock { state in
            state.readers -= 1
            let left = state.ofNetwork[network, default: 1] - 1
            state.ofNetwork[network] = left > 0 ? left : nil
        }
    }

    /// The position after the newest entry that is known here; nil while the log is not followed.
    var head: Position? { state.withLock(\.next) }

    /// What there is from a position on.
    ///
    /// - Parameter generation: the one in which the reader was up to date, nil before that.
    func find(from position: Position, _ filter: EventFilter, generation: UInt64?) -> Found {
        state.withLock { state in
            guard let next = state.next else { return .behind }
            guard position < next else { return .current(generation: state.generation) }
            let first = Position(next.value - Int64(state.entries.count))
            guard position >= first else { return generation == state.generation ? .lost : .behind }
            var (piece, end): ([UInt8], Position) = ([], position)
            for entry in state.entries[Int(position.value - first.value)...] {
                if filter.takes(entry) {
                    guard piece.isEmpty || piece.count + entry.frame.count <= Self.pieceBytes else { break }
                    piece += entry.frame
                }
                end = entry.position.next
            }
            return .piece(piece, next: end, generation: state.generation)
        }
    }

    /// Waits until there may be something for a reader.
    func wait(at position: Position, _ filter: EventFilter, generation: UInt64?) async -> Wake {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now = state.withLock { state -> Wake? in
                    if Task.isCancelled { return .ended }
                    if let next = state.next, next > position { return .changed(position) }
                    if let generation, generation != state.generation { return .changed(position) }
                    state.waiters[id] = Waiter(
                        filter: filter, position: position, since: Host.steadyClockMilliseconds(),
                        continuation: continuation)
                    return nil
                }
                if let now { continuation.resume(returning: now) }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.continuation.resume(returning: .ended)
        }
    }

    // MARK: The log

    /// Follows the log for as long as the task lives.
    func follow(_ head: HeadFeed, _ log: Log) async {
        await withTaskGroup { group in
            group.addTask {
                await Follower("readers of the log", of: head, log: log) { try await self.step($0) }.run()
            }
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(1))
                    self.wakeIdle()
                }
            }
        }
    }

    private func step(_ known: Position?) async throws -> Position {
        await someReader()
        try Task.checkCancellation()
        do {
            return try await read(known)
        } catch let error as EventLogError {
            // Nobody who follows all of the log gets what stands behind a missing entry: each looks for itself, and its stream
            // ends there.
            if case .corrupt = error { forget() }
            throw error
        }
    }

    private func read(_ known: Position?) async throws -> Position {
        guard let known, state.withLock({ $0.next == known }) else {
            let head = try await entries.head()
            // Who comes back after a moment finds what was appended meanwhile without asking the database.
            var (recent, next) = ([FollowedEntry](), Position(max(0, head.value - Self.recentEntries)))
            while next < head {
                let page = try await entries.readWhole(from: next, limit: EventReader.maximumEntries)
                guard page.next > next else { break }
                recent += page.entries.map(FollowedEntry.init)
                next = page.next
            }
            restart(with: recent, next: next)
            return next
        }
        // The more readers there are the longer it takes to wake them, so each turn takes along more entries.
        try await Task.sleep(for: .milliseconds(state.withLock { min(200, $0.readers / 20) }))
        let page = try await entries.readWhole(from: known, limit: EventReader.maximumEntries)
        add(page.entries.map(FollowedEntry.init))
        return page.next
    }

    /// Waits until there is a reader; forgets the entries while there is none.
    private func someReader() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isThere = state.withLock { state in
                    if state.readers > 0 || Task.isCancelled { return true }
                    (state.entries, state.bytes, state.next) = ([], 0, nil)
                    state.follower = continuation
                    return false
                }
                if isThere { continuation.resume() }
            }
        } onCancel: {
            let follower = state.withLock { state in
                defer { state.follower = nil }
                return state.follower
            }
            follower?.resume()
        }
    }

    /// Forgets where the log was left.
    private func forget() { restart(with: [], next: nil) }

    private func restart(with recent: [FollowedEntry], next: Position?) {
        let waiters = state.withLock { state in
            (state.entries, state.next) = (recent, next)
            state.bytes = recent.reduce(0) { $0 + $1.frame.count }
            state.generation += 1
            defer { state.waiters.removeAll() }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.continuation.resume(returning: .changed(waiter.position)) }
    }

    /// Adds entries and wakes those who want some of them.
    private func add(_ new: [FollowedEntry]) {
        guard let last = new.last else { return }
        let (types, streams, agents) = (
            Set(new.map(\.type)), Set(new.map(\.stream)), Set(new.compactMap(\.agent))
        )
        let woken = state.withLock { state -> [(Waiter, Position)] in
            state.entries += new
            state.bytes += new.reduce(0) { $0 + $1.frame.count }
            state.next = last.position.next
            state.trim(to: limits.keptBytes, Self.keptEntries, keeping: new.count)
            var woken: [(Waiter, Position)] = []
            for (id, waiter) in state.waiters {
                let filter = waiter.filter
                // Most filters take nothing of most batches, which these sets tell at once.
                let mayTake =
                    filter.type.map(types.contains) ?? true && filter.stream.map(streams.contains) ?? true
                    && filter.agent.map(agents.contains) ?? true
                let first = mayTake ? new.first { $0.position >= waiter.position && filter.takes($0) } : nil
                if let first {
                    woken.append((waiter, first.position))
                    state.waiters[id] = nil
                } else {
                    state.waiters[id]?.position = max(waiter.position, last.position.next)
                }
            }
            return woken
        }
        for (waiter, position) in woken { waiter.continuation.resume(returning: .changed(position)) }
    }

    private func wakeIdle() {
        let long = Host.steadyClockMilliseconds() - Self.idleMilliseconds
        let idle = state.withLock { state in
            let idle = state.waiters.filter { $0.value.since <= long }
            for id in idle.keys { state.waiters[id] = nil }
            return idle.values
        }
        for waiter in idle { waiter.continuation.resume(returning: .idle(waiter.position)) }
    }
}

extension EventHub.State {
    /// Forgets the oldest entries where there are too many, a quarter at a time since moving the others takes long. The
    /// newest ones stay: nobody had time to take them.
    fileprivate mutating func trim(to bytes: Int, _ count: Int, keeping newest: Int) {
        guard self.bytes > bytes || entries.count > count else { return }
        var dropped = 0
        while dropped < entries.count - newest, self.bytes > bytes * 3 / 4 || entries.count - dropped > count * 3 / 4 {
            self.bytes -= entries[dropped].frame.count
            dropped += 1
        }
        entries.removeFirst(dropped)
    }
}
