import Crypto
package import EventLog
package import Events

/// Decides for the operator of the marketplace that a projection skips an entry, with a reason for all to read.
package struct OperatorSkips: Sendable {
    /// The skip was refused five times, such as by appends of other programs to the log's own stream.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private static let attempts = 5

    private let log: EventLog
    private let now: @Sendable () -> Timestamp

    /// Decides over a log.
    package init(log: EventLog, now: @escaping @Sendable () -> Timestamp) {
        self.log = log
        self.now = now
    }

    /// Appends that a version of a projection skips the entry at a position; returns the position of the new entry.
    package func skip(
        _ position: Position, projection: String, version: Int64, reason: String
    ) async throws -> Position {
        let stream = StreamName.log(log.id)
        for _ in 0..<Self.attempts {
            let known = try await log.read(after: [stream: .none]).last?.entry.version ?? .none
            let now = now()
            let note = Content(NoteContent(text: reason), nonce: SecureRandom.bytes(32))
            let skipped = ProjectionSkipped(
                noteCommitment: note.commitment, position: position.value, projection: projection, version: version)
            let event = Append.NewEvent(
                envelope: Envelope(
                    id: UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10)), log: log.id,
                    stream: stream, time: now, recordedTime: now, origin: Envelope.Origin(), event: skipped),
                version: StreamVersion(known.value + 1),
                contents: [
                    Append.NewContent(
                        field: ContentKind.note.field, content: note, isPublic: ContentKind.note.isPublic)
                ])
            switch try await log.append(Append(expected: [stream: known], events: [event])) {
            case .appended(let last?): return last
            default: continue
            }
        }
        throw Failure(description: "the skip was not appended; try again")
    }
}
