import Crypto
import Events
import Postgres

/// A stream at a version.
private struct StreamVersionKey: Hashable {
    let stream: StreamName
    let version: StreamVersion
}

/// The parameters of one call of `log.append`, column by column.
struct AppendBatch {
    let recorded: Timestamp
    let appends: [Append]
    /// True where streams that begin are looked for too; else the unique index of streams is left to find those that
    /// exist already, which fails the batch.
    let looksForBegun: Bool

    func parameters(writer: String, batch: Int64) -> [PostgresValue] {
        var rows = Rows()
        var firstEvent: Int32 = 1
        for (index, append) in appends.enumerated() {
            rows.add(append, command: Int32(index), firstEvent: firstEvent, recorded, looksForBegun)
            firstEvent += Int32(append.events.count)
        }
        return [
            .text(writer), .int8(batch), .timestamp(milliseconds: recorded.milliseconds),
            .texts(rows.expectedStreams), .int8s(rows.expectedVersions), .int4s(rows.expectingCommands),
            .int4s(rows.expectedIndexes),
            .int4s(rows.eventCommands), .texts(rows.eventStreams),
            .int8s(rows.hasVersions ? rows.eventVersions : []), .texts(rows.eventTypes),
            .byteas(rows.entries),
            .int4s(rows.contentEvents), .texts(rows.contents.map(\.field)), .byteas(rows.contents.map(\.content.nonce)),
            .byteas(rows.contents.map(\.content.document)), .bools(rows.contents.map(\.isPublic)),
            .int4s(rows.keyEvents), .uuids(rows.keys.map(\.id.bytes)),
            .byteas(rows.keys.map(\.fingerprint.bytes)), .byteas(rows.keys.map(\.reply)),
            .int4s(rows.credentials.map(\.command)), .byteas(rows.credentials.map(\.value.hash.bytes)),
            .texts(rows.credentials.map(\.value.token.hex)), .texts(rows.credentials.map(\.value.person.hex)),
            .texts(rows.credentials.map(\.value.name)), .uuids(rows.credentials.map(\.value.issuedUnder?.bytes)),
            .int4s(rows.artifactCommands), .byteas(rows.artifacts.map(\.bytes)),
            .int4s(rows.holders.map(\.command)), .texts(rows.holders.map(\.value.username.hex)),
            .texts(rows.holders.map(\.value.person.hex)),
            .int4s(rows.mailboxes.map(\.command)), .texts(rows.mailboxes.map(\.value.person.hex)),
            .texts(rows.mailboxes.map(\.value.address)),
            .int4s(rows.erasures.map(\.command)), .int8s(rows.erasures.map(\.value.position.value)),
            .texts(rows.erasures.map(\.value.field)),
            .int4s(rows.forgotten.map(\.command)), .texts(rows.forgotten.map(\.value.hex)),
            .int4s(rows.spools.map(\.command)), .uuids(rows.spools.map(\.value.spool.bytes)),
            .int8s(rows.spools.map(\.value.start)), .int8s(rows.spools.map(\.value.past)),
            .int4s(rows.lines.map(\.command)), .uuids(rows.lines.map(\.value.bytes)),
        ]
    }

    /// The arrays, filled command by command.
    private struct Rows {
        private var expected: [StreamVersionKey: Int32] = [:]
        var expectedStreams: [String] = []
        var expectedVersions: [Int64] = []
        var expectingCommands: [Int32] = []
        var expectedIndexes: [Int32] = []
        var eventCommands: [Int32] = []
        var eventStreams: [String] = []
        var eventVersions: [Int64?] = []
        var eventTypes: [String] = []
        var entries: [[UInt8]] = []
        var contentEvents: [Int32] = []
        var contents: [Append.NewContent] = []
        var keyEvents: [Int32] = []
        var keys: [Append.IdempotencyKey] = []
        var credentials: [(command: Int32, value: Append.Credential)] = []
        var holders: [(command: Int32, value: (username: UsernameID, person: PersonID))] = []
        var mailboxes: [(command: Int32, value: (person: PersonID, address: String))] = []
        var forgotten: [(command: Int32, value: PersonID)] = []
        var erasures: [(command: Int32, value: Append.Erasure)] = []
        var spools: [(command: Int32, value: Append.SpoolRange)] = []
        var lines: [(command: Int32, value: LineID)] = []
        var artifactCommands: [Int32] = []
        var artifacts: [SHA256Digest] = []

        var hasVersions: Bool { eventVersions.contains { $0 != nil } }

        mutating func add(
            _ append: Append, command: Int32, firstEvent: Int32, _ recorded: Timestamp, _ looksForBegun: Bool
        ) {
            for (stream, version) in append.expected where looksForBegun || !append.begins(stream) {
                expectingCommands.append(command)
                expectedIndexes.append(index(of: StreamVersionKey(stream: stream, version: version)))
            }
            for (event, number) in zip(append.events, firstEvent...) {
                var entry = event.entry
                entry.stamp(recorded)
                eventCommands.append(command)
                eventStreams.append(event.stream.description)
                eventVersions.append(event.version?.value)
                eventTypes.append(event.type)
                entries.append(entry.bytes)
                contentEvents += event.contents.map { _ in number }
                contents += event.contents
            }
            if let key = append.key {
                keyEvents.append(firstEvent + Int32(append.events.count) - 1)
                keys.append(key)
            }
            for change in append.vault {
                switch change {
                case .credential(let credential): credentials.append((command, credential))
                case .holder(let username, let person): holders.append((command, (username, person)))
                case .mailbox(let person, let address): mailboxes.append((command, (person, address)))
                case .forget(let person): forgotten.append((command, person))
                }
            }
            erasures += append.erasures.map { (command, $0) }
            if let spool = append.spool { spools.append((command, spool)) }
            lines += append.lines.map { (command, $0) }
            artifactCommands += append.artifacts.map { _ in command }
            artifacts += append.artifacts
        }

        /// A stream that several commands expect at a version is asked for once; counted from 1.
        private mutating func index(of key: StreamVersionKey) -> Int32 {
            if let index = expected[key] { return index }
            expectedStreams.append(key.stream.description)
            expectedVersions.append(key.version.value)
            let index = Int32(expectedStreams.count)
            expected[key] = index
            return index
        }
    }
}
