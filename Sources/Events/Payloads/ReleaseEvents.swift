public import Crypto
import JSON

extension EventCatalogue {
    static let releases: [any EventPayload.Type] = [
        AgentRegistered.self, VersionPublished.self, ListingChanged.self, VersionYanked.self, VersionUnyanked.self,
        AgentDeprecated.self, AgentUndeprecated.self,
    ]
}

/// `agent.registered.v1`
public struct AgentRegistered: EventPayload {
    /// Administrator where a name that looks like another one was let pass.
    public let authority: Authority?
    /// The registered spelling.
    public let id: AgentID
    /// Who owns it.
    public let owner: PersonID

    /// States a registration.
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

/// `agent.version-published.v1`
public struct VersionPublished: EventPayload {
    /// The most capabilities, and the most dependencies.
    public static let maximumElements = 256

    /// The files, sorted by role.
    public let artifacts: [Artifact]
    /// Commits to the content `author`: people stand in it, so it can be erased alone.
    public let authorCommitment: SHA256Digest?
    /// What the agent asks for or can do; nil where the manifest does not say.
    public let capabilities: [String]?
    /// What it needs; nil where the manifest does not say.
    public let dependencies: [Dependency]?
    /// An SPDX expression.
    public let license: String?
    /// False where it is not listed, yet shown by id.
    public let listed: Bool
    /// Commits to the `listing`.
    public let listingCommitment: SHA256Digest
    /// The oldest MentatLab it runs on.
    public let minimumMentatVersion: String?
    /// The digest over all artifacts; see `release(of:)`.
    public let release: SHA256Digest
    /// Such as `python3.12`.
    public let runtime: String?
    /// SemVer 2.0, at most 128 characters.
    public let version: String

    /// States a publication.
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

    /// SHA-256 of the canonical JSON of `{role: sha256}`.
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

/// `agent.listing-changed.v1`: what a page says of a version, said anew; the artifacts stay.
public struct ListingChanged: EventPayload {
    /// Commits to the `author`.
    public let authorCommitment: SHA256Digest?
    /// Commits to the `listing`.
    public let listingCommitment: SHA256Digest
    /// The version as it was published.
    public let version: String

    /// States a change.
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

/// Why a version is yanked, or is not any more: a closed list.
public enum YankReason: String, Sendable, CaseIterable {
    /// It does not work.
    case broken
    /// It can be attacked.
    case security
    /// It harms.
    case malware
    /// It may not be distributed.
    case legal
    /// It was published, or yanked, by mistake.
    case mistake
    /// Anything else; the note may say what.
    case other
}

/// `agent.version-yanked.v1`: the version is hidden from resolution. It stays downloadable for who pinned it.
public struct VersionYanked: EventPayload {
    /// As what the actor yanks it. An owner's and a moderator's yank are independent.
    public let authority: Authority
    /// The matter that it belongs to.
    public let `case`: CaseID?
    /// Commits to the `note`.
    public let noteCommitment: SHA256Digest?
    /// Why.
    public let reason: YankReason
    /// The version as it was published.
    public let version: String

    /// States it.
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

/// `agent.version-unyanked.v1`: ends the yank of the same side.
public struct VersionUnyanked: EventPayload {
    /// As what the actor takes it back.
    public let authority: Authority
    /// The matter that it belongs to.
    public let `case`: CaseID?
    /// Commits to the `note`.
    public let noteCommitment: SHA256Digest?
    /// Why.
    public let reason: YankReason
    /// The version as it was published.
    public let version: String

    /// States it.
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
    /// As what the actor says so. An owner's and a moderator's deprecation are independent.
    public let authority: Authority
    /// Commits to the `note`.
    public let noteCommitment: SHA256Digest?
    /// What to use in its place.
    public let replacement: AgentID?

    /// States it.
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

/// `agent.undeprecated.v1`: ends the deprecation of the same side.
public struct AgentUndeprecated: EventPayload {
    /// As what the actor takes it back.
    public let authority: Authority
    /// Commits to the `note`.
    public let noteCommitment: SHA256Digest?
    /// What was named in its place, where the request names it again.
    public let replacement: AgentID?

    /// States it.
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
