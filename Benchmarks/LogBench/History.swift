import Crypto
import EventLog
import Events
import Foundation
import Postgres

/// Writes 90 days behind the beginning of a log, straight into its tables, as the log itself would have: half of the
/// entries are downloads, a quarter readers with 100 tokens each, the rest stars, reviews and versions of 1,000 agents, or of
/// one for each 1,000 entries where that is more. The same each time, but for the ids of people and contents.
struct History {
    /// What happens to the agents.
    enum Mix: String {
        /// Half downloads, a quarter readers, the rest stars, reviews and versions, of all agents alike.
        case history
        /// The same, but the second agent has half as much as the first, the third a third, and so on (Zipf).
        case zipf
        /// Stars.
        case stars
    }

    /// SplitMix64 (Steele, Lea and Flood, 2014).
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64 = 1

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var word = state
            word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
            return word ^ (word >> 31)
        }
    }

    private static let days: Int64 = 90
    private static let readersInEntry = 100
    private static let batchRows = 5_000

    private struct Row {
        let position: Int64
        let stream: String
        let version: Int64?
        let type: String
        let slice: Int32
        let recorded: Int64
        let entry: [UInt8]
        let content: (field: String, content: Content)?
    }

    private let log: LogID
    private let mix: Mix
    private let start: Int64
    private let count: Int
    private let agents: Int
    private let keys: [AgentKey]
    /// How much the agents up to each one have together, in shares of what the first one has.
    private let shares: [Double]
    private let people = (0..<200).map { _ in PersonID(random: SecureRandom.bytes(16)) }
    private let domain = ReaderDomain(random: SecureRandom.bytes(16))
    private let end = Int64(Date().timeIntervalSince1970 * 1000)
    private var random = Seeded()
    private var releases: [Int]
    private var given = 0
    private var reviewed = 0

    init(_ log: LogID, _ mix: Mix, from start: Position, count: Int) {
        self.log = log
        self.mix = mix
        self.start = start.value
        self.count = count
        agents = max(1_000, count / 1_000)
        keys = (0..<agents).compactMap { AgentKey("bench.agent-\($0)") }
        releases = [Int](repeating: 0, count: agents)
        shares = (0..<agents).reduce(into: []) { $0.append(($0.last ?? 0) + (mix == .zipf ? 1 / Double($1 + 1) : 1)) }
    }

    /// An agent, as often as its share says.
    private mutating func agent() -> Int {
        let place = Double.random(in: 0..<(shares.last ?? 1), using: &random)
        var (low, high) = (0, agents - 1)
        while low < high {
            let middle = (low + high) / 2
            if shares[middle] > place { high = middle } else { low = middle + 1 }
        }
        return low
    }

    static func write(_ url: String, _ mix: Mix, count: Int) async throws {
        let log = try await EventLog.open(EventLog.Configuration(url: url))
        let session = PostgresSession(PostgresConfiguration(url: url, applicationName: "bench"))
        var (history, written) = (History(log.id, mix, from: try await log.entries.head(), count: count), 0)
        while written < count {
            let rows = (written..<min(count, written + batchRows)).map { history.row($0) }
            try await session.run { connection in
                try connection.transaction { try insert(rows, connection) }
            }
            written += rows.count
        }
        await session.close()
        await log.close()
    }

    private mutating func row(_ number: Int) -> Row {
        let time = end - Self.days * 86_400_000 * Int64(count - number) / Int64(count)
        if number < 2 * agents {
            let agent = number / 2
            guard number % 2 == 0 else { return version(number, of: agent, time) }
            guard let id = AgentID("bench.agent-\(agent)") else { preconditionFailure("an id does not parse") }
            return row(number, .agent(keys[agent]), 1, AgentRegistered(id: id, owner: people[agent % 200]), time)
        }
        let agent = agent()
        switch mix == .stars ? 30 : number % 40 {
        case 0..<20:
            let downloads = Int64.random(in: 1...100, using: &random)
            return row(
                number, .downloads(slice: StreamName.agent(keys[agent]).slice), nil,
                AgentDownloaded(agent: keys[agent], sources: [.cli: downloads], version: "1.0.0"), time)
        case 20..<30:
            let tokens = Set((0..<Self.readersInEntry).map { _ in DayToken(random: randomBytes()) })
            let seen = AgentReadersSeen(
                agent: keys[agent], day: Timestamp(milliseconds: time).day, domain: domain, readers: tokens.sorted(),
                version: "1.0.0")
            return row(number, .downloads(slice: StreamName.agent(keys[agent]).slice), nil, seen, time)
        case 30..<35:
            given += 1
            let star = StreamName.star(keys[given % agents], people[given / agents % 200])
            return row(number, star, 1, StarAdded(), time)
        case 35..<39:
            reviewed += 1
            let content = Content(
                ReviewContent(text: "It does what it says, number \(reviewed).", title: "Good"), nonce: nonce())
            let review = StreamName.review(keys[reviewed % agents], people[reviewed / agents % 200])
            let submitted = ReviewSubmitted(
                rating: Int64(reviewed % 5 + 1), reviewCommitment: content.commitment, version: "1.0.0")
            return row(number, review, 1, submitted, time, (ContentKind.review.field, content))
        default: return version(number, of: agent, time)
        }
    }

    private mutating func version(_ number: Int, of agent: Int, _ time: Int64) -> Row {
        var listing = ListingContent()
        listing.title = "Agent \(agent)"
        listing.description = "An agent of the benchmark, release \(releases[agent])."
        let content = Content(listing, nonce: nonce())
        let published = VersionPublished(
            version: "1.\(releases[agent]).0",
            artifacts: [Artifact(role: .manifest, sha256: SHA256Digest(of: Array("\(number)".utf8)), sizeBytes: 900)],
            listed: true, runtime: "image", license: "MIT", listingCommitment: content.commitment)
        releases[agent] += 1
        return row(
            number, .agent(keys[agent]), Int64(releases[agent]) + 1, published, time,
            (ContentKind.listing.field, content))
    }

    private mutating func nonce() -> [UInt8] { randomBytes() + randomBytes() }

    private mutating func randomBytes() -> [UInt8] {
        let (high, low) = (random.next(), random.next())
        return (0..<8).map { UInt8(truncatingIfNeeded: high >> ($0 * 8)) }
            + (0..<8).map { UInt8(truncatingIfNeeded: low >> ($0 * 8)) }
    }

    private mutating func row(
        _ number: Int, _ stream: StreamName, _ version: Int64?, _ event: any EventPayload, _ milliseconds: Int64,
        _ content: (String, Content)? = nil
    ) -> Row {
        let time = Timestamp(milliseconds: milliseconds)
        let envelope = Envelope(
            id: UUIDv7(milliseconds: milliseconds, random: Array(randomBytes().prefix(10))), log: log, stream: stream,
            time: time, recordedTime: time,
            origin: stream.kind.isAnonymous ? Envelope.Origin() : Envelope.Origin(actor: people[number % 200]),
            event: event)
        return Row(
            position: start + Int64(number), stream: stream.description, version: version, type: event.typeName,
            slice: Int32(stream.slice), recorded: milliseconds, entry: envelope.bytes, content: content)
    }

    private static let insertEvents = PostgresStatement(
        "bench_events",
        Array(
            """
            INSERT INTO log.events (position, stream, version, type, slice, recorded, entry)
            SELECT u.position, u.stream, u.version, u.type, u.slice, to_timestamp(u.recorded / 1000.0), u.entry
            FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::integer[], $6::bigint[], $7::bytea[])
                AS u (position, stream, version, type, slice, recorded, entry)
            """.utf8))
    private static let insertStreams = PostgresStatement(
        "bench_streams",
        Array(
            """
            INSERT INTO log.streams (id, version, position)
            SELECT u.id, u.version, u.position
            FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS u (id, version, position)
            """.utf8))
    private static let insertContents = PostgresStatement(
        "bench_contents",
        Array(
            """
            INSERT INTO log.contents (position, field, nonce, document, is_public)
            SELECT u.position, u.field, u.nonce, u.document, true
            FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::bytea[]) AS u (position, field, nonce, document)
            """.utf8))

    private static func insert(_ rows: [Row], _ connection: PostgresConnection) throws {
        try connection.execute(
            insertEvents,
            [
                .int8s(rows.map(\.position)), .texts(rows.map(\.stream)), .int8s(rows.map(\.version)),
                .texts(rows.map(\.type)), .int4s(rows.map(\.slice)), .int8s(rows.map(\.recorded)),
                .byteas(rows.map(\.entry)),
            ])
        let ranked = rows.filter { $0.version != nil }
        try connection.execute(
            insertStreams,
            [
                .uuids(ranked.map { Array(SHA256Digest(of: Array($0.stream.utf8)).bytes.prefix(16)) }),
                .int8s(ranked.map(\.version)), .int8s(ranked.map(\.position)),
            ])
        let contents = rows.compactMap { row in row.content.map { (row.position, $0.field, $0.content) } }
        try connection.execute(
            insertContents,
            [
                .int8s(contents.map(\.0)), .texts(contents.map(\.1)), .byteas(contents.map(\.2.nonce)),
                .byteas(contents.map(\.2.document)),
            ])
    }
}
