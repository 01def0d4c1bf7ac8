public import Events
import Postgres

/// An offer of a role that nobody has answered yet.
public struct VaultInvitation: Sendable {
    /// The id under which the invitee answers it.
    public let id: InvitationID
    /// The stream of the agent or namespace.
    public let stream: StreamName
    /// The person who offers the role.
    public let inviter: PersonID
    /// The credential with which they offer it.
    public let inviterToken: TokenID
    /// The person who is invited.
    public let invitee: PersonID
    /// The role that is offered.
    public let role: Role
    /// When it was offered.
    public let offered: Timestamp
    /// The time from which it can't be answered any more.
    public let expires: Timestamp
}

extension EventLog {
    /// As many as one person can have open on both sides together.
    private static let listedInvitations: Int64 = 120

    /// What somebody was offered and has offered, the newest first; open ones alone.
    public func invitations(of person: PersonID) async throws(EventLogError) -> [VaultInvitation] {
        try await reading(Statements.listInvitations, [.text(person.hex), .int8(Self.listedInvitations)]) {
            try $0.map(VaultInvitation.init)
        }
    }

    /// An open invitation; nil where there is none of the id.
    public func invitation(_ id: InvitationID) async throws(EventLogError) -> VaultInvitation? {
        try await reading(Statements.findInvitation, [.text(id.hex)]) { try $0.first.map(VaultInvitation.init) }
    }
}

extension VaultInvitation {
    fileprivate init(_ row: PostgresRow) throws {
        guard let id = InvitationID(try row.text(0)), let stream = StreamName(try row.text(1)),
            let inviter = PersonID(try row.text(2)), let token = TokenID(try row.text(3)),
            let invitee = PersonID(try row.text(4)), let role = Role(rawValue: try row.text(5))
        else { throw EventLogError.corrupt("an invitation in the vault can't be read") }
        self.init(
            id: id, stream: stream, inviter: inviter, inviterToken: token, invitee: invitee, role: role,
            offered: Timestamp(milliseconds: try row.milliseconds(6)),
            expires: Timestamp(milliseconds: try row.milliseconds(7)))
    }
}
