import Events
import Postgres

/// The readers that the model of agents keeps for some days, so that one who is told again counts once.
enum KeptReaders {
    /// Readers that can be told apart: of an agent on a day, under one domain. Those of a version, and with an empty one those of
    /// any version.
    struct Key: Hashable {
        let agent: String
        let day: Int32
        let domain: String
        let version: String

        /// The same of any version.
        var ofAnyVersion: Key { Key(agent: agent, day: day, domain: domain, version: "") }
    }

    /// A set of them, or a leaf of one.
    private struct Place: Hashable {
        let key: Key
        let leaf: DayToken
    }

    /// How many leaves one statement reads or writes, each of a kilobyte at most.
    private static let leavesOfStatement = 4_000

    /// Keeps readers, and returns how many of each set were not kept before.
    static func add(_ sets: [Key: [DayToken]], _ connection: PostgresConnection) throws -> [Key: Int64] {
        guard !sets.isEmpty else { return [:] }
        let sorted = sets.mapValues { tokens in
            tokens.sorted().reduce(into: [DayToken]()) { if $0.last != $1 { $0.append($1) } }
        }
        var (touched, parts) = ([Place: ReaderLeaf](), [Place: ArraySlice<DayToken>]())
        let known = try leaves(of: sorted.keys.map { $0 }, connection)
        for (key, tokens) in sorted {
            var rest = tokens[...]
            let leaves = known[key] ?? [.root]
            for (number, leaf) in leaves.enumerated() where !rest.isEmpty {
                let next = number + 1 < leaves.count ? leaves[number + 1].first : nil
                let part = next.map { next in rest.prefix { $0 < next } } ?? rest
                rest = rest.dropFirst(part.count)
                guard !part.isEmpty else { continue }
                let place = Place(key: key, leaf: leaf.first)
                (touched[place], parts[place]) = (leaf, part)
            }
        }
        for (place, tokens) in try self.tokens(of: touched.keys.filter { known[$0.key] != nil }, connection) {
            _ = touched[place]?.add(tokens[...])
        }
        var (new, written) = ([Key: Int64](), [(key: Key, leaf: ReaderLeaf)]())
        for (place, part) in parts {
            let count = touched[place]?.add(part) ?? 0
            guard count > 0, let leaf = touched[place] else { continue }
            new[place.key, default: 0] += Int64(count)
            written += leaf.cut().map { (place.key, $0) }
        }
        try write(written, connection)
        return new
    }

    /// Keeps readers of sets of which none are kept yet; their tokens are in order and without repetitions.
    static func begin(_ sets: [Key: [DayToken]], _ connection: PostgresConnection) throws {
        let rows = sets.flatMap { key, tokens in
            var leaf = ReaderLeaf.root
            _ = leaf.add(tokens[...])
            return leaf.cut().map { (key: key, leaf: $0) }
        }
        try write(rows, connection)
    }

    /// The leaves of sets in order, without their tokens; sets of which nothing is kept are left out.
    private static func leaves(of keys: [Key], _ connection: PostgresConnection) throws -> [Key: [ReaderLeaf]] {
        var leaves: [Key: [ReaderLeaf]] = [:]
        for row in try connection.execute(Statements.findReaderLeaves, parameters(keys)) {
            let first = ReaderTokens.tokens(in: try row.bytes("first")).first ?? ReaderLeaf.root.first
            leaves[keys[Int(try row.integer("place")) - 1], default: []].append(
                ReaderLeaf(first: first, bits: Int(try row.integer("bits")), tokens: []))
        }
        return leaves.mapValues { $0.sorted { $0.first < $1.first } }
    }

    private static func tokens(
        of places: [Place], _ connection: PostgresConnection
    ) throws -> [(place: Place, tokens: [DayToken])] {
        var found: [(place: Place, tokens: [DayToken])] = []
        for places in places.pieces(of: leavesOfStatement).map({ Array($0) }) {
            let firsts = places.map { ReaderTokens.bytes(of: [$0.leaf]) }
            let rows = try connection.execute(
                Statements.readReaders, parameters(places.map(\.key)) + [.byteas(firsts)])
            found += try rows.map {
                (places[Int(try $0.integer("place")) - 1], ReaderTokens.tokens(in: try $0.bytes("readers")))
            }
        }
        return found
    }

    private static func write(_ rows: [(key: Key, leaf: ReaderLeaf)], _ connection: PostgresConnection) throws {
        for rows in rows.pieces(of: leavesOfStatement) {
            try connection.execute(
                Statements.keepReaders,
                parameters(rows.map(\.key)) + [
                    .byteas(rows.map { ReaderTokens.bytes(of: [$0.leaf.first]) }),
                    .int4s(rows.map { Int32($0.leaf.bits) }),
                    .byteas(rows.map { ReaderTokens.bytes(of: $0.leaf.tokens) }),
                ])
        }
    }

    private static func parameters(_ keys: [Key]) -> [PostgresValue] {
        [
            .texts(keys.map(\.agent)), .int4s(keys.map(\.day)), .texts(keys.map(\.domain)),
            .texts(keys.map(\.version)),
        ]
    }
}
