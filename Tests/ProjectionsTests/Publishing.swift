import Crypto
import EventLog
import Events
import System
import TestSupport
import Testing

/// Publishes in tests as the domain would, without asking it.
struct Publishing {
    let log: EventLog
    let owner = PersonID(random: SecureRandom.bytes(16))

    /// Runs `body` over a new log, in a database of its own.
    static func onNewLog(_ body: (_ url: String, _ publishing: Publishing) async throws -> Void) async throws {
        try await TestDatabase.with { url in
            let log = try await EventLog.open(EventLog.Configuration(url: url))
            try await body(url, Publishing(log: log))
            await log.close()
        }
    }

    /// Publishes versions of an agent.
    func publish(
        _ id: String, _ versions: [String], listing: ListingContent = ListingContent(), from first: Int64 = 0,
        dependencies: [Dependency]? = nil
    ) async throws {
        let id = try #require(AgentID(id))
        let stream = StreamName.agent(id.key)
        func event(_ event: any EventPayload, _ version: Int64, _ contents: [Append.NewContent] = []) -> Append.NewEvent
        {
            self.event(event, on: stream, version, contents, by: owner)
        }
        var events: [Append.NewEvent] = []
        if first == 0 { events.append(event(AgentRegistered(id: id, owner: owner), 1)) }
        for version in versions {
            var listing = listing
            listing.summary = listing.summary ?? "summary of \(version)"
            let content = Content(listing, nonce: SecureRandom.bytes(32))
            let published = VersionPublished(
                version: version,
                artifacts: [Artifact(role: .manifest, sha256: SHA256Digest(of: Array(version.utf8)), sizeBytes: 1)],
                listed: true, dependencies: dependencies, listingCommitment: content.commitment)
            events.append(
                event(
                    published, first + Int64(events.count) + 1,
                    [Append.NewContent(field: ContentKind.listing.field, content: content, isPublic: true)]))
        }
        let outcome = try await log.append(Append(expected: [stream: StreamVersion(first)], events: events))
        guard case .appended = outcome else {
            Issue.record("not appended: \(outcome)")
            return
        }
    }

    /// Appends one event to the stream of an agent, which is at a version.
    func append(_ payload: any EventPayload, to id: String, at version: Int64) async throws {
        let stream = StreamName.agent(try #require(AgentKey(id)))
        let outcome = try await log.append(
            Append(
                expected: [stream: StreamVersion(version)],
                events: [event(payload, on: stream, version + 1, [], by: owner)]))
        guard case .appended = outcome else {
            Issue.record("not appended: \(outcome)")
            return
        }
    }

    /// Appends the first skip of the log.
    func skip(_ position: Int64, of projection: String) async throws {
        let note = Content(NoteContent(text: "it says nothing"), nonce: SecureRandom.bytes(32))
        let skipped = ProjectionSkipped(
            noteCommitment: note.commitment, position: position, projection: projection, version: 1)
        let content = Append.NewContent(field: ContentKind.note.field, content: note, isPublic: true)
        let stream = StreamName.log(log.id)
        let outcome = try await log.append(
            Append(expected: [stream: .none], events: [event(skipped, on: stream, 1, [content], by: nil)]))
        guard case .appended = outcome else {
            Issue.record("not appended: \(outcome)")
            return
        }
    }

    /// Appends an entry of downloads for each version of an agent.
    func download(_ versions: [(id: String, version: String)], times: Int64) async throws {
        let events = try versions.map { id, version in
            let key = try #require(AgentKey(id))
            return event(
                AgentDownloaded(agent: key, sources: [.cli: times], version: version),
                on: .downloads(slice: StreamName.agent(key).slice), nil, [], by: nil)
        }
        guard case .appended = try await log.append(Append(expected: [:], events: events)) else {
            Issue.record("the downloads were not appended")
            return
        }
    }

    private func event(
        _ payload: any EventPayload, on stream: StreamName, _ version: Int64?, _ contents: [Append.NewContent],
        by actor: PersonID?
    ) -> Append.NewEvent {
        let now = Timestamp(milliseconds: Host.wallClockMilliseconds())
        return Append.NewEvent(
            envelope: Envelope(
                id: UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10)), log: log.id, stream: stream,
                time: now, recordedTime: now, origin: Envelope.Origin(actor: actor), event: payload),
            version: version.map { StreamVersion($0) }, contents: contents)
    }
}
