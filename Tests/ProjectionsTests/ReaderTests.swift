import Crypto
import EventLog
import Events
import Following
import Logging
import System
import TestSupport
import Testing

@testable import Projections

/// The readers that the model of agents keeps, however many and however they come.
@Suite struct ReaderTests {
    /// Random tokens, half of which have many bits in common.
    private func token(_ random: inout SeededRandom) -> DayToken {
        random.next() % 2 == 0
            ? DayToken(words: random.next(), random.next())
            : DayToken(words: 0xaaaa_aaaa_aaaa_aaaa, random.next() % 512)
    }

    @Test(arguments: [1, 2, 3])
    func leavesFollowFromTheTokensAlone(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var (leaves, all) = ([ReaderLeaf.root], Set<DayToken>())
        for _ in 0..<60 {
            // Added a few at a time, each to its leaf.
            let more = Set((0..<(1 + random.next() % 40)).map { _ in token(&random) }).sorted()
            var (new, cut) = (0, [ReaderLeaf]())
            for (number, var leaf) in leaves.enumerated() {
                let next = number + 1 < leaves.count ? leaves[number + 1].first : nil
                let part = more.filter { one in one >= leaf.first && next.map { one < $0 } ?? true }
                new += leaf.add(part[...])
                cut += leaf.cut()
            }
            #expect(new == Set(more).subtracting(all).count)
            all.formUnion(more)
            leaves = cut
        }
        var whole = ReaderLeaf.root
        #expect(whole.add(all.sorted()[...]) == all.count)
        #expect(whole.cut() == leaves)
        #expect(leaves.flatMap(\.tokens) == all.sorted())
        #expect(leaves.allSatisfy { $0.tokens.count <= ReaderLeaf.maximumTokens })
        #expect(ReaderTokens.tokens(in: ReaderTokens.bytes(of: all.sorted())) == all.sorted())
        for leaf in leaves where leaf.bits > 0 {
            // A leaf and its other half do not fit into one.
            let width = 128 - leaf.bits
            let (high, low) = leaf.first.words
            let parent =
                width < 64
                ? DayToken(words: high, low & ~(1 << UInt64(width)))
                : DayToken(words: high & ~(1 << UInt64(width - 64)), low)
            let inside = all.filter { token in
                let one = token.words
                let other = parent.words
                guard width + 1 < 64 else { return (one.high ^ other.high) >> UInt64(width + 1 - 64) == 0 }
                return one.high == other.high && (one.low ^ other.low) >> UInt64(width + 1) == 0
            }
            #expect(inside.count > ReaderLeaf.maximumTokens)
        }
    }

    /// Readers of two agents and two versions on two days, under two domains, told again and again.
    private struct Told {
        let agent: String
        let day: Day
        let domain: UInt8
        let version: String
        let readers: [DayToken]
    }

    private static func seen(_ told: Told, _ readers: [DayToken]) throws -> AgentReadersSeen {
        AgentReadersSeen(
            agent: try #require(AgentKey(told.agent)), day: told.day,
            domain: ReaderDomain(random: [UInt8](repeating: told.domain, count: 16)),
            readers: Set(readers).sorted(), version: told.version)
    }

    private func told(_ today: Day, _ random: inout SeededRandom) -> [Told] {
        var known = (0..<300).map { _ in token(&random) }
        return (0..<40).map { _ in
            known += (0..<40).map { _ in token(&random) }
            let readers = Set(
                (0..<(1 + random.next() % 300)).map { _ in known[Int(random.next() % UInt64(known.count))] })
            return Told(
                agent: random.next() % 3 == 0 ? "acme.b" : "acme.a", day: today.adding(days: -Int64(random.next() % 2)),
                domain: UInt8(1 + random.next() % 2), version: random.next() % 3 == 0 ? "2.0.0" : "1.0.0",
                readers: readers.sorted())
        }
    }

    @Test(arguments: [4, 5])
    func eachReaderCountsOnceADayAndOnceAVersion(_ seed: UInt64) async throws {
        try await TestDatabase.with { url in
            // Given agents, and a model that is brought forward a few entries at a time
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            var random = SeededRandom(seed: seed)
            let now = Timestamp(milliseconds: Host.wallClockMilliseconds())
            func append(_ seen: AgentReadersSeen) async throws {
                let new = Append.NewEvent(
                    envelope: Envelope(
                        id: UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10)), log: log.id,
                        stream: .downloads(slice: StreamName.agent(seen.agent).slice), time: now.day.start,
                        recordedTime: now,
                        origin: Envelope.Origin(), event: seen), version: nil)
                guard case .appended = try await log.append(Append(expected: [:], events: [new])) else {
                    throw EventLogError.corrupt("not appended")
                }
            }
            func projector(_ entries: Int) -> Projector {
                Projector(
                    .agents, DatabaseAccess(url: url), head: HeadFeed(Position(0)) { try await log.entries.head() },
                    log: Log("test", threshold: .error), batchEntries: entries)
            }
            // When readers are told, some of them often
            let told = told(now.day, &random)
            for one in told {
                try await append(try Self.seen(one, one.readers))
                if random.once(in: 3) { try await projector(1 + Int(random.next() % 4)).catchUp() }
            }
            try await projector(3).catchUp()
            // Then each counts once for its version and day, and once for the day
            var (versions, days) = ([String: Set<String>](), [String: Set<String>]())
            for one in told {
                for reader in one.readers {
                    versions["\(one.agent) \(one.version) \(one.day)", default: []].insert("\(one.domain) \(reader)")
                    days["\(one.agent) \(one.day)", default: []].insert("\(one.domain) \(reader)")
                }
            }
            func counted(_ sets: [String: Set<String>]) -> [String] {
                sets.map { "\($0.key) \($0.value.count)" }.sorted()
            }
            let ofVersions = try await TestDatabase.queryModels(
                url,
                "SELECT key || ' ' || version || ' ' || day || ' ' || readers FROM version_downloads WHERE readers > 0"
            )
            #expect(ofVersions.sorted() == counted(versions))
            let ofDays = try await TestDatabase.queryModels(
                url, "SELECT key || ' ' || day || ' ' || readers FROM daily_downloads WHERE readers > 0")
            #expect(ofDays.sorted() == counted(days))
            // And a build that folds all of them in memory has the same rows
            let largest = "SELECT (max(length(readers)) / 16)::text FROM download_readers"
            #expect(try await TestDatabase.queryModels(url, largest).compactMap { Int($0) }.contains { $0 <= 64 })
            func isRight() async throws -> [Bool] {
                try await Comparison(DatabaseAccess(url: url), BuildOptions(program: "tests")).run([.agents])
                    .map(\.isRight)
            }
            #expect(try await isRight() == [true])
            // And what comes after a build that was folded goes on with its rows
            _ = try await Rebuild(DatabaseAccess(url: url), BuildOptions(program: "tests")).run([.agents])
            for one in told.suffix(10) { try await append(try Self.seen(one, one.readers + [token(&random)])) }
            try await projector(4).catchUp()
            #expect(try await isRight() == [true])
            await log.close()
        }
    }
}
