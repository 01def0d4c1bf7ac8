public import Crypto
import JSON

extension EventCatalogue {
    static let releases: [any EventPayload.Type] = [
        AgentRegistered.self, VersionPublished.self, ListingChanged.self, VersionYanked.self, VersionUnyanked.self,
        AgentDeprecated.self, AgentUndeprecated.self,
    ]
}

/// `agent.registered.v1`: an agent exists from now on.
public struct AgentRegistered: EventPayload {
    /// Administrator where the actor overrode the rule against names that look alike; otherwise nil.
    public let authority: Authority?
    /// The id in its registered spelling.
    public let id: AgentID
    /// The owner of the agent.
    public let owner: PersonID

    /// Creates the event.
    public init(authority: Authority? = nil, id: AgentID, owner: PersonID) {
        self.authority = authority
        self.id = id
        self.owner = owner
    }

    public static let declaration = EventDeclaration(
        "agent.registered.v1", on: .agent, Self.init(authority:id:owner:),
        .optional("authority", \.authority, .choice(of: [.administrator])), .field("id", \.id, .agentID),
        .field("owner", \.owner, .id()))
}

/// `agent.version-published.v1`: a version with its files is published.
public struct VersionPublished: EventPayload {
    /// The largest number of capabilities, and of dependencies.
    public static let maximumElements = 256

    /// The files, sorted by role, each role at most once; one is the manifest.
    public let artifacts: [Artifact]
    /// Commits to the content `author`, which is apart from the listing so that it can be erased alone.
    public let authorCommitment: SHA256Digest?
    /// The capabilities of the agent; nil where the manifest does not state them.
    public let capabilities: [String]?
    /// The agents that it depends on; nil where the manifest does not state them.
    public let dependencies: [Dependency]?
    /// The license as an SPDX expression.
    public let license: String?
    /// False for a version that lists do not show; it can still be read by its id.
    public let listed: Bool
    /// Commits to the content `listing`.
    public let listingCommitment: SHA256Digest
    /// The oldest version of MentatLab that the agent runs on.
    public let minimumMentatVersion: String?
    /// The digest over all artifacts; see `release(of:)`.
    public let release: SHA256Digest
    /// The runtime, such as `python3.12`.
    public let runtime: String?
    /// The version by SemVer 2.0, at most 128 characters.
    public let version: String

    /// Creates the event; sorts the files and computes `release`.
    public init(
        version: String, artifacts: [Artifact], listed: Bool, runtime: String? = nil, license: String? = nil,
        capabilities: [String]? = nil, dependencies: [Dependency]? = nil, minimumMentatVersion: String? = nil,
        listingCommitment: SHA256Digest, authorCommitment: SHA256Digest? = nil
    ) {
        self.version = version
        self.artifacts = artifacts.sorted { $0.role < $1.role }
        release = Self.release(of: artifacts)
        self.listed = listed
        self.runtime = runtime
        self.license = license
        self.capabilities = capabilities
        self.dependencies = dependencies
        self.minimumMentatVersion = minimumMentatVersion
        self.listingCommitment = listingCommitment
        self.authorCommitment = authorCommitment
    }

    /// The digest over all artifacts: SHA-256 of the canonical JSON of `{role: sha256}`.
    public static func release(of artifacts: [Artifact]) -> SHA256Digest {
        var writer = JSONWriter()
        writer.object { object in
            for artifact in artifacts.sorted(by: { $0.role < $1.role }) {
                object.member(artifact.role.rawValue, artifact.sha256.hex)
            }
        }
        return SHA256Digest(of: writer.bytes)
    }

    public static let declaration = EventDeclaration(
        "agent.version-published.v1", on: .agent,
        {
            (
                artifacts: [Artifact], author: SHA256Digest?, capabilities: [String]?, dependencies: [Dependency]?,
                license: String?, listed: Bool, listing: SHA256Digest, minimum: String?, release: SHA256Digest,
                runtime: String?, version: String
            ) throws(FieldFault) in
            guard zip(artifacts, artifacts.dropFirst()).allSatisfy({ $0.role < $1.role }) else {
                throw FieldFault("artifacts are sorted by role, each role once")
            }
            guard artifacts.contains(where: { $0.role == .manifest }) else { throw FieldFault("no manifest is named") }
            let published = Self(
                version: version, artifacts: artifacts, listed: listed, runtime: runtime, license: license,
                capabilities: capabilities, dependencies: dependencies, minimumMentatVersion: minimum,
                listingCommitment: listing, authorCommitment: author)
            guard published.release == release else {
                throw FieldFault("the release is not the digest of the artifacts")
            }
            return published
        },
        .field("artifacts", \.artifacts, .list(Artifact.codec, 1...Artifact.Role.allCases.count)),
        .optionalCommitment(to: .author, \.authorCommitment),
        .optional("capabilities", \.capabilities, .list(.text(.capability), 0...maximumElements)),
        .optional("dependencies", \.dependencies, .list(Dependency.codec, 0...maximumElements)),
        .optional("license", \.license, .text(.license)), .field("listed", \.listed, .bool),
        .commitment(to: .listing, \.listingCommitment),
        .optional("min_mentat_version", \.minimumMentatVersion, .text(.version)),
        .field("release", \.release, .digest), .optional("runtime", \.runtime, .text(.runtime)),
        .field("version", \.version, .text(.version)))
}

