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
        nil, Self.init(text:version:isByChange:includesDeleted:key:precedence:since:),
        .optional("q", \.text, .text), .optional("v", \.version, .text), .required("c", \.isByChange, .bool),
        .required("d", \.includesDeleted, .bool), .required("k", \.key, .text), .required("p", \.precedence, .text),
        .required("s", \.since, .time))

    private let text: String?
    private let version: String?
    private let isByChange: Bool
    private let includesDeleted: Bool
    private let key: String
    private let precedence: String
    private let since: Timestamp

    private init(
        text: String?, version: String?, isByChange: Bool, includesDeleted: Bool, key: String, precedence: String,
        since: Timestamp
    ) {
        self.text = text
        self.version = version
        self.isByChange = isByChange
        self.includesDeleted = includesDeleted
        self.key = key
        self.precedence = precedence
        self.since = since
    }

    /// The beginning of what a query asks for.
    init(_ query: ServerQuery) {
        self.init(
            text: query.search ?? query.words, version: query.version, isByChange: query.updatedSince != nil,
            includesDeleted: query.includesDeleted ?? false || query.updatedSince != nil, key: "", precedence: "",
            since: query.updatedSince ?? Timestamp(milliseconds: 0))
    }

    /// Reads what a page gave; nil where none did.
    init?(_ encoded: String) {
        guard let bytes = Hexadecimal.bytes(encoded), let document = try? JSONValue(bytes),
            let read = try? Self.form.value(document, isStrict: true), Hexadecimal.bytes(read.precedence) != nil
        else { return nil }
        self = read
    }

    /// The same question behind a row.
    func after(_ row: AgentReader.Server) -> ServerCursor {
        let place = row.place
        return ServerCursor(
            text: text, version: version, isByChange: isByChange, includesDeleted: includesDeleted, key: place.key,
            precedence: Hexadecimal.text(place.precedence), since: place.since)
    }

    /// The cursor as a page gives it.
    var encoded: String { Hexadecimal.text(Self.form.bytes(self)) }

    /// What is listed; nil where a version is asked for that none can have.
    var filter: AgentReader.ServerFilter? {
        var filter = AgentReader.ServerFilter()
        filter.text = text ?? ""
        filter.isByChange = isByChange
        filter.includesDeleted = includesDeleted
        guard let version, !version.isEmpty else { return filter }
        filter.isLatest = version == ServerVersionParameters.latest
        filter.version = filter.isLatest ? nil : SemVer(version)
        return filter.isLatest || filter.version != nil ? filter : nil
    }

    /// From where.
    var place: AgentReader.ServerPlace {
        AgentReader.ServerPlace(key: key, precedence: Hexadecimal.bytes(precedence) ?? [], since: since)
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
