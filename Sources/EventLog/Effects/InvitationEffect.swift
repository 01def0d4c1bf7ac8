public import Events

/// A role is offered to somebody, in place of what the same inviter offered them there before.
///
/// Refused as `inviterRefused`, `tooManyOffers` (an inviter has at most 100 open) or `tooManyInvitations` (an invitee at
/// most 20).
public struct InvitationEffect: AppendEffect {
    /// The id that it is answered by.
    public let id: InvitationID
    /// The stream of the agent or namespace.
    public let stream: StreamName
    /// Who offers.
    public let inviter: PersonID
    /// By which credential.
    public let inviterToken: TokenID
    /// To whom.
    public let invitee: PersonID
    /// What.
    public let role: Role

    /// States an offer.
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

    // Both are counted, so that offers of one inviter and offers to one invitee go one after the other.
    public var claims: [EffectClaim] { [.person(inviter), .person(invitee)] }
}

/// An invitation was answered or withdrawn. Refused as `invitationGone` where it is not open any more.
public struct EndedInvitationEffect: AppendEffect {
    /// Which.
    public let id: InvitationID

    /// Ends one.
    public init(_ id: InvitationID) {
        self.id = id
    }

    public static let kind = EffectKind(
        "ended_invitation", [.text("id") { (effect: Self) in effect.id.hex }],
        file: PackageResources.effect_ended_invitation_sql)

    public var claims: [EffectClaim] { [EffectClaim("invitation", id.hex)] }
}

/// Somebody takes no invitations of an inviter any more; those that are open go.
public struct RefusedInviterEffect: AppendEffect {
    /// Who refuses.
    public let person: PersonID
    /// Whom.
    public let inviter: PersonID

    /// States a refusal.
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

/// What was offered by a credential is withdrawn.
public struct WithdrawnOffersEffect: AppendEffect {
    /// The credential.
    public let token: TokenID

    /// Withdraws.
    public init(of token: TokenID) {
        self.token = token
    }

    public static let kind = EffectKind(
        "withdrawn_offers", [.text("token") { (effect: Self) in effect.token.hex }],
        file: PackageResources.effect_withdrawn_offers_sql)
}
