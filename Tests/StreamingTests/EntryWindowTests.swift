import Events
import Following
import TestSupport
import Testing

@testable import Streaming

/// Entries out of partitions, in order again.
@Suite struct EntryWindowTests {
    /// An entry at a position; what it says does not matter here.
    private static func entry(_ position: Int64, bytes: Int = 1) throws -> SourcedEntry {
        let person = PersonID(random: [UInt8](repeating: 7, count: 16))
        return SourcedEntry(
            position: Position(position), slice: 0,
            envelope: Envelope(
                id: UUIDv7(milliseconds: position, random: [UInt8](repeating: 1, count: 10)),
                log: LogID(random: [UInt8](repeating: 2, count: 16)), stream: .user(person),
                time: Timestamp(milliseconds: 0), recordedTime: Timestamp(milliseconds: 0), origin: .init(),
                event: UserRegistered(kind: .person)),
            bytes: bytes)
    }

    private func window(from position: Int64 = 0, entries: Int = 10) -> EntryWindow {
        EntryWindow(from: Position(position), maximumEntries: entries, maximumBytes: 1 << 20)
    }

    private func positions(_ window: EntryWindow, from position: Int64, limit: Int = 100) -> [Int64]? {
        guard case .entries(let entries) = window.find(Position(position), limit: limit) else { return nil }
        return entries.map(\.position.value)
    }

    @Test func whatComesTooEarlyWaitsForWhatIsBeforeIt() throws {
        var window = window(from: 5)
        for position: Int64 in [7, 6, 9] { window.add(try Self.entry(position)) }
        #expect(positions(window, from: 5) == nil)
        #expect(window.hasGap)
        window.add(try Self.entry(5))
        #expect(positions(window, from: 5) == [5, 6, 7])
        #expect(positions(window, from: 6, limit: 1) == [6])
        #expect(window.next == Position(8))
        #expect(!window.wants(Position(7)) && !window.wants(Position(9)) && window.wants(Position(8)))
        guard case .before(first: Position(5)) = window.find(Position(4), limit: 1) else {
            Issue.record("4 is before the run")
            return
        }
    }

    @Test func behindAGapThatDoesNotCloseTheRunBeginsAnew() throws {
        var window = window()
        for position: Int64 in [0, 1, 4, 5, 7] { window.add(try Self.entry(position)) }
        window.skipGap()
        #expect(window.first == Position(8) && window.next == Position(8) && !window.hasGap)
        guard case .before(first: Position(8)) = window.find(Position(2), limit: 1) else {
            Issue.record("2 is before the run")
            return
        }
        window.skipGap()
        #expect(window.first == Position(8))
        window.restart(from: Position(100))
        #expect(window.next == Position(100) && !window.wants(Position(99)))
    }

    @Test func theRunIsBoundedAndSoIsWhatComesTooEarly() throws {
        var window = window(entries: 4)
        for position: Int64 in 0..<4 { window.add(try Self.entry(position)) }
        #expect(window.isFull)
        window.halve()
        #expect(!window.isFull && window.first == Position(2))
        #expect(positions(window, from: 2) == [2, 3])
        // Five that come too early are one too many.
        for position: Int64 in 10..<15 { window.add(try Self.entry(position)) }
        #expect(window.first == Position(15) && window.next == Position(15))
        var bytes = EntryWindow(from: Position(0), maximumEntries: 100, maximumBytes: 10)
        bytes.add(try Self.entry(0, bytes: 10))
        #expect(bytes.isFull)
    }

    /// However partitions are mixed and repeated, and wherever its bounds are, nothing is left out, doubled or out of order.
    @Test(arguments: 1...20)
    func everyMixGivesTheSameRun(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let count = 400
        var partitions: [[Int64]] = Array(repeating: [], count: 5)
        for position in 0..<Int64(count) { partitions[Int(random.next() % 5)].append(position) }
        // As after a take-over, a part of a partition stands there again.
        for index in partitions.indices where partitions[index].count > 20 {
            let begin = Int(random.next() % 10)
            partitions[index].insert(contentsOf: partitions[index][begin..<begin + 10], at: begin + 10)
        }
        var window = window(entries: 30)
        var read: [Int64] = []
        var skipped = 0
        reading: while true {
            let left = partitions.indices.filter { !partitions[$0].isEmpty }
            if !window.isFull, let index = left.randomElement(using: &random) {
                let position = Position(partitions[index].removeFirst())
                if window.wants(position) { window.add(try Self.entry(position.value)) }
            }
            switch window.find(Position(Int64(read.count)), limit: 1 + Int(random.next() % 7)) {
            case .entries(let entries): read += entries.map(\.position.value)
            case .before(let first):
                // The reader takes from the log what the window has given up.
                skipped += Int(first.value) - read.count
                read += Int64(read.count)..<first.value
            case .soon:
                if window.isFull { window.halve() }
                if left.isEmpty {
                    guard window.hasGap else { break reading }
                    window.skipGap()
                    continue
                }
                continue
            }
            if read.count == count { break }
        }
        #expect(read == Array(0..<Int64(count)))
        #expect(skipped < count)
    }
}
