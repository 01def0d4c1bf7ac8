public import Crypto
public import Events
public import Manifest

/// The state of an agent, folded from its stream.
public struct AgentState: StreamState, Equatable {
    /// A published version.
    public struct Published: Sendable, Equatable {
        /// The version as it was published, with its build metadata.
        public let version: String
        /// The digest over its artifacts.
        public let release: SHA256Digest
        /// The position of the publication.
        public let position: Position
        /// The position of the entry that says what its page shows.
        public fileprivate(set) var listed: Position
        /// The reasons of the sides that yank it now.
        public fileprivate(set) var yanks: [Side: YankReason] = [:]
        /// The place of the last note on each matter, without erased notes.
        public fileprivate(set) var notes: [Matter: WrittenAt] = [:]
        /// The position of the last yank or unyank; nil where there was none.
        public fileprivate(set) var yankedOrBack: Position?

        /// Its files.
        public let artifacts: [Artifact]
        /// The hold of moderators on this version; nil where there is none.
        public fileprivate(set) var hold: Hold?
        /// The position at which the last hold on this version ended; nil where none has.
        public fileprivate(set) var lifted: Position?

        /// True while a side yanks it.
        public var isYanked: Bool { !yanks.isEmpty }
    }

    /// The matter of a note.
    public enum Matter: Sendable, Hashable {
        /// A yank.
        case yank(Side)
        /// A deprecation.
        case deprecation(Side)
        /// A hold.
        case hold
    }

    /// A hold of moderators on an agent or a version.
    public struct Hold: Sendable, Equatable {
        /// The reason.
        public let reason: QuarantineReason
        /// When it began.
        public let since: Timestamp
        /// The position of its entry.
        public let position: Position
    }

    /// The deprecation of an agent.
    public struct Deprecation: Sendable, Equatable {
        /// The agent to use instead; nil where none is named.
        public let replacement: AgentID?
        /// The position of its entry.
        public let position: Position
    }

    /// The registered spelling; nil before it is registered.
    public private(set) var id: AgentID?
    /// The owners and maintainers.
    public private(set) var roles: [PersonID: Role] = [:]
    /// When each person last lost a role.
    public private(set) var left: [PersonID: Timestamp] = [:]
    /// The position at which each person last got a role. The person who registered the agent is not in it for that.
    public private(set) var joined: [PersonID: Position] = [:]
    /// Versions by precedence: build metadata alone does not make another version.
    public private(set) var versions: [[UInt8]: Published] = [:]
    /// The hold of moderators on all versions, also later ones; nil where there is none.
    public private(set) var hold: Hold?
    /// The position at which the last hold on all versions ended; nil where none has.
    public private(set) var lifted: Position?
    /// Files of its versions whose removal is noted on this agent.
    public private(set) var removed: Set<SHA256Digest> = []
    /// The place of the last note on each matter of the whole agent, without erased notes.
    public private(set) var notes: [Matter: WrittenAt] = [:]
    /// The current deprecations, by side.
    public private(set) var deprecations: [Side: Deprecation] = [:]
    /// The position at which a side last took its deprecation back; nil where none has.
    public private(set) var undeprecated: Position?

    public init() {}

    /// The version to show where nobody asks for another one.
    public var latest: Published? {
        LatestVersion.shown(among: versions.values) { (SemVer($0.version), $0.isYanked || $0.hold != nil) }
    }

    /// The published version that a name means: of any build where none is named.
    public func version(named version: SemVer) -> Published? {
        guard let published = versions[version.precedenceKey], let known = SemVer(published.version) else { return nil }
        return version.names(known) ? published : nil
    }

