public import Events

/// Stores an offer of a role. It replaces what the same inviter has offered the same person on the same agent or
/// namespace.
///
/// Refused as `inviterRefused`, `tooManyOffers` (an inviter has at most 100 open) or `tooManyInvitations` (an invitee
/// at most 20).
public struct InvitationEffect: AppendEffect {
    /// The id under which the invitee answers it.
    public let id: InvitationID
    /// The stream of the agent or namespace.
    public let stream: StreamName
    /// The person who offers the role.
    public let inviter: PersonID
    /// The credential that they offer it with.
    public let inviterToken: TokenID
    /// The person who is invited.
    public let invitee: PersonID
    /// The role.
    public let role: Role

    /// Creates the effect.
    public init(
        id: InvitationID, stream: StreamName, inviter: PersonID, inviterToken: TokenID, invitee: PersonID, role: Role
    ) {
        self.id = id
        self.stream = stream
        self.inviter = inviter
        self.inviterToken = inviterToken
        self.invitee = invitee
        self.role = role
    }

    public static let kind = EffectKind(
        "invitation",
        [
            .text("id") { (effect: Self) in effect.id.hex },
            .text("stream") { (effect: Self) in effect.stream.description },
            .text("inviter") { (effect: Self) in effect.inviter.hex },
            .text("inviter_token") { (effect: Self) in effect.inviterToken.hex },
            .text("invitee") { (effect: Self) in effect.invitee.hex },
            .text("role") { (effect: Self) in effect.role.rawValue },
        ],
        file: PackageResources.effect_invitation_sql)

    // Both are counted, so offers of one inviter, and offers to one invitee, run one after the other.
    public var claims: [EffectClaim] { [.person(inviter), .person(invitee)] }
}

/// Deletes an invitation that was answered or withdrawn. Refused as `invitationGone` where it is not open any more.
public struct EndedInvitationEffect: AppendEffect {
    /// The invitation.
    public let id: InvitationID

    /// Creates the effect for an invitation.
    public init(_ id: InvitationID) {
        self.id = id
    }

    public static let kind = EffectKind(
        "ended_invitation", [.text("id") { (effect: Self) in effect.id.hex }],
        file: PackageResources.effect_ended_invitation_sql)

    public var claims: [EffectClaim] { [EffectClaim("invitation", id.hex)] }
}

/// Blocks an inviter for a person, and deletes the inviter's open invitations to them.
public struct RefusedInviterEffect: AppendEffect {
    /// The person who refuses.
    public let person: PersonID
    /// The inviter whom they refuse.
    public let inviter: PersonID

    /// Creates the effect.
    public init(_ person: PersonID, refuses inviter: PersonID) {
        self.person = person
        self.inviter = inviter
    }

    public static let kind = EffectKind(
        "refused_inviter",
        [
            .text("person") { (effect: Self) in effect.person.hex },
            .text("inviter") { (effect: Self) in effect.inviter.hex },
        ],
        file: PackageResources.effect_refused_inviter_sql)

    public var claims: [EffectClaim] { [.person(person), .person(inviter)] }
}

/// Deletes all open invitations that a credential made.
public struct WithdrawnOffersEffect: AppendEffect {
    /// The credential.
    public let token: TokenID

    /// Creates the effect for a credential.
    public init(of token: TokenID) {
        self.token = token
    }

    public static let kind = EffectKind(
        "withdrawn_offers", [.text("token") { (effect: Self) in effect.token.hex }],
        file: PackageResources.effect_withdrawn_offers_sql)
}
