import Crypto
import EventLog
import Events
import Foundation
import Postgres
import Synchronization

/// Appends as many commands a second as the log takes from callers in this process.
///
/// Usage: log-bench URL KIND IN-FLIGHT SECONDS [RATE], where KIND is `star` (expected version, guards on token and
/// person, idempotency key), `downloads` (a minute's downloads of a version, spread over slices), `downloads-one-slice` or
/// `readers` (500 of a version and day); no more than RATE a second.
/// Prints one line of JSON. `log-bench URL history|zipf|stars ENTRIES` writes a past behind the
/// beginning of a log.
@main
struct LogBench {
    static func main() async throws {
        let arguments = CommandLine.arguments
        if arguments.count == 4, let mix = History.Mix(rawValue: arguments[2]), let count = Int(arguments[3]) {
            return try await History.write(arguments[1], mix, count: count)
        }
        let rate = arguments.count == 6 ? Double(arguments[5]) : nil
        guard (5...6).contains(arguments.count), (rate != nil) == (arguments.count == 6),
            let inFlight = Int(arguments[3]), let seconds = Double(arguments[4]),
            let kind = Command.Kind(rawValue: arguments[2])
        else {
            FileHandle.standardError.write(Data("usage: log-bench URL KIND IN-FLIGHT SECONDS [RATE]\n".utf8))
            exit(64)
        }
        let url = arguments[1]
        try await migrate(url)
        let log = try await EventLog.open(EventLog.Configuration(url: url))
        let people = try await Person.register(64, in: log)

        let cpuBefore = cpuSeconds()
        let clock = ContinuousClock()
        let began = clock.now
        let deadline = began + .seconds(seconds)
        let waits = try await withThrowingTaskGroup(of: [Double].self) { group in
            for caller in 0..<inFlight {
                group.addTask {
                    var command = Command(kind, log: log.id, person: people[caller % people.count])
                    var waits: [Double] = []
                    while clock.now < deadline {
                        if let rate {
                            let due =
                                (Double(waits.count) + Double(caller) / Double(inFlight)) * Double(inFlight) / rate
                            try await clock.sleep(until: began + .seconds(due))
                        }
                        let sent = clock.now
                        guard case .appended = try await log.append(command.next()) else {
                            throw EventLogError.corrupt("a command of the benchmark was not appended")
                        }
                        waits.append((clock.now - sent) / .milliseconds(1))
                    }
                    return waits
                }
            }
            var all: [Double] = []
            for try await waits in group { all += waits }
            return all.sorted()
        }
        let entries = waits.count
        let slow = waits.isEmpty ? 0 : waits[min(entries - 1, entries * 99 / 100)]
        let elapsed = (clock.now - began) / .seconds(1)
        let cpuUsed = cpuSeconds() - cpuBefore
        let head = try await log.entries.head()
        guard let newest = try await log.entries.read(from: Position(head.value - 1), limit: 1).entries.first else {
            throw EventLogError.corrupt("the benchmark appended nothing")
        }
        print(
            #"{"entries":\#(entries),"seconds":\#(elapsed),"cpu_seconds":\#(cpuUsed),"entry_bytes":\#(newest.bytes.count),"carried":\#(kind.carried),"p99_ms":\#(slow)}"#
        )
        await log.close()
    }

    private static func migrate(_ url: String) async throws {
        try await PostgresMigrator.migrate(
            PostgresConfiguration(url: url, applicationName: "bench"), EventLogSchema.steps)
    }

    private static func cpuSeconds() -> Double {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}

/// Somebody with a token, both in the log.
struct Person: Sendable {
    let id = PersonID(random: SecureRandom.bytes(16))
    let token = TokenID(random: SecureRandom.bytes(16))

    static func register(_ count: Int, in log: EventLog) async throws -> [Person] {
        let people = (0..<count).map { _ in Person() }
        for person in people {
            let now = Command.now()
            func event(_ stream: StreamName, _ event: any EventPayload) -> Append.NewEvent {
                Append.NewEvent(
                    envelope: Envelope(
                        id: Command.newID(now), log: log.id, stream: stream, time: now, recordedTime: now,
                        origin: Envelope.Origin(), event: event), version: StreamVersion(1))
            }
            let issued = TokenIssued(
                expires: Timestamp(milliseconds: now.milliseconds + 86_400_000), scopes: [.review], user: person.id)
            _ = try await log.append(
                Append(
                    expected: [.user(person.id): .none, .token(person.token): .none],
                    events: [
                        event(.user(person.id), UserRegistered(kind: .person)),
                        event(.token(person.token), issued),
                    ]))
        }
        return people
    }
}

/// The commands of one caller, one after the other.
struct Command {
    enum Kind: String, Sendable {
        case star
        case downloads
        case downloadsOneSlice = "downloads-one-slice"
        case readers

        /// How many stars, downloads or readers an entry holds.
        var carried: Int {
            switch self {
            case .star: 1
            case .downloads, .downloadsOneSlice: 100
            case .readers: AgentReadersSeen.maximumReaders
            }
        }
    }

    private let kind: Kind
    private let log: LogID
    private let person: Person
    /// Names nobody else uses, so that every star is the first.
    private let prefix = Hex.encode(SecureRandom.bytes(8))
    private var number = 0
    private let domain = ReaderDomain(random: SecureRandom.bytes(16))

    init(_ kind: Kind, log: LogID, person: Person) {
        self.kind = kind
        self.log = log
        self.person = person
    }

    static func now() -> Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
    static func newID(_ now: Timestamp) -> UUIDv7 {
        UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10))
    }

    mutating func next() -> Append {
        number += 1
        let key = AgentKey("bench.\(prefix)-\(number)")
        guard let key else { preconditionFailure("a key of the benchmark does not parse") }
        let now = Self.now()
        switch kind {
        case .star:
            let star = StreamName.star(key, person.id)
            let request = Self.newID(now)
            let envelope = Envelope(
                id: Self.newID(now), log: log, stream: star, time: now, recordedTime: now,
                origin: Envelope.Origin(actor: person.id, token: person.token, correlation: request),
                event: StarAdded())
            let fingerprint = SHA256Digest(of: Array("PUT\n/agents/\(key)/star".utf8))
            return Append(
                expected: [star: .none, .token(person.token): StreamVersion(1), .user(person.id): StreamVersion(1)],
                events: [Append.NewEvent(envelope: envelope, version: StreamVersion(1))],
                key: Append.IdempotencyKey(
                    KeyID(actor: person.id, key: "\(prefix)-\(number)"), fingerprint: fingerprint,
                    reply: Array(#"{"id":"\#(key)","starred":true}"#.utf8)))
        case .downloads, .downloadsOneSlice:
            let slice = kind == .downloads ? StreamName.agent(key).slice : 7
            return count(
                AgentDownloaded(agent: key, sources: [.cli: Int64(kind.carried)], version: "1.0.0"), slice: slice, now)
        case .readers:
            let tokens = Set((0..<kind.carried).map { _ in DayToken(random: SecureRandom.bytes(16)) })
            return count(
                AgentReadersSeen(
                    agent: key, day: now.day, domain: domain, readers: tokens.sorted(), version: "1.0.0"),
                slice: StreamName.agent(key).slice, now)
        }
    }

    private func count(_ event: any EventPayload, slice: Int, _ now: Timestamp) -> Append {
        let envelope = Envelope(
            id: Self.newID(now), log: log, stream: .downloads(slice: slice), time: now, recordedTime: now,
            origin: Envelope.Origin(), event: event)
        return Append(expected: [:], events: [Append.NewEvent(envelope: envelope, version: nil)])
    }
}
