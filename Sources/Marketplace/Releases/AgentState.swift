public import Crypto
public import Events
import Manifest

/// An agent as its stream tells it.
public struct AgentState: StreamState, Equatable {
    /// A version that exists.
    public struct Published: Sendable, Equatable {
        /// As published, with its build.
        public let version: String
        /// The digest over its artifacts.
        public let release: SHA256Digest
        /// Where the log says so.
        public let position: Position
        /// Why each side yanks it.
        public fileprivate(set) var yanks: [Side: YankReason] = [:]
        /// The words that each side last said about its yank, and moderators about their hold; those that are there still.
        public fileprivate(set) var notes: [Matter: WrittenAt] = [:]
        /// Where the log last said something of that; nil where it never did.
        public fileprivate(set) var yankedOrBack: Position?

        /// Its files.
        public let artifacts: [Artifact]
        /// Why moderators hold it; nil where they do not.
        public fileprivate(set) var hold: Hold?
        /// Where the log last said that a hold ended.
        public fileprivate(set) var lifted: Position?

        /// True while a side yanks it.
        public var isYanked: Bool { !yanks.isEmpty }
    }

    /// What words of a side are about.
    public enum Matter: Sendable, Hashable {
        /// A yank.
        case yank(Side)
        /// A deprecation.
        case deprecation(Side)
        /// A hold.
        case hold
    }

    /// That moderators hold an agent or a version.
    public struct Hold: Sendable, Equatable {
        /// Why.
        public let reason: QuarantineReason
        /// When it was said.
        public let since: Timestamp
        /// Where the log says so.
        public let position: Position
    }

    /// What is said of an agent that is given up.
    public struct Deprecation: Sendable, Equatable {
        /// What to use in its place.
        public let replacement: AgentID?
        /// Where the log says so.
        public let position: Position
    }

    /// The registered spelling; nil before it is registered.
    public private(set) var id: AgentID?
    /// Who may do what with it.
    public private(set) var roles: [PersonID: Role] = [:]
    /// When those who had a role last lost it.
    public private(set) var left: [PersonID: Timestamp] = [:]
    /// Where the log last said that somebody got a role.
    public private(set) var joined: [PersonID: Position] = [:]
    /// Versions by precedence, so that a build alone makes no other version.
    public private(set) var versions: [[UInt8]: Published] = [:]
    /// Why moderators hold all versions, also those to come; nil where they do not.
    public private(set) var hold: Hold?
    /// Where the log last said that a hold on all ended.
    public private(set) var lifted: Position?
    /// Files that the log says are removed from its versions.
    public private(set) var removed: Set<SHA256Digest> = []
    /// The words that were last said about the agent as a whole; those that are there still.
    public private(set) var notes: [Matter: WrittenAt] = [:]
    /// Which sides do not recommend it any more.
    public private(set) var deprecations: [Side: Deprecation] = [:]
    /// Where the log last said that it is recommended again.
    public private(set) var undeprecated: Position?

    public init() {}

    /// The version that is shown.
    public var latest: Published? {
        LatestVersion.shown(among: versions.values) { (SemVer($0.version), $0.isYanked || $0.hold != nil) }
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
            // A version in the log was checked before it got there.
            guard let version = SemVer(published.version) else { return }
            versions[version.precedenceKey] = Published(
                version: published.version, release: published.release, position: past.position,
                artifacts: published.artifacts)
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

    /// The hold that keeps a version from everybody: its own, or the one on all.
    public func hold(on version: Published) -> Hold? { version.hold ?? hold }

    private mutating func change(_ version: String, _ body: (inout Published) -> Void) {
        guard let key = SemVer(version)?.precedenceKey, var published = versions[key] else { return }
        body(&published)
        versions[key] = published
    }
}

extension [AgentState.Matter: WrittenAt] {
    /// What was said of a matter last; silence leaves what was said before.
    fileprivate mutating func say(_ matter: AgentState.Matter, _ commitment: SHA256Digest?, _ past: PastEvent) {
        if commitment != nil { self[matter] = past.written(.note) }
    }
}

extension TypedStream<AgentState> {
    /// An agent.
    public static func agent(_ key: AgentKey) -> TypedStream<AgentState> { TypedStream(.agent(key)) }
}

extension Action {
    static let releases = [registerAgent, publishVersion, yankVersion, deprecateAgent]

    /// To publish the first version of an agent.
    public static let registerAgent = Action(
        "register-agent", "publish", Right(.publishing, [.owner, .maintainer, .unclaimed]))
    /// To publish another one.
    public static let publishVersion = Action("publish-version", "publish", Right(.publishing, [.owner, .maintainer]))
    /// To hide a version from resolution, or take that back.
    public static let yankVersion = Action(
        "yank-version", "yank versions of",
        Right(.publishing, [.owner, .maintainer], moderator: true, administrator: true))
    /// To say that an agent is not recommended, or take that back.
    public static let deprecateAgent = Action(
        "deprecate-agent", "deprecate", Right(.publishing, [.owner, .maintainer], moderator: true, administrator: true))
}
