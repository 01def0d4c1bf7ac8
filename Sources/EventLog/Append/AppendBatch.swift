import Crypto
import Events
import JSON
import Postgres

/// A stream and a version of it.
private struct StreamVersionKey: Hashable {
    let stream: StreamName
    let version: StreamVersion
}

/// The parameters of one call of the append procedure, column by column.
struct AppendBatch {
    let recorded: Timestamp
    let appends: [Append]
    /// True to check streams that a command begins one by one.
    ///
    /// If false, the unique index of streams finds those that exist already, which fails the whole batch.
    let looksForBegun: Bool

    func parameters(writer: String, batch: Int64) -> [PostgresValue] {
        var rows = Rows()
        var firstEvent: Int32 = 1
        for (index, append) in appends.enumerated() {
            rows.add(append, command: Int32(index), firstEvent: firstEvent, recorded, looksForBegun)
            firstEvent += Int32(append.events.count)
        }
        let common: [PostgresValue] = [
            .text(writer), .int8(batch), .timestamp(milliseconds: recorded.milliseconds), .int4(Int32(appends.count)),
            .uuids(rows.expectedStreams), .int8s(rows.expectedVersions), .int4s(rows.expectingCommands),
            .int4s(rows.expectedIndexes),
            .int4s(rows.eventCommands), .texts(rows.eventStreams), .uuids(rows.eventStreamIDs),
            .int8s(rows.hasVersions ? rows.eventVersions : []), .texts(rows.eventTypes), .int4s(rows.eventSlices),
            .byteas(rows.entries),
            .int4s(rows.contentEvents), .texts(rows.contents.map(\.field)), .byteas(rows.contents.map(\.content.nonce)),
            .byteas(rows.contents.map(\.content.document)), .bools(rows.contents.map(\.isPublic)),
            .int4s(rows.keyCommands), .int4s(rows.keyEvents), .uuids(rows.keys.map(\.id.bytes)),
            .byteas(rows.keys.map(\.fingerprint.bytes)), .byteas(rows.keys.map(\.reply)),
        ]
        return rows.effects.isEmpty ? common + Self.noEffects : common + rows.effectParameters
    }

    /// The empty parameters that most batches send.
    private static let noEffects = Rows().effectParameters

    /// The arrays of parameters, filled command by command.
    private struct Rows {
        private var expected: [StreamVersionKey: Int32] = [:]
        var expectedStreams: [[UInt8]?] = []
        var expectedVersions: [Int64?] = []
        var expectingCommands: [Int32?] = []
        var expectedIndexes: [Int32?] = []
        var eventCommands: [Int32?] = []
        var eventStreams: [String?] = []
        var eventStreamIDs: [[UInt8]?] = []
        var eventVersions: [Int64?] = []
        var eventTypes: [String?] = []
        var eventSlices: [Int32?] = []
        var entries: [[UInt8]?] = []
        var contentEvents: [Int32?] = []
        var contents: [Append.NewContent] = []
        var keyCommands: [Int32?] = []
        var keyEvents: [Int32?] = []
        var keys: [Append.IdempotencyKey] = []
        var effects: [ObjectIdentifier: [(command: Int32, effect: any AppendEffect)]] = [:]

        /// The document of rare effects, NULL where there are none; then the arrays of frequent ones.
        var effectParameters: [PostgresValue] {
            let rare = EffectCatalogue.rare.compactMap { type in
                effects[ObjectIdentifier(type)].map { type.kind.member($0) }
            }
            let document = String(decoding: JSONValue.object(rare).canonicalBytes, as: UTF8.self)
            return [rare.isEmpty ? .null : .text(document)]
                + EffectCatalogue.frequent.flatMap { $0.kind.parameters(effects[ObjectIdentifier($0)] ?? []) }
        }

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
                eventStreamIDs.append(event.streamID.bytes)
                eventVersions.append(event.version?.value)
                eventTypes.append(event.type)
                eventSlices.append(event.slice)
                entries.append(entry.bytes)
                contentEvents += event.contents.map { _ in number }
                contents += event.contents
            }
            if let key = append.key {
                keyCommands.append(command)
                keyEvents.append(append.events.isEmpty ? 0 : firstEvent + Int32(append.events.count) - 1)
                keys.append(key)
            }
            for effect in append.effects {
                effects[ObjectIdentifier(type(of: effect)), default: []].append((command, effect))
            }
        }

        /// The number, from 1, of an expected version; several commands that expect the same one share it.
        private mutating func index(of key: StreamVersionKey) -> Int32 {
            if let index = expected[key] { return index }
            expectedStreams.append(StreamID(key.stream).bytes)
            expectedVersions.append(key.version.value)
            let index = Int32(expectedStreams.count)
            expected[key] = index
            return index
        }
    }
}