/// `agent.listing-changed.v1`: replaces the listing of a version; the artifacts stay.
public struct ListingChanged: EventPayload {
    /// Commits to the content `author`.
    public let authorCommitment: SHA256Digest?
    /// Commits to the content `listing`.
    public let listingCommitment: SHA256Digest
    /// The version as it was published.
    public let version: String

    /// Creates the event.
    public init(authorCommitment: SHA256Digest? = nil, listingCommitment: SHA256Digest, version: String) {
        self.authorCommitment = authorCommitment
        self.listingCommitment = listingCommitment
        self.version = version
    }

    public static let declaration = EventDeclaration(
        "agent.listing-changed.v1", on: .agent, Self.init(authorCommitment:listingCommitment:version:),
        .optionalCommitment(to: .author, \.authorCommitment), .commitment(to: .listing, \.listingCommitment),
        .field("version", \.version, .text(.version)))
}

/// The reason why a version is yanked or unyanked, a closed list.
public enum YankReason: String, Sendable, CaseIterable {
    /// It does not work.
    case broken
    /// A vulnerability.
    case security
    /// Software made to do harm.
    case malware
    /// A law or court forbids distributing it.
    case legal
    /// It was published, or yanked, by mistake.
    case mistake
    /// Another reason; the content `note` may explain it.
    case other
}

/// `agent.version-yanked.v1`: clients no longer resolve to the version; a client that pins it can still download it.
public struct VersionYanked: EventPayload {
    /// The authority with which the actor yanks it. An owner's and a moderator's yank are independent.
    public let authority: Authority
    /// The moderators' case that it belongs to.
    public let `case`: CaseID?
    /// Commits to the content `note`.
    public let noteCommitment: SHA256Digest?
    /// The reason.
    public let reason: YankReason
    /// The version as it was published.
    public let version: String

    /// Creates the event.
    public init(
        authority: Authority, case: CaseID? = nil, noteCommitment: SHA256Digest? = nil, reason: YankReason,
        version: String
    ) {
        self.authority = authority
        self.case = `case`
        self.noteCommitment = noteCommitment
        self.reason = reason
        self.version = version
    }

    public static let declaration = EventDeclaration(
        "agent.version-yanked.v1", on: .agent, Self.init(authority:case:noteCommitment:reason:version:),
        .field("authority", \.authority, .choice()), .optional("case", \.case, .id()),
        .optionalCommitment(to: .note, \.noteCommitment), .field("reason", \.reason, .choice()),
        .field("version", \.version, .text(.version)))
}

/// `agent.version-unyanked.v1`: ends the yank of the same side, owners or moderators.
public struct VersionUnyanked: EventPayload {
    /// The authority with which the actor ends the yank.
    public let authority: Authority
    /// The moderators' case that it belongs to.
    public let `case`: CaseID?
    /// Commits to the content `note`.
    public let noteCommitment: SHA256Digest?
    /// The reason.
    public let reason: YankReason
    /// The version as it was published.
    public let version: String

    /// Creates the event.
    public init(
        authority: Authority, case: CaseID? = nil, noteCommitment: SHA256Digest? = nil, reason: YankReason,
        version: String
    ) {
        self.authority = authority
        self.case = `case`
        self.noteCommitment = noteCommitment
        self.reason = reason
        self.version = version
    }

    public static let declaration = EventDeclaration(
        "agent.version-unyanked.v1", on: .agent, Self.init(authority:case:noteCommitment:reason:version:),
        .field("authority", \.authority, .choice()), .optional("case", \.case, .id()),
        .optionalCommitment(to: .note, \.noteCommitment), .field("reason", \.reason, .choice()),
        .field("version", \.version, .text(.version)))
}

/// `agent.deprecated.v1`: the agent is not recommended any more.
public struct AgentDeprecated: EventPayload {
    /// The authority with which the actor deprecates it. An owner's and a moderator's deprecation are independent.
    public let authority: Authority
    /// Commits to the content `note`.
    public let noteCommitment: SHA256Digest?
    /// The agent to use instead.
    public let replacement: AgentID?

    /// Creates the event.
    public init(authority: Authority, noteCommitment: SHA256Digest? = nil, replacement: AgentID? = nil) {
        self.authority = authority
        self.noteCommitment = noteCommitment
        self.replacement = replacement
    }

    public static let declaration = EventDeclaration(
        "agent.deprecated.v1", on: .agent, Self.init(authority:noteCommitment:replacement:),
        .field("authority", \.authority, .choice()), .optionalCommitment(to: .note, \.noteCommitment),
        .optional("replacement", \.replacement, .agentID))
}

/// `agent.undeprecated.v1`: ends the deprecation of the same side, owners or moderators.
public struct AgentUndeprecated: EventPayload {
    /// The authority with which the actor ends the deprecation.
    public let authority: Authority
    /// Commits to the content `note`.
    public let noteCommitment: SHA256Digest?
    /// The agent that was named as the replacement, where the request names it again.
    public let replacement: AgentID?

    /// Creates the event.
    public init(authority: Authority, noteCommitment: SHA256Digest? = nil, replacement: AgentID? = nil) {
        self.authority = authority
        self.noteCommitment = noteCommitment
        self.replacement = replacement
    }

    public static let declaration = EventDeclaration(
        "agent.undeprecated.v1", on: .agent, Self.init(authority:noteCommitment:replacement:),
        .field("authority", \.authority, .choice()), .optionalCommitment(to: .note, \.noteCommitment),
        .optional("replacement", \.replacement, .agentID))
}
