public import Crypto
public import EventLog
public import Events
import Postgres

/// Proves that the active build of a projection says what the log says: makes another one and compares all rows.
public struct Comparison: Sendable {
    /// A row or a table that is not what the log says.
    public struct Difference: Sendable {
        /// The kinds of differences.
        public enum Kind: String, Sendable {
            /// It is not in the active build.
            case missing
            /// It follows from nothing.
            case planted
            /// The row has other values, or the table other columns.
            case changed
        }

        /// The kind.
        public let kind: Kind
        /// The table.
        public let table: String
        /// The primary key of the row, its columns in order; nil where the table as a whole differs.
        public let key: String?
        /// The columns with other values, or that differ; empty for what is missing or planted.
        public let columns: [String]
    }

    /// One table that both builds have alike.
    public struct Table: Sendable {
        /// Its name.
        public let name: String
        /// The number of rows of the active build.
        public let rows: Int64
        /// The SHA-256 of its rows in the order of the primary key.
        public let digest: SHA256Digest
        /// The same of the build that was made to compare with.
        public let expected: SHA256Digest
    }

    /// What was found of one projection.
    public struct Result: Sendable {
        /// The projection.
        public let projection: String
        /// Both builds reflect all entries before it; where tables differ so that none can be applied, the active one does; 0
        /// where nothing was compared.
        public let position: Position
        /// The tables.
        public let tables: [Table]
        /// The differences, at most 100 of each table.
        public let differences: [Difference]

        /// The agents that one of the builds parks: nothing is said of what waits.
        public let parked: [String]
        /// Why nothing was compared; nil where all was.
        public let fault: String?

        init(
            projection: String, position: Position = Position(0), tables: [Table] = [], differences: [Difference] = [],
            parked: [String] = [], fault: String? = nil
        ) {
            self.projection = projection
            self.position = position
            self.tables = tables
            self.differences = differences
            self.parked = parked
            self.fault = fault
        }

        /// True where both builds have the same rows, of all entries.
        public var isRight: Bool {
            fault == nil && parked.isEmpty && differences.isEmpty && tables.allSatisfy { $0.digest == $0.expected }
        }
    }

    private static let mostDifferences: Int64 = 100
    private static let attempts = 10

    let database: DatabaseAccess
    let store: BuildStore
    let filler: Filler
    let report: @Sendable (BuildProgress) -> Void

    /// Creates a comparison that works as the owner of the schema.
    public init(_ database: DatabaseAccess, _ options: BuildOptions) {
        self.database = database
        report = options.report
        store = BuildStore(database, program: options.program)
        filler = Filler(database, options)
    }

    /// Builds projections beside the active builds and compares them. The active builds go on being read, and are brought
    /// to the head of the log. A projection of which one of the builds can't go on has a fault, and the others are compared.
    public func run(_ projections: [Projection]) async throws -> [Result] {
        do {
            return try await run(projections, isFolding: true)
        } catch Unusable.folded {
            return try await run(projections, isFolding: false)
        } catch Unusable.skipped {
            return try await run(projections)
        }
    }

    private func run(_ projections: [Projection], isFolding: Bool) async throws -> [Result] {
        var (fillings, faults): ([Filling], [String: String]) = ([], [:])
        do {
            for projection in projections {
                do {
                    let build = try await store.begin(projection, for: .check, isFolding: isFolding).build
                    fillings.append(Filling(projection, build, for: .check, database))
                } catch let fault as BuildFault {
                    faults[projection.name] = fault.description
                }
            }
            var going: [Filling] = []
            for filling in fillings {
                do {
                    try await filling.begin()
                    going.append(filling)
                } catch let fault as BuildFault {
                    faults[filling.writer.projection.name] = fault.description
                }
            }
            try await filler.fill(going)
            var found: [String: Result] = [:]
            for filling in going {
                let name = filling.writer.projection.name
                do {
                    found[name] = try await compare(filling)
                } catch let fault as BuildFault {
                    faults[name] = fault.description
                }
            }
            await end(fillings)
            return projections.map { found[$0.name] ?? Result(projection: $0.name, fault: faults[$0.name]) }
        } catch {
            await end(fillings)
            throw error
        }
    }

    func end(_ fillings: [Filling]) async {
        for filling in fillings {
            await filling.session.close()
            // Upkeep drops what can't be dropped now.
            _ = try? await store.drop(filling.writer.build)
        }
        await store.close()
    }

