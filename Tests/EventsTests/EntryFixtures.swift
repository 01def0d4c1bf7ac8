import Crypto
import Events
import Foundation
import JSON
import TestSupport
import Testing

/// Entries of every type: the golden files, and others at random, both made from the catalogue.
enum EntryFixtures {
    /// The bytes of a type that are fixed for good; an independent canonicaliser wrote them.
    static func golden(_ type: String) throws -> [UInt8] {
        Array(try Data(contentsOf: Oracle.root.appending(path: "Tests/EventsTests/Golden/\(type).json")))
    }

    /// An entry of any type with any values.
    static func any(_ random: inout SeededRandom) throws -> Envelope {
        let payload = random.pick(EventCatalogue.all)
        let event = try payload.init(data: fitting(payload, &random).canonicalBytes)
        let stream = stream(random.pick(payload.streams ?? StreamKind.allCases), &random)
        let time = time(&random)
        func maybe<Value>(_ value: Value) -> Value? { random.once(in: 2) ? value : nil }
        let origin =
            stream.kind.isAnonymous
            ? Envelope.Origin()
            : Envelope.Origin(
                actor: maybe(PersonID(random: random.bytes(16))), token: maybe(TokenID(random: random.bytes(16))),
                correlation: maybe(UUIDv7(milliseconds: time.milliseconds, random: random.bytes(10))),
                causation: maybe(UUIDv7(milliseconds: time.milliseconds, random: random.bytes(10))))
        return Envelope(
            id: UUIDv7(milliseconds: time.milliseconds, random: random.bytes(10)),
            log: LogID(random: random.bytes(16)), stream: stream, time: time,
            recordedTime: Timestamp(milliseconds: time.milliseconds + 5), origin: origin, event: event)
    }

    /// A document of a kind with any values.
    static func any<Document: ContentDocument>(_: Document.Type, _ random: inout SeededRandom) throws -> Document {
        var value = object(Document.fields, &random)
        if Document.kind == .target {
            let key = agentID(&random).key
            let person = PersonID(random: random.bytes(16))
            let target = random.pick([
                .agent(key), .version(key, "1.0.0"), .review(key, person), FlagTarget.user(person),
            ])
            value = value.with("about", .string(target.kind.rawValue)).with("target", .string(target.description))
        }
        return try Document(document: value.canonicalBytes)
    }

    /// What a shape lets through, made to fit together where fields depend on each other.
    private static func fitting(_ payload: any EventPayload.Type, _ random: inout SeededRandom) -> JSONValue {
        let value = object(payload.fields, &random)
        switch payload.type {
        case VersionPublished.type:
            var roles = Set(Artifact.Role.allCases.filter { _ in random.once(in: 2) }).union([.manifest])
            let artifacts = (value["artifacts"]?.array ?? []).compactMap { artifact -> JSONValue? in
                roles.popFirst().map { artifact.with("role", .string($0.rawValue)) }
            }.sorted { ($0["role"]?.string ?? "") < ($1["role"]?.string ?? "") }
            let all = artifacts.contains { $0["role"]?.string == "manifest" } ? artifacts : [manifest]
            let release = all.compactMap { artifact -> Artifact? in
                guard let role = artifact["role"]?.string.flatMap(Artifact.Role.init),
                    let digest = artifact["sha256"]?.string.flatMap({ SHA256Digest(hex: $0) })
                else { return nil }
                return Artifact(role: role, sha256: digest, sizeBytes: 0)
            }
            return value.with("artifacts", .array(all))
                .with("release", .string(VersionPublished.release(of: release).hex))
        case AgentDownloaded.type:
            // Each small enough for the sum to stay within its bound.
            var sources = (value["sources"]?.members ?? []).map { source in
                JSONValue.Member(source.name, .number(JSONNumber(max(1, (source.value.integer ?? 1) / 8))))
            }
            if sources.isEmpty { sources = [JSONValue.Member("cli", .number(JSONNumber(3)))] }
            let sum = sources.reduce(0) { $0 + ($1.value.integer ?? 0) }
            return value.with("sources", .object(sources)).with("downloads", .number(JSONNumber(sum)))
        case TokenRevoked.type:
            var members = (value.members ?? []).filter { $0.name != "successor" }
            if value["reason"]?.string == "replaced" {
                members.append(JSONValue.Member("successor", .string(TokenID(random: random.bytes(16)).hex)))
            }
            let revoked = JSONValue.object(members)
            return value["reason"]?.string == "leaked" ? revoked.with("descendants", .bool(true)) : revoked
        default: return value
        }
    }

    private static let manifest = JSONValue.object([
        JSONValue.Member("role", .string("manifest")),
        JSONValue.Member("sha256", .string(String(repeating: "0", count: 64))),
        JSONValue.Member("size", .number(JSONNumber(1))),
    ])

