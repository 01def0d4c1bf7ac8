import Contract
import Events
import JSON
import Manifest
import Projections

/// Where a list of servers goes on, and what it lists.
///
/// Clients send the cursor alone and as it is, so it holds the whole question, in letters and digits.
struct ServerCursor {
    private static let form = Form.object(
        nil, Self.init(text:version:isByChange:includesDeleted:key:place:since:changed:),
        .optional("q", \.text, .label(ServerQuery.maximumBytes)),
        .optional("v", \.version, .label(ServerQuery.maximumBytes)),
        .required("c", \.isByChange, .bool), .required("d", \.includesDeleted, .bool),
        .required("k", \.key, .agentKey), .required("p", \.place, .version), .required("s", \.since, .time),
        .required("n", \.changed, .position))

    private let text: String?
    private let version: String?
    private let isByChange: Bool
    private let includesDeleted: Bool
    private let key: AgentKey
    private let place: SemVer
    private let since: Timestamp
    private let changed: Position

    /// The cursor behind a row of what a query asks for.
    static func after(_ row: AgentReader.Server, _ question: ServerQuestion) -> String {
        let (filter, place) = (question.filter, row.place)
        let cursor = ServerCursor(
            text: filter.text.isEmpty ? nil : filter.text,
            version: filter.isLatest ? ServerVersionParameters.latest : filter.version?.description,
            isByChange: filter.isByChange, includesDeleted: filter.includesDeleted, key: row.name.key,
            place: row.version, since: place.since, changed: place.changed ?? Position(0))
        return Hexadecimal.text(form.bytes(cursor))
    }

    /// The question that a page gave a cursor of, and where it goes on; nil where none did.
    static func read(_ encoded: String) -> ServerQuestion? {
        guard let bytes = Hexadecimal.bytes(encoded), let document = try? JSONValue(bytes),
            let read = try? form.value(document, isStrict: true), read.text?.contains("\u{0}") != true
        else { return nil }
        return ServerQuestion(
            text: read.text, version: read.version, isByChange: read.isByChange, includesDeleted: read.includesDeleted,
            behind: AgentReader.ServerPlace(
                key: read.key, version: read.place, since: read.since, changed: read.changed))
    }
}

/// Which servers are asked for, and behind which place.
struct ServerQuestion {
    /// What is listed.
    let filter: AgentReader.ServerFilter
    /// From where.
    let place: AgentReader.ServerPlace

    /// - Returns: nil where a version is asked for that none can have.
    fileprivate init?(
        text: String?, version: String?, isByChange: Bool, includesDeleted: Bool, behind place: AgentReader.ServerPlace
    ) {
        var filter = AgentReader.ServerFilter()
        filter.text = text ?? ""
        filter.isByChange = isByChange
        filter.includesDeleted = includesDeleted
        if let version {
            filter.isLatest = version == ServerVersionParameters.latest
            filter.version = filter.isLatest ? nil : SemVer(version)
            guard filter.isLatest || filter.version != nil else { return nil }
        }
        self.filter = filter
        self.place = place
    }

    /// The beginning of what a query asks for; nil where a version is asked for that none can have.
    init?(_ query: ServerQuery) {
        let since = query.updatedSince
        self.init(
            text: query.search ?? query.words, version: query.version, isByChange: since != nil,
            includesDeleted: query.includesDeleted ?? false || since != nil,
            behind: AgentReader.ServerPlace(since: since ?? Timestamp(milliseconds: 0)))
    }
}

/// Where a list of a server's versions goes on, with the whole question, as `ServerCursor`.
struct ServerVersionCursor {
    private static let form = Form.object(
        nil, Self.init(version:includesDeleted:), .required("p", \.version, .version),
        .required("d", \.includesDeleted, .bool))

    /// The version above the next one.
    let version: SemVer
    let includesDeleted: Bool

    /// The cursor as it is sent.
    var text: String { Hexadecimal.text(Self.form.bytes(self)) }

    /// The place that a page gave a cursor of; nil where none did.
    static func read(_ encoded: String) -> ServerVersionCursor? {
        guard let bytes = Hexadecimal.bytes(encoded), let document = try? JSONValue(bytes) else { return nil }
        return try? form.value(document, isStrict: true)
    }
}

/// Bytes as digits and back (RFC 4648, 8, in lower case).
private enum Hexadecimal {
    static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    static func bytes(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var digits = text.utf8.makeIterator()
        while let high = digits.next() {
            guard let low = digits.next(), let value = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(value)
        }
        return bytes
    }
}
