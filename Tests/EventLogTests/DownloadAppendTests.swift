import Crypto
import EventLog
import Events
import System
import TestSupport
import Testing

/// What a spool holds and what other servers report is taken once, whoever sends it and however late.
@Suite struct DownloadAppendTests {
    private func append(_ log: EventLog, _ range: SpoolRangeEffect?, _ lines: [LineID] = []) throws -> Append {
        let agent = try #require(AgentKey("acme.a"))
        let now = Timestamp(milliseconds: Host.wallClockMilliseconds())
        let event = AgentDownloaded(
            agent: agent, sources: [.cli: 1], version: "1.0.0")
        return Append(
            expected: [:],
            events: [
                Append.NewEvent(
                    envelope: Envelope(
                        id: UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10)), log: log.id,
                        stream: .downloads(slice: StreamName.agent(agent).slice), time: now, recordedTime: now,
                        origin: Envelope.Origin(), event: event), version: nil)
            ],
            effects: (range.map { [$0] } ?? []) + lines.map { DownloadLineEffect($0) })
    }

    @Test func aPartOfASpoolIsTakenOnceAndInOrder() async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            let spool = SpoolID()
            #expect(try await log.spoolMark(spool) == 0)
            func range(_ start: Int64, _ past: Int64) -> SpoolRangeEffect {
                SpoolRangeEffect(spool, start: start, past: past)
            }
            // Two programs that both believe to own the spool: one of them.
            let outcomes = try await withThrowingTaskGroup { group in
                for past in [100, 150] as [Int64] {
                    let append = try append(log, range(0, past))
                    group.addTask { try await log.append(append) }
                }
                var outcomes: [AppendOutcome] = []
                for try await outcome in group { outcomes.append(outcome) }
                return outcomes
            }
            #expect(outcomes.filter { $0 == .refused(.spoolMoved) }.count == 1)
            let mark = try await log.spoolMark(spool)
            #expect([100, 150].contains(mark))
            #expect(try await log.append(try append(log, range(0, 100))) == .refused(.spoolMoved))
            #expect(try await log.append(try append(log, range(mark + 1, 500))) == .refused(.spoolMoved))
            #expect(try await log.append(try append(log, range(mark, 500))) == .appended(last: Position(1)))
            #expect(try await log.spoolMark(spool) == 500)
            // Upkeep forgets what nobody asks for any more, and the mark stays.
            try await log.maintain()
            #expect(try await log.spoolMark(spool) == 500)
            #expect(try await TestDatabase.query(url, "SELECT count(*)::text FROM log.spools") == ["1"])
            #expect(try await log.append(try append(log, range(0, 100))) == .refused(.spoolMoved))
            // What was forgotten is remembered for as long as an append of it may still be on its way.
            try await log.forgetSpool(spool)
            try await log.maintain()
            #expect(try await log.append(try append(log, range(0, 100))) == .refused(.spoolMoved))
            try await TestDatabase.script(url, "UPDATE log.spools SET forgotten = now() - interval '25 hours'")
            try await log.maintain()
            #expect(try await log.spoolMark(spool) == 0)
        }
    }

    @Test func aLineIsTakenOnce() async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            let sender = PersonID(random: SecureRandom.bytes(16))
            let lines = (0..<6).map { LineID(sender: sender, id: "\($0)") }
            #expect(try await log.append(try append(log, nil, Array(lines[..<4]))) == .appended(last: Position(0)))
            #expect(try await log.append(try append(log, nil, Array(lines[3...]))) == .refused(.lineTaken))
            #expect(try await log.knownLines(lines) == Set(lines[..<4]))
            #expect(try await log.append(try append(log, nil, Array(lines[4...]))) == .appended(last: Position(1)))
            let other = LineID(sender: PersonID(random: SecureRandom.bytes(16)), id: "0")
            #expect(try await log.append(try append(log, nil, [other])) == .appended(last: Position(2)))
            // Both in one batch: the unique index decides, and the neighbours of the one that loses are taken.
            let new = LineID(sender: sender, id: "new")
            let outcomes = try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    let append = try append(log, nil, [new])
                    group.addTask { try await log.append(append) }
                    let neighbour = try self.append(log, nil)
                    group.addTask { try await log.append(neighbour) }
                }
                var outcomes: [AppendOutcome] = []
                for try await outcome in group { outcomes.append(outcome) }
                return outcomes
            }
            #expect(outcomes.filter { $0 == .refused(.lineTaken) }.count == 7)
        }
    }
}
