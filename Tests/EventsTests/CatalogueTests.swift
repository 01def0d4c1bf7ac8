import Events
import Foundation
import JSON
import TestSupport
import Testing

/// The catalogue, the schemas and the golden files say the same, and a released type never changes.
@Suite struct CatalogueTests {
    private static func schema(_ path: String) throws -> JSONValue {
        try JSONValue(Array(try Data(contentsOf: Oracle.root.appending(path: "schemas/\(path).json"))))
    }

    @Test func everyTypeHasTheSchemaOfItsFields() throws {
        for payload in EventCatalogue.all {
            let schema = try Self.schema("events/\(payload.type)")
            #expect(Self.bare(schema) == Self.schema(of: payload.fields), "\(payload.type)")
            #expect(schema["x-stream"]?.string == payload.streams?.first?.rawValue, "\(payload.type)")
        }
        let folder = Oracle.root.appending(path: "schemas/events")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(
            Set(files.map { $0.deletingPathExtension().lastPathComponent }) == Set(EventCatalogue.types + ["envelope"]))
    }

    @Test func everyContentHasTheSchemaOfItsFields() throws {
        func check<Document: ContentDocument>(_: Document.Type) throws {
            let schema = try Self.schema("contents/\(Document.kind.rawValue)")
            #expect(Self.bare(schema) == Self.schema(of: Document.fields), "\(Document.kind)")
        }
        try check(ListingContent.self)
        try check(AuthorContent.self)
        try check(NameContent.self)
        try check(ProfileContent.self)
        try check(ReviewContent.self)
        try check(NoteContent.self)
        try check(WordsContent.self)
        try check(TargetContent.self)
        try check(WithinContent.self)
        let folder = Oracle.root.appending(path: "schemas/contents")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(Set(files) == Set(ContentKind.allCases.map { "\($0.rawValue).json" }))
    }

    /// No field of an entry is left without a word on whether it is public or a commitment.
    @Test func everyFieldIsMarked() throws {
        for name in EventCatalogue.types + ["envelope"] { try Self.checkMarks(try Self.schema("events/\(name)"), name) }
        for payload in EventCatalogue.all {
            for field in payload.fields {
                #expect((field.content != nil) == field.name.hasSuffix("_commitment"), "\(payload.type): \(field.name)")
            }
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

    /// A type of a release is read and written as it was: `Released/<version>/` keeps the golden files of each.
    @Test func releasedTypesNeverChange() throws {
        #expect(try Self.changed(since: "Tests/EventsTests/Released").isEmpty)
        // The check itself: a member that no type has, and a type that is gone.
        let folder = FileManager.default.temporaryDirectory.appending(path: "released-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let version = folder.appending(path: "1.0.0")
        try FileManager.default.createDirectory(at: version, withIntermediateDirectories: true)
        let star = try EntryFixtures.golden(StarAdded.type)
        try Data(star).write(to: version.appending(path: "star.added.v1.json"))
        #expect(try Self.changed(since: folder.path).isEmpty)
        let other = String(decoding: star, as: UTF8.self).replacing(#""data":{}"#, with: #""data":{"level":2}"#)
        try Data(other.utf8).write(to: version.appending(path: "star.added.v1.json"))
        try Data(other.replacing("star.added.v1", with: "star.gone.v1").utf8)
            .write(to: version.appending(path: "star.gone.v1.json"))
        #expect(try Self.changed(since: folder.path) == ["star.added.v1", "star.gone.v1"])
    }

    /// The released types whose golden entries this program does not read and write as they are.
    private static func changed(since path: String) throws -> [String] {
        let folder = path.hasPrefix("/") ? URL(filePath: path) : Oracle.root.appending(path: path)
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap {
            $0 as? URL
        }
        return try (files ?? []).filter { $0.pathExtension == "json" }.filter { file in
            let bytes = Array(try Data(contentsOf: file))
            return (try? Envelope(bytes: bytes).bytes) != bytes
        }.map { $0.deletingPathExtension().lastPathComponent }.sorted()
    }

    // MARK: Schemas

    /// What a schema says of values, without words for people and without what ties fields together.
    private static func bare(_ schema: JSONValue) -> JSONValue {
        let words: Set = [
            "$schema", "$id", "title", "description", "examples", "allOf", "contains", "x-exposure", "x-stream",
        ]
        guard let members = schema.members else { return schema }
        return .object(
            members.filter { !words.contains($0.name) }.map { member in
                switch member.name {
                case "properties":
                    let properties = (member.value.members ?? []).map { JSONValue.Member($0.name, bare($0.value)) }
                    return JSONValue.Member("properties", .object(properties))
                case "items": return JSONValue.Member("items", bare(member.value))
                default: return member
                }
            }.sorted { $0.name < $1.name })
    }

    private static func schema(of fields: [FieldShape]) -> JSONValue {
        let required = fields.filter(\.isRequired).map(\.name).sorted()
        var members = [
            JSONValue.Member("additionalProperties", .bool(false)),
            JSONValue.Member(
                "properties",
                .object(
                    fields.map { JSONValue.Member($0.name, schema(of: $0.shape)) }.sorted { $0.name < $1.name })),
        ]
        if !required.isEmpty { members.append(JSONValue.Member("required", .array(required.map(JSONValue.string)))) }
        members.append(JSONValue.Member("type", .string("object")))
        return .object(members)
    }

    private static func schema(of shape: Shape) -> JSONValue {
        func number(_ value: some BinaryInteger) -> JSONValue { .number(JSONNumber(Int64(value))) }
        switch shape {
        case .bool: return .object([JSONValue.Member("type", .string("boolean"))])
        case .choice(let choices):
            return .object([JSONValue.Member("enum", .array(choices.map(JSONValue.string)))])
        case .integer(let bounds):
            return .object([
                JSONValue.Member("maximum", number(bounds.upperBound)),
                JSONValue.Member("minimum", number(bounds.lowerBound)), JSONValue.Member("type", .string("integer")),
            ])
        case .text(let grammar):
            var members: [JSONValue.Member] = []
            if let length = grammar.length {
                members.append(JSONValue.Member("maxLength", number(length.upperBound)))
                members.append(JSONValue.Member("minLength", number(length.lowerBound)))
            }
            if let pattern = grammar.pattern { members.append(JSONValue.Member("pattern", .string(pattern))) }
            return .object(members + [JSONValue.Member("type", .string("string"))])
        case .list(let element, let count, let isUnique):
            var members = [
                JSONValue.Member("items", schema(of: element)), JSONValue.Member("maxItems", number(count.upperBound)),
                JSONValue.Member("minItems", number(count.lowerBound)), JSONValue.Member("type", .string("array")),
            ]
            if isUnique { members.append(JSONValue.Member("uniqueItems", .bool(true))) }
            return .object(members)
        case .object(let fields): return schema(of: fields)
        }
    }
}