    private func compare(_ filling: Filling) async throws -> Result {
        let projection = filling.writer.projection
        for _ in 0..<Self.attempts {
            // So that the turn on the active build, which others wait for, is kept for a moment only.
            try await filler.fill([filling])
            _ = try await filling.apply(upTo: nil)
            try await filling.retryParked()
            let shapes = try await shapes(filling)
            let (active, position): (Build, Position)
            do {
                try await catchUp(projection)
                (active, position) = try await align(filling)
            } catch let fault where !shapes.isEmpty && !(fault is CancellationError) {
                // What is not there can't be written.
                return try await result(of: filling, shapes)
            }
            let release: @Sendable () -> Void = { [store] in
                Task {
                    try? await store.session.run {
                        _ = try $0.execute(Statements.endTurn, [.int4(active.number)]).count
                    }
                }
            }
            report(BuildProgress(phase: .comparing, position: position, head: position, entriesASecond: 0))
            let found: Result?
            do {
                found = try await filling.session.run { [writer = filling.writer] connection in
                    try connection.transaction {
                        try Self.compare(writer, with: active, at: position, connection, onSnapshot: release)
                    }
                }
            } catch {
                release()
                throw error
            }
            if let found { return found }
        }
        throw BuildFault(description: "the builds of '\(projection.name)' can't be brought to one position")
    }

    /// How the tables of the active build themselves differ.
    private func shapes(_ filling: Filling) async throws -> [Difference] {
        try await store.session.run { [writer = filling.writer] connection in
            guard let active = try Build.active(of: writer.projection, connection) else { return [] }
            return Self.differences(
                try ModelTable.all(of: writer.build, connection), try ModelTable.all(of: active, connection))
        }
    }

    /// The result where entries can't be applied because tables differ: no rows are compared.
    private func result(of filling: Filling, _ shapes: [Difference]) async throws -> Result {
        try await store.session.run { [projection = filling.writer.projection] connection in
            guard let active = try Build.active(of: projection, connection) else {
                throw BuildFault(description: "'\(projection.name)' has no active build")
            }
            _ = try connection.execute(Statements.endTurn, [.int4(active.number)]).count
            let position = try connection.execute(Statements.cursor, [.int4(active.number)]).first?.integer(0) ?? 0
            return Result(
                projection: projection.name, position: Position(position), differences: shapes)
        }
    }

    /// Brings the active build near to the head of the log in short turns, between which others have theirs.
    private func catchUp(_ projection: Projection) async throws {
        while true {
            let rest = try await store.session.run { connection in
                try BuildWriter.onActive(of: projection, connection) { writer, state, isCareful in
                    let rest = try Filling.applyRest(
                        writer, state, upTo: Position(state.cursor.value + Filling.turnEntries), isCareful: isCareful,
                        connection)
                    return (
                        rest: rest, writer: writer,
                        isNear: rest.reached.value < state.cursor.value + Filling.turnEntries
                    )
                }
            }
            if let stop = rest.rest.stop { throw Filling.fault(rest.writer, stop) }
            if rest.isNear { return }
        }
    }

    /// Brings both builds to the head of the log; keeps the turn on the active one, so that it stays there.
    private func align(_ filling: Filling) async throws -> (Build, Position) {
        let projection = filling.writer.projection
        do {
            let (writer, rest) = try await store.session.run { connection in
                try Self.keepTurn(of: projection, connection)
                return try BuildWriter.onActive(of: projection, connection) { writer, state, isCareful in
                    (writer, try Filling.applyRest(writer, state, upTo: nil, isCareful: isCareful, connection))
                }
            }
            if let stop = rest.stop { throw Filling.fault(writer, stop) }
            return (writer.build, try await filling.apply(upTo: rest.reached))
        } catch {
            // The session goes on with other projections, and nobody is to wait for it meanwhile.
            try? await store.session.run { connection in
                guard let active = try Build.active(of: projection, connection) else { return }
                try connection.execute(Statements.endTurn, [.int4(active.number)])
            }
            throw error
        }
    }

    /// Takes the turn on the active build for the session: nobody swaps it until then.
    private static func keepTurn(of projection: Projection, _ connection: PostgresConnection) throws {
        while let found = try Build.active(of: projection, connection) {
            try connection.execute(Statements.keepTurn, [.int4(found.number)])
            if try Build.active(of: projection, connection)?.number == found.number { return }
            try connection.execute(Statements.endTurn, [.int4(found.number)])
        }
    }

