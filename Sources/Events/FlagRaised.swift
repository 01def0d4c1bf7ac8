public import Crypto
public import JSON

/// What a flag is about.
public enum FlagTarget: Sendable, Hashable, CustomStringConvertible {
    /// An agent.
    case agent(AgentKey)
    /// One version of it, as it was published.
    case version(AgentKey, String)
    /// What a person said of it.
    case review(AgentKey, PersonID)
    /// A person or organisation.
    case user(PersonID)

    /// The closed list of kinds.
    public enum Kind: String, Sendable, CaseIterable {
        /// An agent.
        case agent
        /// A version.
        case version
        /// A review.
        case review
        /// A person.
        case user
    }

    /// Which kind it is.
    public var kind: Kind {
        switch self {
        case .agent: .agent
        case .version: .version
        case .review: .review
        case .user: .user
        }
    }

    /// As written in entries: `key`, `key@version`, `key/person` or `person`.
    public var description: String {
        switch self {
        case .agent(let key): key.description
        case .version(let key, let version): "\(key)@\(version)"
        case .review(let key, let person): "\(key)/\(person)"
        case .user(let person): person.hex
        }
    }

    /// Reads what stands in an entry.
    public init?(_ kind: Kind, _ text: String) {
        let target: FlagTarget?
        switch kind {
        case .agent: target = AgentKey(text).map(FlagTarget.agent)
        case .user: target = PersonID(text).map(FlagTarget.user)
        case .version:
            let parts = text.split(separator: "@", maxSplits: 1).map(String.init)
            guard parts.count == 2, parts[1].utf8.count <= 128 else { return nil }
            target = AgentKey(parts[0]).map { .version($0, parts[1]) }
        case .review:
            let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2, let key = AgentKey(parts[0]), let person = PersonID(parts[1]) else { return nil }
            target = .review(key, person)
        }
        guard let target else { return nil }
        self = target
    }

    /// The second part of its flags' streams: the key of the agent concerned, or the person, whose id has the form
    /// of a key.
    public var subject: AgentKey {
        switch self {
        case .agent(let key), .version(let key, _), .review(let key, _): key
        case .user(let person): AgentKey(of: person)
        }
    }
}

/// `flag.raised.v1`: somebody asks the moderators to look. Who it was stands in no entry.
public struct FlagRaised: EventPayload {
    public static let type = "flag.raised.v1"
    /// Why: a closed list.
    public enum Reason: String, Sendable, CaseIterable {
        /// It advertises.
        case spam
        /// It harms.
        case malware
        /// It pretends to be somebody else.
        case impersonation
        /// It is not theirs to give.
        case licence
        /// It insults.
        case abusive
        /// It does not work.
        case broken
        /// Anything else; the details say what.
        case other
    }
    /// What it is about.
    public let target: FlagTarget
    /// Why.
    public let reason: Reason
    /// Commits to the `details`, which moderators alone read.
    public let detailsCommitment: SHA256Digest?

    /// States it.
    public init(target: FlagTarget, reason: Reason, detailsCommitment: SHA256Digest? = nil) {
        self.target = target
        self.reason = reason
        self.detailsCommitment = detailsCommitment
    }

    public func encode(_ data: inout JSONWriter.Members) {
        data.member("details_commitment", detailsCommitment)
        data.member("kind", target.kind.rawValue)
        data.member("reason", reason.rawValue)
        data.member("target", target.description)
    }

    public init(from reader: inout JSONReader) throws(JSONError) {
        var kind: FlagTarget.Kind?
        var text: String?
        var reason: Reason?
        var details: SHA256Digest?
        try reader.object { name, reader throws(JSONError) in
            switch name {
            case "details_commitment": details = try reader.digest()
            case "kind": kind = try reader.string("agent, version, review or user") { FlagTarget.Kind(rawValue: $0) }
            case "reason": reason = try reader.string("a reason") { Reason(rawValue: $0) }
            case "target": text = try reader.string()
            default: throw reader.unknownMember()
            }
        }
        guard
            let target = FlagTarget(try reader.require(kind, "kind"), try reader.require(text, "target"))
        else { throw reader.fault("'target' does not fit its kind") }
        self.init(target: target, reason: try reader.require(reason, "reason"), detailsCommitment: details)
    }
}
