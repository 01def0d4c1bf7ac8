import Crypto
import Events
import JSON
import Postgres

/// A stream at a version.
private struct StreamVersionKey: Hashable {
    let stream: StreamName
    let version: StreamVersion
}

/// The parameters of one call of `log.append`, column by column.
struct AppendBatch {
    private let recorded: Timestamp
    private let appends: [Append]

    init(_ appends: [Append], recorded: Timestamp) {
        self.recorded = recorded
        self.appends = appends.map { append in
            var stamped = append
            for index in stamped.events.indices { stamped.events[index].envelope.recordedTime = recorded }
            return stamped
        }
    }

    func parameters(writer: String, batch: Int64) -> [PostgresValue] {
        func each<Element>(_ list: (Append) -> [Element]) -> [(command: Int32, element: Element)] {
            appends.enumerated().flatMap { index, append in list(append).map { (Int32(index), $0) } }
        }
        // A stream that several commands expect at a version is asked for once.
        var expected: [StreamVersionKey: Int32] = [:]
        var expectedOrder: [StreamVersionKey] = []
        let expectations = each { append in append.expected.map { StreamVersionKey(stream: $0.key, version: $0.value) }
        }
        let indexes = expectations.map { expectation -> Int32 in
            if let index = expected[expectation.element] { return index }
            expectedOrder.append(expectation.element)
            expected[expectation.element] = Int32(expectedOrder.count)
            return Int32(expectedOrder.count)
        }
        let events = each(\.events)
        var json = JSONWriter(reservingBytes: 4096)
        let entries = events.map { event -> [UInt8] in
            json.removeAll()
            event.element.envelope.write(&json)
            return json.bytes
        }
        let contents = events.enumerated().flatMap { index, event in
            event.element.contents.map { (event: Int32(index + 1), content: $0) }
        }
        let keys = each { append in append.key.map { [$0] } ?? [] }
        let credentials = each(\.credentials)
        let artifacts = each(\.artifacts)
        return [
            .text(writer), .int8(batch), .timestamp(milliseconds: recorded.milliseconds), .int4(Int32(appends.count)),
            .texts(expectedOrder.map(\.stream.description)), .int8s(expectedOrder.map(\.version.value)),
            .int4s(expectations.map(\.command)), .int4s(indexes),
            .int4s(events.map(\.command)), .texts(events.map(\.element.envelope.stream.description)),
            .int8s(events.map(\.element.version?.value)), .texts(events.map(\.element.envelope.event.type)),
            .byteas(entries),
            .int4s(contents.map(\.event)), .texts(contents.map(\.content.field)),
            .byteas(contents.map(\.content.content.nonce)), .byteas(contents.map(\.content.content.document)),
            .bools(contents.map(\.content.isPublic)),
            .int4s(keys.map(\.command)), .texts(keys.map(\.element.actor.hex)), .texts(keys.map(\.element.key)),
            .byteas(keys.map(\.element.fingerprint.bytes)), .byteas(keys.map(\.element.reply)),
            .int4s(credentials.map(\.command)), .byteas(credentials.map(\.element.hash.bytes)),
            .texts(credentials.map(\.element.token.hex)),
            .int4s(artifacts.map(\.command)), .byteas(artifacts.map(\.element.bytes)),
        ]
    }
}