    /// Compares in one snapshot of the database; nil where the builds are not at one position in it.
    ///
    /// - Parameter onSnapshot: called once the snapshot is taken.
    private static func compare(
        _ writer: BuildWriter, with active: Build, at position: Position, _ connection: PostgresConnection,
        onSnapshot: () -> Void
    ) throws -> Result? {
        let build = writer.build
        try connection.execute(Statements.snapshot)
        let isAligned = try connection.execute(
            Statements.isAligned, [.int4(active.number), .int4(build.number)]
        ).first?.bool(0)
        onSnapshot()
        guard isAligned == true else { return nil }
        let parked = try writer.build.parked(connection)
        guard try !writer.hasLateSkips(at: position, parked, connection) else { throw Unusable.skipped }
        let expected = try ModelTable.all(of: build, connection)
        var (tables, differences) = ([Table](), Self.differences(expected, try ModelTable.all(of: active, connection)))
        let others = Set(differences.map(\.table))
        for table in expected where !others.contains(table.name) {
            let (rows, digest) = try self.digest(table, active, connection)
            let (_, expected) = try self.digest(table, build, connection)
            tables.append(Table(name: table.name, rows: rows, digest: digest, expected: expected))
            if digest != expected { differences += try self.differences(table, active, build, connection) }
        }
        let keys = Set(parked.keys).union(try active.parked(connection).keys)
        return Result(
            projection: writer.projection.name, position: position, tables: tables, differences: differences,
            parked: keys.sorted().map(\.description))
    }

    /// The tables that one build has and the other has not, or with other columns.
    private static func differences(_ expected: [ModelTable], _ found: [ModelTable]) -> [Difference] {
        func named(_ tables: [ModelTable]) -> [String: ModelTable] {
            Dictionary(uniqueKeysWithValues: tables.map { ($0.name, $0) })
        }
        let (expected, found) = (named(expected), named(found))
        return Set(expected.keys).union(found.keys).sorted().compactMap { name in
            guard let table = expected[name] else {
                return Difference(kind: .planted, table: name, key: nil, columns: [])
            }
            guard let other = found[name] else {
                return Difference(kind: .missing, table: name, key: nil, columns: [])
            }
            let (columns, others) = (
                Set(zip(table.columns, table.types).map { "\($0) \($1)" }),
                Set(zip(other.columns, other.types).map { "\($0) \($1)" })
            )
            guard columns != others else { return nil }
            return Difference(
                kind: .changed, table: name, key: nil, columns: columns.symmetricDifference(others).sorted())
        }
    }

    private static func quoted(_ name: String) -> String { "\"\(name)\"" }

    /// The number of rows of a table, and the digest of them in the order of the primary key.
    private static func digest(
        _ table: ModelTable, _ build: Build, _ connection: PostgresConnection
    ) throws -> (Int64, SHA256Digest) {
        let cursor = "rows_\(build.number)_\(table.name)"
        let order = table.key.map { quoted($0) }.joined(separator: ", ")
        try connection.executeScript(
            "DECLARE \(cursor) NO SCROLL CURSOR FOR SELECT t::text FROM \(build.schema).\(quoted(table.name)) t ORDER BY \(order)"
        )
        let fetch = PostgresStatement("fetch_\(cursor)", Array("FETCH 2000 FROM \(cursor)".utf8))
        var hash = SHA256Hasher()
        var rows: Int64 = 0
        while true {
            let page = try connection.execute(fetch)
            if page.count == 0 { break }
            for row in page {
                hash.update(Array("\(try row.text(0))\n".utf8))
                rows += 1
            }
        }
        try connection.executeScript("CLOSE \(cursor)")
        return (rows, hash.finish())
    }

    private static func differences(
        _ table: ModelTable, _ active: Build, _ build: Build, _ connection: PostgresConnection
    ) throws -> [Difference] {
        let same = table.key.map { "a.\(quoted($0)) = b.\(quoted($0))" }.joined(separator: " AND ")
        let key = table.key.map { "coalesce(a.\(quoted($0)), b.\(quoted($0)))::text" }.joined(separator: ", ")
        let changed = table.columns.map {
            "CASE WHEN a.\(quoted($0))::text IS DISTINCT FROM b.\(quoted($0))::text THEN '\($0)' END"
        }.joined(separator: ", ")
        let first = quoted(table.key[0])
        let sql = """
            SELECT CASE WHEN a.\(first) IS NULL THEN 'missing' WHEN b.\(first) IS NULL THEN 'planted' ELSE 'changed' END,
                   concat_ws(' ', \(key)), concat_ws(',', \(changed))
            FROM \(active.schema).\(quoted(table.name)) a
            FULL JOIN \(build.schema).\(quoted(table.name)) b ON \(same)
            WHERE a.\(first) IS NULL OR b.\(first) IS NULL OR a::text <> b::text
            ORDER BY 2 LIMIT \(mostDifferences)
            """
        let statement = PostgresStatement("differ_\(build.number)_\(table.name)", Array(sql.utf8))
        return try connection.execute(statement).map { row in
            let kind = Difference.Kind(rawValue: try row.text(0)) ?? .changed
            let columns = kind == .changed ? try row.text(2).split(separator: ",").map(String.init) : []
            return Difference(kind: kind, table: table.name, key: try row.text(1), columns: columns)
        }
    }
}
