import Events
import Foundation
import JSON
import TestSupport
import Testing

@Suite struct EntryTests {
    /// The bytes of every type are fixed for good; an independent canonicaliser wrote them.
    @Test func encodersGiveTheGoldenBytes() throws {
        let golden = try EntryFixtures.golden()
        #expect(golden.map(\.event.type) == Event.types)
        for envelope in golden {
            let file = Oracle.root.appending(path: "Tests/EventsTests/Golden/\(envelope.event.type).json")
            let bytes = Array(try Data(contentsOf: file))
            #expect(String(decoding: envelope.bytes, as: UTF8.self) == String(decoding: bytes, as: UTF8.self))
            #expect(try Envelope(bytes: bytes) == envelope)
        }
    }

    /// Encoder, decoder, schema and an independent canonicaliser agree on anything.
    @Test func generatedEntriesHoldEncoderDecoderAndSchemaToEachOther() async throws {
        var random = SeededRandom(seed: 2026)
        let entries = (0..<2_000).map { _ in EntryFixtures.any(&random) }
        for entry in entries { #expect(try Envelope(bytes: entry.bytes) == entry) }
        let listings = (0..<500).map { _ in EntryFixtures.listing(&random) }
        for listing in listings { #expect(try ListingContent(document: listing.document) == listing) }

        var input = entries.map { "events/envelope \(String(decoding: $0.bytes, as: UTF8.self))\n" }.joined()
        input += listings.map { "contents/listing \(String(decoding: $0.document, as: UTF8.self))\n" }.joined()
        let written = try WrittenContent.Kind.allCases.flatMap { kind in
            try (0..<40).map { _ in try EntryFixtures.written(kind, &random) }
        }
        for content in written { #expect(try WrittenContent(content.kind, document: content.document) == content) }
        input += written.map {
            "contents/\($0.kind.rawValue) \(String(decoding: $0.document, as: UTF8.self))\n"
        }.joined()
        let verdicts = try await Oracle.run("validate", input: input)
        #expect(verdicts.count == entries.count + listings.count + written.count)
        #expect(verdicts.allSatisfy { $0 == "ok" }, "\(verdicts.filter { $0 != "ok" }.prefix(5))")
    }

    /// The schema refuses what the decoder refuses: a member too many, one too few, a wrong type.
    @Test func schemaAndDecoderRefuseTheSame() async throws {
        var broken: [String] = []
        for envelope in try EntryFixtures.golden() {
            let document = try JSONValue(envelope.bytes)
            for change in Self.changes(of: document) where change["type"] == document["type"] {
                let bytes = change.canonicalBytes
                let isTaken = (try? Envelope(bytes: bytes)) != nil
                if !isTaken { broken.append(String(decoding: bytes, as: UTF8.self)) }
            }
        }
        try #require(broken.count > 150)
        let verdicts = try await Oracle.run("validate", input: broken.map { "events/envelope \($0)\n" }.joined())
        // What a schema can't say is left: that release is the digest of the artifacts.
        let taken = zip(broken, verdicts).filter { $0.1 == "ok" }.map(\.0)
        #expect(taken.allSatisfy { $0.contains("agent.version-published.v1") }, "\(taken.prefix(3))")
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
        let golden = try #require(try EntryFixtures.golden().first)
        let text = String(decoding: golden.bytes, as: UTF8.self).replacing("log.created.v1", with: "log.created.v9")
        let error = #expect(throws: Envelope.Fault.self) { try Envelope(bytes: Array(text.utf8)) }
        #expect(error == .unknownType("log.created.v9"))
    }

    /// No field of an entry is left without a word on whether it is public or a commitment.
    @Test func everyFieldIsMarked() throws {
        let folder = Oracle.root.appending(path: "schemas/events")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(Set(files.map { $0.deletingPathExtension().lastPathComponent }) == Set(Event.types + ["envelope"]))
        for file in files {
            try Self.checkMarks(try JSONValue(Array(try Data(contentsOf: file))), file.lastPathComponent)
        }
    }

    private static func checkMarks(_ schema: JSONValue, _ place: String) throws {
        for property in schema["properties"]?.members ?? [] {
            let mark = property.value["x-exposure"]?.string
            #expect(["public", "commitment"].contains(mark), "\(place): \(property.name) is not marked")
            #expect((mark == "commitment") == property.name.hasSuffix("_commitment"), "\(place): \(property.name)")
            try checkMarks(property.value, "\(place)/\(property.name)")
        }
        if let items = schema["items"] {
            #expect(items["x-exposure"]?.string == "public", "\(place): items are not marked")
            try checkMarks(items, "\(place)/items")
        }
    }
}
