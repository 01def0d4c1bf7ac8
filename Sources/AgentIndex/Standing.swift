public import Crypto
public import Events
import JSON

/// One thing that was said of an agent or a version, from one position of the log to another.
///
/// The index keeps those that ended, so that what could be had at a position in the past can be told from the file alone.
public struct Standing: Sendable, Equatable {
    /// What was said.
    public enum Kind: String, Sendable, CaseIterable {
        /// The agent is not recommended any more.
        case deprecated
        /// Moderators hold the agent or the version: nobody gets it.
        case quarantined
        /// A file of the version was removed.
        case removed
        /// Only a request for this very version gets it.
        case yanked
    }

    /// What was said.
    public let kind: Kind
    /// The side that says so; nil where there is one alone.
    public let side: Side?
    /// The reason code; nil for a deprecation and a removed file.
    public let reason: String?
    /// The file that was removed.
    public let sha256: SHA256Digest?
    /// The agent to use instead of a deprecated one.
    public let replacement: AgentID?
    /// When it was said.
    public let since: Timestamp
    /// The position of the entry that says so.
    public let from: Position
    /// The position of the entry that ended it; nil while it holds.
    public internal(set) var until: Position?

    init(
        _ kind: Kind, side: Side? = nil, reason: String? = nil, sha256: SHA256Digest? = nil,
        replacement: AgentID? = nil, since: Timestamp, from: Position
    ) {
        self.kind = kind
        self.side = side
        self.reason = reason
        self.sha256 = sha256
        self.replacement = replacement
        self.since = since
        self.from = from
    }

    func encode(_ writer: inout JSONWriter) {
        writer.object { object in
            object.member("from", from.value)
            object.member("kind", kind.rawValue)
            object.member("reason", reason)
            object.member("replacement", replacement?.description)
            object.member("sha256", sha256?.hex)
            object.member("side", side?.rawValue)
            object.member("since", since.description)
            if let until { object.member("until", until.value) }
        }
    }

    /// Reads one; nil for a kind that only a newer program knows.
    init?(_ value: JSONValue) throws(IndexFault) {
        guard let kind = value["kind"]?.string.flatMap(Kind.init) else { return nil }
        self.kind = kind
        side = value["side"]?.string.flatMap(Side.init)
        reason = value["reason"]?.string
        sha256 = value["sha256"]?.string.flatMap { SHA256Digest(hex: $0) }
        replacement = value["replacement"]?.string.flatMap(AgentID.init)
        since = try value.parsed("since") { Timestamp($0) }
        from = Position(try value.integer("from"))
        until = value["until"] == nil ? nil : Position(try value.integer("until"))
    }
}

extension [Standing] {
    /// What held at a position of the past, with the holds and removals that hold now.
    func asOf(_ position: Position) -> [Standing] {
        compactMap { standing in
            guard standing.from <= position else {
                let isProtective = standing.kind == .quarantined || standing.kind == .removed
                return isProtective && standing.until == nil ? standing : nil
            }
            var standing = standing
            if let until = standing.until, until > position { standing.until = nil }
            return standing
        }
    }

    /// The one of a kind that holds now, where each side can say so; moderators first.
    func now(_ kind: Standing.Kind) -> Standing? {
        let current = filter { $0.kind == kind && $0.until == nil }
        return current.first { $0.side == .moderation } ?? current.first
    }

    /// Says something: what the same side said of the kind before ends.
    mutating func say(_ new: Standing) {
        end(new.kind, side: new.side, at: new.from)
        append(new)
    }

    /// Ends what a side said of a kind.
    mutating func end(_ kind: Standing.Kind, side: Side?, at position: Position) {
        guard kind != .removed else { return }
        for index in indices where self[index].kind == kind && self[index].side == side && self[index].until == nil {
            self[index].until = position
        }
    }
}
