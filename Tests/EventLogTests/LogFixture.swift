import Crypto
import EventLog
import Events
import System

/// Appends to make in tests: namespaces are the simplest streams.
struct LogFixture {
    let log: EventLog
    let actor = PersonID(random: SecureRandom.bytes(16))

    func event(
        _ name: String, version: Int64 = 1, contents: [Append.NewContent] = []
    ) -> Append.NewEvent? {
        guard let namespace = Namespace(name) else { return nil }
        return event(.namespace(namespace), NamespaceClaimed(owner: actor), version, contents)
    }

    func event(
        _ stream: StreamName, _ event: any EventPayload, _ version: Int64?, _ contents: [Append.NewContent] = []
    ) -> Append.NewEvent {
        let now = Timestamp(milliseconds: Host.wallClockMilliseconds())
        return Append.NewEvent(
            envelope: Envelope(
                id: UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10)), log: log.id, stream: stream,
                time: now, recordedTime: now, origin: Envelope.Origin(actor: actor), event: event),
            version: version.map(StreamVersion.init), contents: contents)
    }

    /// A command that claims a namespace at the version it expects, guarding others.
    func claim(
        _ name: String, expecting version: Int64 = 0, guards: [String: Int64] = [:], key: String? = nil,
        fingerprint: [UInt8] = [1], artifacts: [SHA256Digest] = []
    ) -> Append {
        var expected: [StreamName: StreamVersion] = [:]
        for (name, version) in guards.merging([name: version], uniquingKeysWith: { $1 }) {
            if let namespace = Namespace(name) { expected[.namespace(namespace)] = StreamVersion(version) }
        }
        return Append(
            expected: expected, events: [event(name, version: version + 1)].compactMap { $0 },
            key: key.map {
                Append.IdempotencyKey(
                    KeyID(actor: actor, key: $0), fingerprint: SHA256Digest(of: fingerprint), reply: Array(name.utf8))
            }, effects: artifacts.map { ArtifactEffect(Artifact(role: .readme, sha256: $0, sizeBytes: 1)) })
    }

    /// A command with something of everything: claims `n<number>` and a second namespace, whose event has a content.
    func full(_ number: Int, artifacts: [SHA256Digest]) -> Append {
        let content = Content(document: Array("\"\(number)\"".utf8), nonce: SecureRandom.bytes(32))
        let events = [
            event("n\(number)"),
            event(
                "second-\(number)",
                contents: [Append.NewContent(field: "name_commitment", content: content, isPublic: true)]),
        ].compactMap { $0 }
        return Append(
            expected: Dictionary(uniqueKeysWithValues: events.map { ($0.stream, StreamVersion.none) }), events: events,
            key: Append.IdempotencyKey(
                KeyID(actor: actor, key: "\(number)"), fingerprint: SHA256Digest(of: [1]),
                reply: Array("\(number)".utf8)),
            effects: [
                CredentialEffect(
                    hash: SHA256Digest(of: Array("secret \(number)".utf8)),
                    token: TokenID(random: SecureRandom.bytes(16)),
                    person: PersonID(random: SecureRandom.bytes(16)), name: "\(number)")
            ] + artifacts.map { ArtifactEffect(Artifact(role: .readme, sha256: $0, sizeBytes: 1)) })
    }
}
