import CLinux
import Glibc
import Synchronization
public import System

/// The events of a descriptor, as epoll reports them.
public struct Readiness: OptionSet, Sendable {
    /// The bits of epoll.
    public let rawValue: UInt32
    /// Creates a set from the bits of epoll.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Bytes or a connection can be read.
    public static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    /// Bytes can be written.
    public static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer will send no more; it may still read.
    public static let peerFinished = Readiness(rawValue: EPOLLRDHUP.rawValue)
    /// The connection is closed in both directions or broken; always reported.
    public static let gone = Readiness(rawValue: EPOLLHUP.rawValue | EPOLLERR.rawValue)
}

/// An object that the reactor calls when a descriptor is ready.
public protocol ReadinessHandler: AnyObject, Sendable {
    /// Called on the reactor's thread with the events that occurred; must not block.
    func ready(_ readiness: Readiness)
}

/// One thread with one epoll instance; it is also an executor for tasks and actors.
///
/// Code on a reactor that waits for a descriptor needs no other thread: the handler that becomes ready, the task that
/// it resumes and the actor that the task calls run one after the other on the reactor's thread. Code that computes for
/// longer than about a millisecond belongs on a `Worker`.
///
/// Events are level-triggered: a handler that leaves bytes unread is called again. The thread keeps the reactor alive
/// until `stop`.
public final class Reactor: TaskExecutor, SerialExecutor, @unchecked Sendable {
    /// A piece of work that ran on the thread without a pause.
    public struct Turn: Sendable {
        /// Its duration.
        public let nanoseconds: Int64
        /// Its kind: the type of a handler, `task` for a part of a task, or `timer`.
        public let what: String
    }

    /// The longest turn so far; all other work on the thread had to wait for it.
    public var longestTurn: Turn { longest.withLock { $0 } }

    private struct Inbox {
        var jobs: [UnownedJob] = []
        var isWoken = false
        var isStopping = false
    }

    private struct Watched {
        let handler: any ReadinessHandler
        /// The round in which it was added.
        let since: UInt64
    }

    private struct Periodic {
        let everyMilliseconds: Int64
        var dueMilliseconds: Int64
        let body: @Sendable () -> Void
    }

    private let epoll: Descriptor
    private let wakeup: Descriptor
    private let inbox = Mutex(Inbox())
    private let threadID = Atomic<UInt>(0)
    private let longest = Mutex(Turn(nanoseconds: 0, what: "nothing"))
    // Used only on the reactor's thread, which `checkIsolated` checks.
    private var handlers: [Int32: Watched] = [:]
    /// Counts the calls of epoll.
    private var round: UInt64 = 0
    private var longestNanoseconds: Int64 = 0
    private var periodics: [Periodic] = []

