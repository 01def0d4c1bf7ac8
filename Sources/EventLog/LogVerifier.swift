import Crypto
public import Events
public import Postgres

/// One difference between the bytes of the log and the rest of the database or the files.
public struct LogDifference: Sendable, Equatable {
    /// The kinds of differences.
    public enum Kind: String, Sendable, CaseIterable {
        /// A position is missing, or an unexpected one exists.
        case gap
        /// The position at which appends would continue is not the one after the newest entry.
        case head
        /// The bytes are not an entry, or the program does not know its type.
        case malformed
        /// The bytes are not the canonical form of their content.
        case notCanonical = "not-canonical"
        /// The entry names another log, or the first entry does not create one.
        case otherLog = "other-log"
        /// A column of the row differs from the entry.
        case column
        /// The version is not the entry's rank in its stream.
        case rank
        /// The index of streams differs from the entries.
        case stream
        /// The content does not match the commitment in its entry.
        case commitment
        /// No entry commits to the content.
        case unclaimedContent = "unclaimed-content"
        /// An entry names a file that does not exist.
        case artifactMissing = "artifact-missing"
        /// An entry names a file that has another size or digest.
        case artifactChanged = "artifact-changed"
        /// The log says that the file was removed, and it still exists.
        case artifactRemains = "artifact-remains"
        /// An entry names a file that is not protected from the sweep.
        case artifactUnprotected = "artifact-unprotected"
    }

    /// The kind.
    public let kind: Kind
    /// The position of the entry concerned; nil where the difference concerns the whole log.
    public let position: Position?
    /// What was found and what was expected.
    public let detail: String

    /// Describes a difference.
    public init(_ kind: Kind, at position: Position?, _ detail: String) {
        self.kind = kind
        self.position = position
        self.detail = detail
    }
}

/// Reads a whole log again and reports everything that does not follow from its bytes.
///
/// It checks the entries that exist when it begins; appends may continue meanwhile. It holds one batch of entries in
/// memory at a time and changes nothing.
public struct LogVerifier: Sendable {
    /// The numbers of checked items.
    public struct Counts: Sendable, Equatable {
        /// Entries.
        public var entries: Int64 = 0
        /// Contents of these entries; an erased one does not count.
        public var contents: Int64 = 0
        /// Files that entries name; a file that two entries name counts twice.
        public var artifacts: Int64 = 0

        /// Nothing yet.
        public init() {}
    }

    /// Checks a file that an entry names; returns nil where it is as the entry says.
    public typealias ArtifactCheck = @Sendable (Artifact, Position) async throws -> LogDifference?

    private static let batchEntries = 1_000
    /// The most differences that one statement reports; more of one kind would add nothing.
    private static let maximumRows: Int64 = 1_000

    private let session: PostgresSession
    private let checkArtifact: ArtifactCheck

    /// Creates a verifier.
    ///
    /// - Parameters:
    ///   - database: a login that has the rights of readers. A statement over the whole log may take a day.
    ///   - checkArtifact: checks each file that an entry names.
    public init(_ database: PostgresConfiguration, checkArtifact: @escaping ArtifactCheck) {
        var patient = database
        patient.statementTimeoutMilliseconds = 24 * 3600 * 1000
        session = PostgresSession(patient)
        self.checkArtifact = checkArtifact
    }

    /// Verifies the whole log.
    ///
    /// - Parameters:
    ///   - report: gets each difference as it is found.
    ///   - progress: gets, after each batch, the number of checked positions and of all positions.
    /// - Returns: the numbers of checked items, also where differences were found.
    /// - Throws: where the database or a file can't be read.
    public func verify(
        report: (LogDifference) -> Void, progress: (_ done: Int64, _ head: Int64) -> Void
    ) async throws -> Counts {
        var counts = Counts()
        let bounds = try await session.run { connection in
            guard let row = try connection.execute(Statements.verifyBounds).first else {
                throw EventLogError.corrupt("the log has no bounds")
            }
            return (past: try row.integer(0), head: try row.integer(1), log: try row.text(2))
        }
        if bounds.past != bounds.head {
            report(
                LogDifference(.head, at: nil, "appends would go on at \(bounds.head), the newest is \(bounds.past - 1)")
            )
        }
        var expected: Int64 = 0
        var logTime = Timestamp(milliseconds: .min)
        while expected < bounds.past {
            let batch = try await batch(from: Position(expected), past: bounds.past)
            var named: [(artifact: Artifact, position: Position)] = []
            for row in batch {
                if row.position.value > expected {
                    report(
                        LogDifference(
                            .gap, at: Position(expected),
                            "positions \(expected) to \(row.position.value - 1) are missing"))
                }
                counts.entries += 1
                counts.contents += Int64(row.contents.count)
                named += verify(row, log: bounds.log, &logTime, report).map { ($0, row.position) }
                expected = row.position.value + 1
            }
            counts.artifacts += Int64(named.count)
            try await verify(named, report)
            if batch.isEmpty {
                report(
                    LogDifference(
                        .gap, at: Position(expected), "positions \(expected) to \(bounds.past - 1) are missing"))
                break
            }
            progress(expected, bounds.past)
        }
        for difference in try await wholeLog(past: bounds.past) { report(difference) }
        await session.close()
        return counts
    }