    private static func object(_ fields: [FieldShape], _ random: inout SeededRandom) -> JSONValue {
        var members: [JSONValue.Member] = []
        for field in fields where field.isRequired || random.once(in: 2) {
            members.append(JSONValue.Member(field.name, value(field.shape, &random)))
        }
        return .object(members)
    }

    private static func value(_ shape: Shape, _ random: inout SeededRandom) -> JSONValue {
        switch shape {
        case .bool: return .bool(random.once(in: 2))
        case .integer(let bounds): return .number(JSONNumber(Int64.random(in: bounds, using: &random)))
        case .choice(let choices): return .string(random.pick(choices))
        case .object(let fields): return object(fields, &random)
        case .text(let grammar): return .string(text(grammar, &random))
        case .list(let element, let count, let isUnique):
            let length = Int.random(in: count.lowerBound...min(count.upperBound, count.lowerBound + 4), using: &random)
            var values = (0..<length).map { _ in value(element, &random) }
            if isUnique {
                let texts = Set(values.compactMap(\.string)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                values = texts.map(JSONValue.string)
            }
            return .array(values)
        }
    }

    /// A text of a grammar, by what the grammar calls itself.
    private static func text(_ grammar: TextGrammar, _ random: inout SeededRandom) -> String {
        switch grammar.name {
        case "an id": return PersonID(random: random.bytes(16)).hex
        case "a digest": return SHA256Digest(of: random.bytes(8)).hex
        case "a UUIDv7":
            return UUIDv7(milliseconds: time(&random).milliseconds, random: random.bytes(10)).description
        case "a time": return time(&random).description
        case "a day such as 2026-01-31": return time(&random).day.description
        case "an agent id": return agentID(&random).description
        case "the key of an agent": return agentID(&random).key.description
        case "a namespace": return random.pick(["acme", "a-b", "9"])
        case "a version by SemVer 2.0": return random.pick(["0.0.0", "1.2.3-a.1", "10.20.30+b.0", "1.0.0--.-+-"])
        case "a runtime": return random.pick(["python3.12", "0", "a+b.c-d"])
        case "a licence": return random.pick(["MIT", "MIT OR Apache-2.0"])
        case "a capability":
            let printable = Array("!#$%&'\"\\:/.aZ09~")
            return String((0..<Int.random(in: 1...200, using: &random)).map { _ in random.pick(printable) })
        case "a range of versions": return random.pick(["*", "^1.0.0", ">=1 <2", ""])
        case "the name of a projection": return random.pick(["agents", "a-1"])
        case "a field that commits": return random.pick(ContentKind.allCases).field
        default: return random.text(upTo: min(40, grammar.length?.upperBound ?? 40))
        }
    }

    private static func time(_ random: inout SeededRandom) -> Timestamp {
        Timestamp(milliseconds: Int64.random(in: 0...4_102_444_800_000, using: &random))
    }

    private static func stream(_ kind: StreamKind, _ random: inout SeededRandom) -> StreamName {
        let key = agentID(&random).key
        let person = PersonID(random: random.bytes(16))
        switch kind {
        case .log: return .log(LogID(random: random.bytes(16)))
        case .user: return .user(person)
        case .username: return .username(UsernameID(random: random.bytes(16)))
        case .token: return .token(TokenID(random: random.bytes(16)))
        case .namespace: return key.namespace.map(StreamName.namespace) ?? .agent(key).orNamespace
        case .agent: return .agent(key)
        case .review: return .review(key, person)
        case .vote: return .vote(key, author: person, voter: PersonID(random: random.bytes(16)))
        case .star: return .star(key, person)
        case .artifact: return .artifact(SHA256Digest(of: random.bytes(8)))
        case .flag: return .flag(FlagID(random: random.bytes(16)))
        case .downloads: return .downloads(slice: Int.random(in: 0..<64, using: &random))
        }
    }

    static func agentID(_ random: inout SeededRandom) -> AgentID {
        while true {
            let letters = Array("abzAZ09._-")
            let text = String((0..<Int.random(in: 1...20, using: &random)).map { _ in random.pick(letters) })
            if let id = AgentID(text) { return id }
        }
    }
}

extension JSONValue {
    /// The same object with another value of a member.
    func with(_ name: String, _ value: JSONValue) -> JSONValue {
        .object((members ?? []).filter { $0.name != name } + [Member(name, value)])
    }
}

extension StreamName {
    /// A namespace of the same name; a key without a dot has its form.
    fileprivate var orNamespace: StreamName {
        if case .agent(let key) = self, let namespace = Namespace(key.description) { return .namespace(namespace) }
        return self
    }
}