    public mutating func evolve(_ past: PastEvent) {
        switch past.event {
        case let registered as AgentRegistered:
            id = registered.id
            roles = [registered.owner: .owner]
        case let added as AgentOwnerAdded:
            roles[added.user] = added.role
            joined[added.user] = past.position
        case let removed as AgentOwnerRemoved:
            roles[removed.user] = nil
            left[removed.user] = past.time
        case let published as VersionPublished:
            // The publish command checked the version, so this guard does not fail.
            guard let version = SemVer(published.version) else { return }
            versions[version.precedenceKey] = Published(
                version: published.version, release: published.release, position: past.position,
                listed: past.position, artifacts: published.artifacts)
        case let changed as ListingChanged: change(changed.version) { $0.listed = past.position }
        case let yanked as VersionYanked:
            change(yanked.version) {
                $0.yanks[Side(yanked.authority)] = yanked.reason
                $0.notes.say(.yank(Side(yanked.authority)), yanked.noteCommitment, past)
                $0.yankedOrBack = past.position
            }
        case let back as VersionUnyanked:
            change(back.version) {
                $0.yanks[Side(back.authority)] = nil
                $0.notes.say(.yank(Side(back.authority)), back.noteCommitment, past)
                $0.yankedOrBack = past.position
            }
        case let deprecated as AgentDeprecated:
            deprecations[Side(deprecated.authority)] = Deprecation(
                replacement: deprecated.replacement, position: past.position)
            notes.say(.deprecation(Side(deprecated.authority)), deprecated.noteCommitment, past)
        case let back as AgentUndeprecated:
            deprecations[Side(back.authority)] = nil
            undeprecated = past.position
            notes.say(.deprecation(Side(back.authority)), back.noteCommitment, past)
        case let held as AgentQuarantined:
            let new = Hold(reason: held.reason, since: past.time, position: past.position)
            if let version = held.version {
                change(version) {
                    $0.hold = new
                    $0.notes.say(.hold, held.noteCommitment, past)
                }
            } else {
                hold = new
                notes.say(.hold, held.noteCommitment, past)
            }
        case let ended as QuarantineLifted:
            if let version = ended.version {
                change(version) {
                    ($0.hold, $0.lifted) = (nil, past.position)
                    $0.notes.say(.hold, ended.noteCommitment, past)
                }
            } else {
                (hold, lifted) = (nil, past.position)
                notes.say(.hold, ended.noteCommitment, past)
            }
        case let gone as AgentArtifactRemoved: removed.insert(gone.sha256)
        case let erased as ContentErased:
            notes = notes.filter { $0.value.entry != erased.entry }
            for (key, version) in versions where version.notes.contains(where: { $0.value.entry == erased.entry }) {
                versions[key]?.notes = version.notes.filter { $0.value.entry != erased.entry }
            }
        default: break
        }
    }

    /// The hold that applies to a version: its own, else the one on all versions.
    public func hold(on version: Published) -> Hold? { version.hold ?? hold }

    private mutating func change(_ version: String, _ body: (inout Published) -> Void) {
        guard let key = SemVer(version)?.precedenceKey, var published = versions[key] else { return }
        body(&published)
        versions[key] = published
    }
}

extension [AgentState.Matter: WrittenAt] {
    /// Remembers the place of the last note on a matter. An event without a note leaves the earlier one.
    fileprivate mutating func say(_ matter: AgentState.Matter, _ commitment: SHA256Digest?, _ past: PastEvent) {
        if commitment != nil { self[matter] = past.written(.note) }
    }
}

extension TypedStream<AgentState> {
    /// The stream of an agent.
    public static func agent(_ key: AgentKey) -> TypedStream<AgentState> { TypedStream(.agent(key)) }
}

extension Action {
    static let releases = [registerAgent, publishVersion, yankVersion, deprecateAgent]

    /// To publish the first version of an agent.
    public static let registerAgent = Action(
        "register-agent", "publish", Right(.publishing, [.owner, .maintainer, .unclaimed]))
    /// To publish a further version of an agent.
    public static let publishVersion = Action("publish-version", "publish", Right(.publishing, [.owner, .maintainer]))
    /// To hide a version from resolution, or to undo that.
    public static let yankVersion = Action(
        "yank-version", "yank versions of",
        Right(.publishing, [.owner, .maintainer], moderator: true, administrator: true))
    /// To deprecate an agent, or to undo that.
    public static let deprecateAgent = Action(
        "deprecate-agent", "deprecate", Right(.publishing, [.owner, .maintainer], moderator: true, administrator: true))
}