    // MARK: One entry

    private struct Row {
        let position: Position
        let stream: String
        let type: String
        let recordedMilliseconds: Int64
        let slice: Int64
        let bytes: [UInt8]
        var contents: [(field: String, content: Content)] = []
    }

    private func batch(from position: Position, past: Int64) async throws -> [Row] {
        try await session.run { connection in
            var rows = try connection.execute(
                Statements.readPositions,
                [.int8(position.value), .int8(past), .int8(Int64(Self.batchEntries))]
            ).map { row in
                Row(
                    position: Position(try row.integer(0)), stream: try row.text(1), type: try row.text(3),
                    recordedMilliseconds: try row.milliseconds(4),
                    slice: try row.integer(6), bytes: try row.bytes(5))
            }
            let contents = try LogOnConnection.contents(connection, at: rows.map(\.position))
            for index in rows.indices {
                rows[index].contents = (contents[rows[index].position] ?? [:]).map { ($0.key, $0.value) }
                    .sorted { $0.field < $1.field }
            }
            return rows
        }
    }

    /// Checks a row against its bytes; returns the files that the entry names.
    ///
    /// - Parameter logTime: the log time of the entry before, which becomes that of this one.
    private func verify(
        _ row: Row, log: String, _ logTime: inout Timestamp, _ report: (LogDifference) -> Void
    ) -> [Artifact] {
        let check = EntryCheck(position: row.position, bytes: row.bytes, contents: row.contents)
        guard let envelope = check.run(log: log, report) else {
            logTime = max(logTime, Timestamp(milliseconds: row.recordedMilliseconds))
            return []
        }
        func differs(_ kind: LogDifference.Kind, _ detail: String) {
            report(LogDifference(kind, at: row.position, detail))
        }
        logTime = max(logTime, envelope.recordedTime)
        for (name, column, bytes) in [
            ("stream", row.stream, envelope.stream.description), ("type", row.type, envelope.event.typeName),
            ("slice", "\(row.slice)", "\(envelope.stream.slice)"),
            (
                "recorded", Timestamp(milliseconds: row.recordedMilliseconds).description, logTime.description
            ),
        ] where column != bytes { differs(.column, "the column '\(name)' is '\(column)', the entries say '\(bytes)'") }
        guard let published = envelope.event as? VersionPublished else { return [] }
        return published.artifacts
    }

    /// Checks the files that a batch names, and that they are protected from the sweep.
    private func verify(
        _ named: [(artifact: Artifact, position: Position)], _ report: (LogDifference) -> Void
    ) async throws {
        guard !named.isEmpty else { return }
        let digests = named.map(\.artifact.sha256.bytes)
        let streams = named.map { StreamID(.artifact($0.artifact.sha256)).bytes }
        let (known, removed) = try await session.run { connection in
            let known = try connection.execute(Statements.namedArtifacts, [.byteas(digests)])
            let removed = try connection.execute(Statements.begunStreams, [.uuids(streams)])
            return (Set(try known.map { try $0.bytes(0) }), Set(try removed.map { try $0.bytes(0) }))
        }
        for ((artifact, position), stream) in zip(named, streams) {
            // Only a removal begins the stream of a file.
            guard !removed.contains(stream) else {
                if try await checkArtifact(artifact, position)?.kind != .artifactMissing {
                    report(
                        LogDifference(
                            .artifactRemains, at: position,
                            "the file \(artifact.sha256.hex) was removed, and it is still there"))
                }
                continue
            }
            if let difference = try await checkArtifact(artifact, position) { report(difference) }
            if !known.contains(artifact.sha256.bytes) {
                report(
                    LogDifference(
                        .artifactUnprotected, at: position,
                        "the sweep does not know that \(artifact.sha256.hex) is named"))
            }
        }
    }

    // MARK: All entries

    private func wholeLog(past: Int64) async throws -> [LogDifference] {
        try await session.run { connection in
            let bounds: [PostgresValue] = [.int8(past), .int8(Self.maximumRows)]
            func version(_ row: PostgresRow, _ column: Int) throws -> String {
                row.isNull(column) ? "none" : "\(try row.integer(column))"
            }
            var differences = try connection.execute(Statements.verifyRanks, bounds).map { row in
                LogDifference(
                    .rank, at: Position(try row.integer(0)),
                    "the version is \(try version(row, 1)), the rank in the stream is \(try version(row, 2))")
            }
            differences += try connection.execute(Statements.verifyStreams, bounds).map { row in
                LogDifference(
                    .stream, at: Position(try row.integer(0)),
                    "the entry is '\(try row.text(1))' \(try row.integer(2)), the index of streams has '\(try row.text(3))' \(try row.integer(4))"
                )
            }
            differences += try connection.execute(Statements.verifyContents, [.int8(Self.maximumRows)]).map { row in
                LogDifference(
                    .unclaimedContent, at: Position(try row.integer(0)),
                    "the content '\(try row.text(1))' belongs to no entry")
            }
            return differences
        }
    }
}
