import Crypto
import Events
import Foundation
import JSON
import TestSupport
import Testing

@Suite struct EntryTests {
    /// The bytes of every type are fixed for good.
    @Test func encodersGiveTheGoldenBytes() throws {
        let folder = Oracle.root.appending(path: "Tests/EventsTests/Golden")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(Set(files.map { $0.deletingPathExtension().lastPathComponent }) == Set(EventCatalogue.types))
        for payload in EventCatalogue.all {
            let bytes = try EntryFixtures.golden(payload.type)
            let envelope = try Envelope(bytes: bytes)
            #expect(envelope.event.typeName == payload.type)
            #expect(String(decoding: envelope.bytes, as: UTF8.self) == String(decoding: bytes, as: UTF8.self))
        }
    }

    /// A field of the catalogue is the member of its name, and not another one of the same form.
    @Test func valuesStandUnderTheirNames() throws {
        func golden<Payload: EventPayload>(_: Payload.Type) throws -> Payload {
            try #require(try Envelope(bytes: EntryFixtures.golden(Payload.type)).event as? Payload)
        }
        let added = try golden(AgentOwnerAdded.self)
        #expect(added.user.hex.last == "1" && added.inviter.hex.last == "6" && added.inviterToken.hex.last == "7")
        let issued = try golden(TokenIssued.self)
        #expect(issued.issuer?.hex.last == "7" && issued.replaces?.hex.suffix(2) == "11" && issued.user.hex.last == "1")
        let published = try golden(VersionPublished.self)
        #expect(published.version == "1.2.3-rc.1+build.5" && published.minimumMentatVersion == "1.1.0")
        #expect(published.listingCommitment.hex.first == "1" && published.authorCommitment?.hex.first == "0")
        #expect(published.dependencies?.map(\.isPeer) == [false, true])
        let downloaded = try golden(AgentDownloaded.self)
        #expect(downloaded.downloads == 7 && downloaded.sources == [.ci: 4, .cli: 2, .web: 1])
    }

    /// Encoder, decoder, schema and an independent canonicaliser agree on anything.
    @Test func generatedEntriesHoldEncoderDecoderAndSchemaToEachOther() async throws {
        var random = SeededRandom(seed: 2026)
        let entries = try (0..<3_000).map { _ in try EntryFixtures.any(&random) }
        #expect(Set(entries.map(\.event.typeName)) == Set(EventCatalogue.types))
        for entry in entries { #expect(try Envelope(bytes: entry.bytes).event.equals(entry.event)) }
        var input = entries.map { "events/envelope \(String(decoding: $0.bytes, as: UTF8.self))\n" }.joined()
        let documents =
            try contents(ListingContent.self, 500, &random) + contents(AuthorContent.self, 40, &random)
            + contents(NameContent.self, 40, &random) + contents(ProfileContent.self, 40, &random)
            + contents(ReviewContent.self, 40, &random) + contents(NoteContent.self, 40, &random)
            + contents(WordsContent.self, 40, &random) + contents(TargetContent.self, 40, &random)
            + contents(WithinContent.self, 40, &random)
        #expect(Set(documents.map(\.kind)) == Set(ContentKind.allCases))
        input += documents.map { "contents/\($0.kind.rawValue) \(String(decoding: $0.document, as: UTF8.self))\n" }
            .joined()
        let verdicts = try await Oracle.run("validate", input: input)
        #expect(verdicts.count == entries.count + documents.count)
        #expect(verdicts.allSatisfy { $0 == "ok" }, "\(verdicts.filter { $0 != "ok" }.prefix(5))")
    }

    private func contents<Document: ContentDocument>(
        _ type: Document.Type, _ count: Int, _ random: inout SeededRandom
    ) throws -> [(kind: ContentKind, document: [UInt8])] {
        try (0..<count).map { _ in
            let content = try EntryFixtures.any(type, &random)
            #expect(try Document(document: content.document) == content)
            return (Document.kind, content.document)
        }
    }

    /// The schema refuses what the decoder refuses: a member too many, one too few, a wrong type.
    @Test func schemaAndDecoderRefuseTheSame() async throws {
        var broken: [String] = []
        for type in EventCatalogue.types {
            let document = try JSONValue(EntryFixtures.golden(type))
            for change in Self.changes(of: document) where change["type"] == document["type"] {
                let bytes = change.canonicalBytes
                if (try? Envelope(bytes: bytes)) == nil { broken.append(String(decoding: bytes, as: UTF8.self)) }
            }
        }
        try #require(broken.count > 400)
        let verdicts = try await Oracle.run("validate", input: broken.map { "events/envelope \($0)\n" }.joined())
        // What a schema can't say is left: that release is the digest of the artifacts, and downloads the sum of the
        // sources.
        let taken = zip(broken, verdicts).filter { $0.1 == "ok" }.map(\.0)
        #expect(
            taken.allSatisfy { $0.contains("agent.version-published.v1") || $0.contains("agent.downloaded.v1") },
            "\(taken.prefix(3))")
    }

    /// Every way to drop one member, to change one to a number or a list, and to add one.
    private static func changes(of value: JSONValue) -> [JSONValue] {
        guard case .object(let members) = value else { return [] }
        var changed: [JSONValue] = [.object(members + [JSONValue.Member("zzz", .bool(true))])]
        for (index, member) in members.enumerated() {
            var without = members
            without.remove(at: index)
            changed.append(.object(without))
            for other in [JSONValue.number(JSONNumber(-1)), .array([]), .string("")] + changes(of: member.value) {
                var with = members
                with[index] = JSONValue.Member(member.name, other)
                changed.append(.object(with))
            }
        }
        return changed
    }

    @Test func anUnknownTypeIsSaid() throws {
        let text = String(decoding: try EntryFixtures.golden(LogCreated.type), as: UTF8.self)
            .replacing("log.created.v1", with: "log.created.v9")
        let error = #expect(throws: Envelope.Fault.self) { try Envelope(bytes: Array(text.utf8)) }
        #expect(error == .unknownType("log.created.v9"))
    }

    @Test func aTypeThatIsNotTextIsRefused() throws {
        var bytes = try EntryFixtures.golden(StarAdded.type)
        bytes[bytes.count - 4] = 0xff
        let error = #expect(throws: Envelope.Fault.self) { try Envelope(bytes: bytes) }
        guard case .malformed(let fault) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(fault.description.contains("UTF-8"))
    }

    /// Members stand in the one canonical order, in a stream of their kind, and an anonymous entry names nobody.
    @Test func entriesThatNoWriterGivesAreRefused() throws {
        let star = String(decoding: try EntryFixtures.golden(StarAdded.type), as: UTF8.self)
        let review = String(decoding: try EntryFixtures.golden(ReviewSubmitted.type), as: UTF8.self)
        let flag = String(decoding: try EntryFixtures.golden(FlagRaised.type), as: UTF8.self)
        let person = #""actor":"00000000000000000000000000000001","#
        for (text, change, with) in [
            (
                star, "\"subject\":\"star/acme.tool/00000000000000000000000000000001\"",
                "\"subject\":\"agent/acme.tool\""
            ),
            (review, #""rating":5,"#, #""zeal":5,"#), (review, #"{"rating":5,"#, #"{"rating":5,"rating":5,"#),
            (flag, #"{"data""#, "{\(person)\"data\""),
        ] {
            #expect(text.contains(change))
            #expect(throws: Envelope.Fault.self) { try Envelope(bytes: Array(text.replacing(change, with: with).utf8)) }
        }
    }
}
