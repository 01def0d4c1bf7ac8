import Crypto
import EventLog
import Events
import Foundation
import HTTPClient
import JSON
import System
import TestSupport
import Testing

/// The past of an agent to which very much has happened.
@Suite struct PastLengthTests {
    /// Given an owner who has said a page anew 2,300 times with all the words that it may have, when the past is asked for, then
    /// what was so in the end is too long and the answer says where to read it, while what was so before is told.
    @Test func whatIsTooLongSaysSo() async throws {
        try await TestDatabase.with { url in
            try await appendLongStream(url)
            try await withFolder { folder in
                let marketplace = try await MarketplaceProcess(
                    ["up", "--data", folder, "--database-url", url, "--port", "0"], folder: folder)
                try await eventually("the models reach the log") {
                    let models = try await marketplace.json("projections")["projections"]?.array ?? []
                    return models.allSatisfy { $0["lag"]?.integer == 0 }
                }
                let head = try await marketplace.head()
                for path in ["agents/acme.long", "agents/acme.long/versions"] {
                    let answer = try await marketplace.get("\(path)?as_of=\(head - 1)")
                    let problem = try JSONValue(answer.body)
                    #expect(answer.status == 422 && problem["code"]?.string == "past-too-long", "\(path)")
                    #expect(problem["remedy"]?.string?.contains("/events?stream=agent/{id}") == true)
                    let early = try await marketplace.get("\(path)?as_of=3")
                    #expect(early.status == 200, "\(path): \(String(decoding: early.body.prefix(300), as: UTF8.self))")
                }
                for path in ["agents/acme.long", "agents/acme.long/exposure", "agents/acme.long/history"] {
                    #expect(try await marketplace.get(path).status == 200, "\(path)")
                }
                try await marketplace.stop()
            }
        }
    }

    private func appendLongStream(_ url: String) async throws {
        let log = try await EventLog.open(EventLog.Configuration(url: url))
        let (person, id) = (PersonID(random: SecureRandom.bytes(16)), try #require(AgentID("acme.long")))
        let now = Timestamp(milliseconds: Host.wallClockMilliseconds())
        var version: Int64 = 0
        func event(_ event: any EventPayload, _ contents: [Append.NewContent] = []) -> Append.NewEvent {
            version += 1
            let envelope = Envelope(
                id: UUIDv7(milliseconds: now.milliseconds, random: SecureRandom.bytes(10)), log: log.id,
                stream: .agent(id.key), time: now, recordedTime: now, origin: Envelope.Origin(actor: person),
                event: event)
            return Append.NewEvent(envelope: envelope, version: StreamVersion(version), contents: contents)
        }
        func append(_ events: [Append.NewEvent], after: Int64) async throws {
            let outcome = try await log.append(
                Append(expected: [.agent(id.key): StreamVersion(after)], events: events))
            guard case .appended = outcome else {
                throw MarketplaceProcess.Failure(description: "not appended: \(outcome)")
            }
        }
        let listing = Content(ListingContent(), nonce: SecureRandom.bytes(32))
        let published = VersionPublished(
            version: "1.0.0",
            artifacts: [Artifact(role: .manifest, sha256: SHA256Digest(of: [1]), sizeBytes: 1)], listed: true,
            listingCommitment: listing.commitment)
        try await append(
            [
                event(AgentRegistered(id: id, owner: person)),
                event(
                    published,
                    [Append.NewContent(field: ContentKind.listing.field, content: listing, isPublic: true)]),
            ], after: 0)
        var words = ListingContent()
        words.description = String(repeating: "word ", count: 1_600)
        words.inputs = (0..<64).map { number in
            ListingContent.Pin(
                name: "input\(number)", type: "string", description: String(repeating: "what ", count: 60))
        }
        for _ in 0..<46 {
            let before = version
            try await append(
                (0..<50).map { _ in
                    let listing = Content(words, nonce: SecureRandom.bytes(32))
                    return event(
                        ListingChanged(listingCommitment: listing.commitment, version: "1.0.0"),
                        [Append.NewContent(field: ContentKind.listing.field, content: listing, isPublic: true)])
                }, after: before)
        }
        await log.close()
    }
}
