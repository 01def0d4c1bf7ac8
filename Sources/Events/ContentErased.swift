public import JSON

/// `content.erased.v1`: what somebody wrote is gone; its commitment stays, and proofs with it.
public struct ContentErased: EventPayload {
    public static let type = "content.erased.v1"
    /// Who wanted it: a closed list.
    public enum Reason: String, Sendable, CaseIterable {
        /// Whose it was.
        case owner
        /// The law.
        case legal
        /// The moderators.
        case moderation
    }
    /// The id of the entry that commits to it; it stands in the same stream.
    public let entry: UUIDv7
    /// The field that commits to it.
    public let field: String
    /// Who wanted it.
    public let reason: Reason

    /// States it.
    public init(entry: UUIDv7, field: String, reason: Reason) {
        self.entry = entry
        self.field = field
        self.reason = reason
    }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("entry", entry)
        data.member("field", field)
        data.member("reason", reason.rawValue)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var entry: UUIDv7?
        var field: String?
        var reason: Reason?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "entry": entry = try reader.uuid()
            case "field":
                field = try reader.string("a field that commits") { name in
                    name.hasSuffix("_commitment") && name.utf8.allSatisfy { (0x61...0x7a).contains($0) || $0 == 0x5f }
                        ? name : nil
                }
            case "reason": reason = try reader.string("owner, legal or moderation") { Reason(rawValue: $0) }
            default: throw reader.unknownMember()
            }
        }
        self.init(
            entry: try reader.require(entry, "entry"), field: try reader.require(field, "field"),
            reason: try reader.require(reason, "reason"))
    }
}
