public import Crypto
public import Events

/// Why a command is refused: a closed list.
public enum Rejection: Error, Sendable, Equatable {
    /// The credential is unknown, expired, revoked or not this person's.
    case notAuthenticated
    /// The credential does not permit this.
    case outOfScope(Action, Resource)
    /// The credential permits it, but the person has no right to it.
    case notPermitted(Action, Resource)
    /// The name is reserved for the administrator, or looks like one that is.
    case reserved(String)
    /// The name can be mistaken for one that is there, under another owner.
    case resembles(Likeness)
    /// The agent is registered under another spelling.
    case otherSpelling(AgentID)
    /// The version exists with other files.
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
    /// There is no person with this name or id.
    case noUser
    /// There is no such credential, or it belongs to another person.
    case noToken
    /// There is no such review.
    case noReview
    /// Another person has the name.
    case nameTaken
    /// The person is the last owner of the agent or namespace.
    case lastOwner(Resource)
    /// The person has a role on the agent or in its namespace, or had one within 365 days, and so may neither judge nor
    /// moderate it.
    case ownAgent(AgentKey)
    /// The inviter no longer has the right to give the role.
    case invitationVoid
    /// The person has reviewed the agent already.
    case alreadyReviewed(AgentKey)
    /// An agent can't replace itself.
    case replacesItself(AgentKey)
    /// The credentials that the new one replaces were revoked meanwhile, by another command.
    case superseded
    /// The issuing credential has `Lineage.maximumIssuers` issuers above it already.
    case issuedTooDeep
    /// The credential is the result of `Lineage.maximumRenewals` renewals in a row, which is the maximum.
    case renewedTooOften
    /// The person is the only owner of these agents.
    case soleOwner([AgentKey])
    /// The person is the last administrator of the marketplace.
    case lastAdministrator
    /// Only a credential with the scope `admin` may end credentials of an administrator.
    case administrators
    /// A credential can't permit more than the one that issues or renews it.
    case scopeTooWide(PermissionWord)
}
