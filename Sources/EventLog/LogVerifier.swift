import Crypto
public import Events
import JSON
import Postgres

/// One thing that stands in the database or on the disk otherwise than the log's own bytes say.
public struct LogDifference: Sendable, Equatable {
    /// What kind of difference it is.
    public enum Kind: String, Sendable, CaseIterable {
        /// A position is missing, or one is there that should not be.
        case gap
        /// What appends take for the head is not past the newest entry.
        case head
        /// Bytes that are no entry, or of a type that this program does not know.
        case malformed
        /// An entry that is not in the canonical form of its own content.
        case notCanonical = "not-canonical"
        /// An entry of another log, or a first one that founds none.
        case otherLog = "other-log"
        /// A column beside the bytes says something else.
        case column
        /// A version is not the entry's rank in its stream.
        case rank
        /// The index of streams says something else.
        case stream
        /// A content is not what its entry commits to.
        case commitment
        /// A content that no entry commits to.
        case unclaimedContent = "unclaimed-content"
        /// A file that an entry names is not there.
        case artifactMissing = "artifact-missing"
        /// A file that an entry names has another size or digest.
        case artifactChanged = "artifact-changed"
        /// A file that an entry names is not kept from the sweep.
        case artifactUnprotected = "artifact-unprotected"
    }

    /// The kind.
    public let kind: Kind
    /// The entry concerned; nil where it is about the log as a whole.
    public let position: Position?
    /// What is there and what should be.
    public let detail: String

    /// States a difference.
    public init(_ kind: Kind, at position: Position?, _ detail: String) {
        self.kind = kind
        self.position = position
        self.detail = detail
    }
}

/// Re-reads a log and names whatever does not follow from its bytes.
///
/// Looks at the entries that were there when it began; appends may go on meanwhile. Memory is bounded by a batch.
public struct LogVerifier: Sendable {
    /// How much was looked at.
    public struct Counts: Sendable, Equatable {
        /// Entries.
        public var entries: Int64 = 0
        /// Contents beside them; one that is not there was erased.
        public var contents: Int64 = 0
        /// Places where an entry names a file.
        public var artifacts: Int64 = 0
    }

    /// Says what is wrong with a file that an entry names; nil where nothing is.
    public typealias ArtifactCheck = @Sendable (Artifact, Position) async throws -> LogDifference?

    private static let batchEntries = 1_000
    /// Differences of one kind that come from one statement; more would say nothing new.
    private static let maximumRows: Int64 = 1_000

    private let session: PostgresSession
    private let checkArtifact: ArtifactCheck

    /// A verifier over a database whose login may read the log and the vault.
    public init(url: String, checkArtifact: @escaping ArtifactCheck) {
        session = PostgresSession(
            PostgresConfiguration(
                url: url, applicationName: "marketplace-verify", statementTimeoutMilliseconds: 24 * 3600 * 1000))
        self.checkArtifact = checkArtifact
    }

    /// Verifies the whole log.
    ///
    /// - Parameters:
    ///   - report: is told each difference as it is found.
    ///   - progress: is told after each batch how many positions of how many were looked at.
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
                named += verify(row, log: bounds.log, report).map { ($0, row.position) }
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

    /// Holds a row to its bytes; returns the files that the entry names.
    private func verify(_ row: Row, log: String, _ report: (LogDifference) -> Void) -> [Artifact] {
        func differs(_ kind: LogDifference.Kind, _ detail: String) {
            report(LogDifference(kind, at: row.position, detail))
        }
        let envelope: Envelope
        let commitments: JSONValue?
        do {
            envelope = try Envelope(bytes: row.bytes)
            commitments = try JSONValue(row.bytes, limits: JSONLimits(bytes: Envelope.maximumBytes))["data"]
        } catch {
            differs(.malformed, "\(error)")
            return []
        }
        if envelope.bytes != row.bytes {
            differs(.notCanonical, "the bytes are not the canonical form of what they say")
        }
        if envelope.log.hex != log {
            differs(.otherLog, "the entry belongs to the log \(envelope.log.hex), this is \(log)")
        }
        if row.position == Position(0), envelope.event.typeName != LogCreated.type {
            differs(.otherLog, "the first entry is a \(envelope.event.typeName) and founds no log")
        }
        for (name, column, bytes) in [
            ("stream", row.stream, envelope.stream.description), ("type", row.type, envelope.event.typeName),
            ("slice", "\(row.slice)", "\(envelope.stream.slice)"),
            (
                "recorded", Timestamp(milliseconds: row.recordedMilliseconds).description,
                envelope.recordedTime.description
            ),
        ] where column != bytes { differs(.column, "the column '\(name)' is '\(column)', the entry says '\(bytes)'") }

        for (field, content) in row.contents {
            guard let commitment = commitments?[field]?.string else {
                differs(.unclaimedContent, "the entry commits to no '\(field)'")
                continue
            }
            let digest = content.commitment.hex
            if digest != commitment {
                differs(.commitment, "the content '\(field)' has the digest \(digest), the entry says \(commitment)")
            }
        }
        guard let published = envelope.event as? VersionPublished else { return [] }
        return published.artifacts
    }

    /// Holds the files that a batch names to their digests, and the sweep to leaving them alone.
    private func verify(
        _ named: [(artifact: Artifact, position: Position)], _ report: (LogDifference) -> Void
    ) async throws {
        guard !named.isEmpty else { return }
        let digests = named.map(\.artifact.sha256.bytes)
        let known = try await session.run { connection in
            Set(try connection.execute(Statements.namedArtifacts, [.byteas(digests)]).map { try $0.bytes(0) })
        }
        for (artifact, position) in named {
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