    /// Starts the thread.
    ///
    /// - Parameter name: the thread's name, at most 15 bytes.
    /// - Throws: `SystemError` where the system has no descriptors left.
    public init(name: String = "reactor") throws(SystemError) {
        let epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw SystemError("epoll_create") }
        self.epoll = Descriptor(owning: epoll)
        let wakeup = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeup >= 0 else { throw SystemError("eventfd") }
        self.wakeup = Descriptor(owning: wakeup)
        try control(EPOLL_CTL_ADD, wakeup, .readable)
        startThread(named: name) { [self] in loop() }
    }

    /// Ends the thread once the queued jobs have run; a job that is enqueued later never runs.
    public func stop() {
        inbox.withLock { $0.isStopping = true }
        wake()
    }

    // MARK: Executor

    /// Runs a job on the reactor's thread, after the jobs enqueued before.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustWake = inbox.withLock { inbox in
            inbox.jobs.append(job)
            defer { inbox.isWoken = true }
            return !inbox.isWoken
        }
        if mustWake && !isOnLoop { wake() }
    }

    /// This reactor as a serial executor of actors.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    /// Traps where the caller is not on the reactor's thread.
    public func checkIsolated() {
        precondition(isOnLoop, "not on the reactor's thread")
    }

    /// True on the reactor's thread.
    public func isIsolatingCurrentContext() -> Bool? { isOnLoop }

    private var isOnLoop: Bool { threadID.load(ordering: .relaxed) == UInt(pthread_self()) }

    // MARK: Descriptors and time, on the reactor's thread

    /// Calls `handler` whenever `descriptor` is ready; traps off the reactor's thread.
    ///
    /// The reactor keeps `handler` alive until `forget`.
    public func watch(
        _ descriptor: Int32, for interest: Readiness, _ handler: any ReadinessHandler
    ) throws(SystemError) {
        checkIsolated()
        try control(EPOLL_CTL_ADD, descriptor, interest)
        handlers[descriptor] = Watched(handler: handler, since: round)
    }

    /// Changes the events to wait for; traps off the reactor's thread.
    public func change(_ descriptor: Int32, to interest: Readiness) throws(SystemError) {
        checkIsolated()
        try control(EPOLL_CTL_MOD, descriptor, interest)
    }

    /// Stops watching a descriptor; call it before the descriptor is closed. Traps off the reactor's thread.
    public func forget(_ descriptor: Int32) {
        checkIsolated()
        handlers[descriptor] = nil
        _ = epoll_ctl(epoll.number, EPOLL_CTL_DEL, descriptor, nil)
    }

    /// Runs `body` on the reactor's thread about every `milliseconds`, until the reactor stops; traps off that thread.
    public func repeatEvery(milliseconds: Int64, _ body: @escaping @Sendable () -> Void) {
        checkIsolated()
        periodics.append(
            Periodic(
                everyMilliseconds: milliseconds,
                dueMilliseconds: Host.steadyClockMilliseconds() + milliseconds, body: body))
    }

    private func control(_ operation: Int32, _ descriptor: Int32, _ interest: Readiness) throws(SystemError) {
        var event = unsafe epoll_event()
        unsafe event.events = interest.rawValue
        unsafe event.data.fd = descriptor
        guard unsafe epoll_ctl(epoll.number, operation, descriptor, &event) == 0 else {
            throw SystemError("epoll_ctl")
        }
    }

    // MARK: The loop

    private func wake() {
        var one: UInt64 = 1
        _ = unsafe write(wakeup.number, &one, 8)
    }

    /// Measures the turn that has just ended and returns the time of its end.
    private func measure(from begin: Int64, _ what: @autoclosure () -> String) -> Int64 {
        let end = Host.steadyClockNanoseconds()
        if end - begin > longestNanoseconds {
            longestNanoseconds = end - begin
            let turn = Turn(nanoseconds: end - begin, what: what())
            longest.withLock { $0 = turn }
        }
        return end
    }

    private func loop() {
        threadID.store(UInt(pthread_self()), ordering: .relaxed)
        LoopThread.mark()
        defer { LoopThread.unmark() }
        var events = unsafe [epoll_event](repeating: epoll_event(), count: 256)
        while runJobs() {
            let count = unsafe epoll_wait(epoll.number, &events, Int32(events.count), waitMilliseconds())
            round += 1
            var moment = Host.steadyClockNanoseconds()
            for index in 0..<max(0, Int(count)) {
                let descriptor = unsafe events[index].data.fd
                if descriptor == wakeup.number {
                    var sink: UInt64 = 0
                    _ = unsafe read(wakeup.number, &sink, 8)
                } else if let watched = handlers[descriptor], watched.since != round {
                    // One that was added in this round has no events yet: those are of a descriptor that had its number.
                    unsafe watched.handler.ready(Readiness(rawValue: events[index].events))
                    moment = measure(from: moment, "\(type(of: watched.handler))")
                }
            }
            runPeriodics()
        }
    }

    /// Runs the queued jobs and those that they enqueue; false when the loop has to end.
    private func runJobs() -> Bool {
        // Bounded, so that jobs that enqueue each other do not delay descriptors.
        for _ in 0..<64 {
            let jobs = inbox.withLock { inbox in
                let jobs = inbox.jobs
                inbox.jobs.removeAll(keepingCapacity: true)
                inbox.isWoken = !jobs.isEmpty
                return jobs
            }
            if jobs.isEmpty { break }
            var moment = Host.steadyClockNanoseconds()
            for job in jobs {
                unsafe job.runSynchronously(on: asUnownedTaskExecutor())
                moment = measure(from: moment, "task")
            }
        }
        return inbox.withLock { !($0.isStopping && $0.jobs.isEmpty) }
    }

    private func waitMilliseconds() -> Int32 {
        // From here on `enqueue` has to wake the loop, also where `runJobs` stopped at its bound.
        let hasJobs = inbox.withLock { inbox in
            if inbox.jobs.isEmpty { inbox.isWoken = false }
            return !inbox.jobs.isEmpty
        }
        if hasJobs { return 0 }
        guard let due = periodics.map(\.dueMilliseconds).min() else { return -1 }
        return Int32(clamping: max(0, due - Host.steadyClockMilliseconds()))
    }

    private func runPeriodics() {
        guard !periodics.isEmpty else { return }
        let now = Host.steadyClockMilliseconds()
        for index in periodics.indices where periodics[index].dueMilliseconds <= now {
            periodics[index].dueMilliseconds = now + periodics[index].everyMilliseconds
            let moment = Host.steadyClockNanoseconds()
            periodics[index].body()
            _ = measure(from: moment, "timer")
        }
    }
}
