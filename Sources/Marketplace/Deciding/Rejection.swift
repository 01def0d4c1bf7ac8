public import Crypto
public import Events

/// Why a command is refused: a closed list.
public enum Rejection: Error, Sendable, Equatable {
    /// The credential is unknown, expired, revoked or not this person's.
    case notAuthenticated
    /// The credential does not permit this.
    case outOfScope(Action, Resource)
    /// The credential permits it, and the person may not do it.
    case notPermitted(Action, Resource)
    /// The name is kept for the administrator.
    case reserved(String)
    /// The agent is registered under another spelling.
    case otherSpelling(AgentID)
    /// The version exists with another content.
    case versionExists(AgentState.Published)
    /// Moderators hold the agent.
    case held(AgentKey, AgentState.Hold)
    /// The file was removed from the marketplace.
    case fileRemoved(SHA256Digest)
    /// There is no such agent.
    case noAgent(AgentKey)
    /// The agent has no such version.
    case noVersion(AgentKey, String)
    /// There is no such namespace.
    case noNamespace(Namespace)
    /// There is nobody of this name.
    case noUser
    /// There is no such credential, or it is somebody else's.
    case noToken
    /// There is no such review.
    case noReview
    /// Somebody has the name.
    case nameTaken
    /// An agent or a namespace needs an owner.
    case lastOwner(Resource)
    /// Nobody judges or moderates what is theirs, or was within 365 days.
    case ownAgent(AgentKey)
    /// The inviter has no right to give the role any more.
    case invitationVoid
    /// The person has reviewed the agent already.
    case alreadyReviewed(AgentKey)
    /// An agent can't replace itself.
    case replacesItself(AgentKey)
    /// Credentials that were to end for another one have ended already: somebody else was faster.
    case superseded
    /// Too many credentials stand above the one that would issue another.
    case issuedTooDeep
    /// The credential and those it replaced were renewed as often in a row as can be.
    case renewedTooOften
    /// The person owns these agents alone.
    case soleOwner([AgentKey])
    /// Nobody else administers the marketplace.
    case lastAdministrator
    /// Credentials of an administrator are touched with the scope `admin` alone.
    case administrators
    /// A credential can't permit more than the one it is issued by.
    case scopeTooWide(PermissionWord)
}
