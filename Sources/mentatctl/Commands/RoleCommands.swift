import CommandLine
import Contract
import Events
import RegistryClient

/// The commands about roles on one kind of thing.
struct RoleCommands {
    /// What roles are on.
    enum Subject {
        case agent(AgentID)
        case namespace(Namespace)
    }

    let group: String
    let place: String
    let argument: Subcommand.Argument
    let example: String
    /// True where a list comes in pages.
    var isPaged = false
    let subject: @Sendable (Context) throws -> Subject

    private static let name = Subcommand.Argument("NAME", "the name of a person")

    var all: [RunnableCommand] { [invite, accept, decline, withdraw, remove, list] }

    private var invite: RunnableCommand {
        RunnableCommand(
            Subcommand(
                "\(group) invite", "Offers somebody a role on \(place); they have it once they accept.",
                arguments: [argument, Self.name],
                options: [.value("role", "ROLE", "what they become", choices: Role.allCases.map(\.rawValue))],
                examples: ["mentatctl \(group) invite \(example) bob --role maintainer"])
        ) { context in
            let subject = try subject(context)
            let new = NewInvitation(
                user: context.argument(1) ?? "", role: try context.choice("role", of: Role.self) ?? .owner)
            return try await context.say("\(new.user.shown) is invited as \(new.role.rawValue) of \(subject)") {
                switch subject {
                case .agent(let id):
                    try await $0.send(Endpoints.inviteOwner, AgentParameters.Changed(id: id.key), new)
                case .namespace(let namespace):
                    try await $0.send(Endpoints.inviteMember, NamespaceParameters(namespace: namespace), new)
                }
            }
        }
    }

    private var accept: RunnableCommand {
        RunnableCommand(
            Subcommand(
                "\(group) accept", "Accepts a role that you were offered.", arguments: [argument],
                options: [.value("from", "NAME", "whose invitation, where there are several")],
                examples: ["mentatctl \(group) accept \(example)"])
        ) { context in
            let subject = try subject(context)
            let (registry, invitation) = try await received(subject, context)
            let answer = try await registry.send(
                Endpoints.acceptInvitation, InvitationParameters(invitation: invitation.id.hex))
            if case .agent(let id) = subject {
                await registry.awaitShown(id.key, answer.position) { context.console.warn($0) }
            }
            return Report(answer.value) { given, _ in "you are \(given.role.rawValue) of \(subject)" }
        }
    }

    private var decline: RunnableCommand {
        RunnableCommand(
            Subcommand(
                "\(group) decline", "Declines a role that you were offered.", arguments: [argument],
                options: [
                    .value("from", "NAME", "whose invitation, where there are several"),
                    .flag("refuse-inviter", "never see an invitation of theirs again; this can't be taken back"),
                ],
                examples: ["mentatctl \(group) decline \(example)"])
        ) { context in
            let subject = try subject(context)
            let (registry, invitation) = try await received(subject, context)
            let answer = try await registry.send(
                Endpoints.endInvitation, InvitationParameters(invitation: invitation.id.hex),
                Declining(refusesInviter: context.flag("refuse-inviter")))
            return Report(answer.value) { _, _ in "the invitation to \(subject) is declined" }
        }
    }

    private var withdraw: RunnableCommand {
        RunnableCommand(
            Subcommand(
                "\(group) withdraw", "Withdraws a role that you offered.", arguments: [argument, Self.name],
                examples: ["mentatctl \(group) withdraw \(example) bob"])
        ) { context in
            let (subject, name) = (try subject(context), context.argument(1) ?? "")
            let registry = try await context.registry()
            let sent = try await registry.send(Endpoints.listInvitations, NoParameters()).value.sent
            let invitation = try Self.one(sent.filter { $0.isOf(subject) && $0.invitee.isNamed(name) }, subject)
            let answer = try await registry.send(
                Endpoints.endInvitation, InvitationParameters(invitation: invitation.id.hex), Declining())
            return Report(answer.value) { _, _ in "the invitation to \(subject) is withdrawn" }
        }
    }

    private var remove: RunnableCommand {
        RunnableCommand(
            Subcommand(
                "\(group) remove", "Takes somebody's role away.", arguments: [argument, Self.name],
                examples: ["mentatctl \(group) remove \(example) bob"])
        ) { context in
            let (subject, name) = (try subject(context), context.argument(1) ?? "")
            let said = "\(name.shown) has no role at \(subject)"
            switch subject {
            case .agent(let id):
                return try await context.say(said, changing: id) { registry in
                    try await registry.send(
                        Endpoints.removeOwner, AgentPersonParameters(id: id.key, name: name), NoRole())
                }
            case .namespace(let namespace):
                return try await context.say(said) { registry in
                    try await registry.send(
                        Endpoints.removeMember, MemberParameters(namespace: namespace, name: name), NoRole())
                }
            }
        }
    }

    private var list: RunnableCommand {
        RunnableCommand(
            Subcommand(
                "\(group) list", "Lists who owns and maintains \(place).", arguments: [argument],
                options: isPaged
                    ? [.value("limit", "N", "how many (100)"), .value("cursor", "CURSOR", "go on where a list ended")]
                    : [],
                examples: ["mentatctl \(group) list \(example)"])
        ) { context in
            let registry = try await context.registry()
            switch try subject(context) {
            case .agent(let id):
                let answer = try await registry.about(id) {
                    try await registry.send(Endpoints.listOwners, AgentParameters(id: id.key))
                }
                return Report(answer.value, lines: { $0.owners.map(\.username.shown) }) { list, style in
                    Self.table(list.owners, style)
                }
            case .namespace(let namespace):
                let query = MemberQuery(
                    namespace: namespace, limit: try context.number("limit", 1...100) ?? 100,
                    cursor: context.option("cursor"))
                let answer = try await registry.send(Endpoints.listMembers, query)
                return Report(answer.value, lines: { $0.members.map(\.username.shown) }) { list, style in
                    let more = list.pagination.nextCursor.map {
                        "\n" + style.dim("there are more: add --cursor '\($0.shown)'")
                    }
                    return Self.table(list.members, style) + (more ?? "")
                }
            }
        }
    }

    private static func table(_ owners: [OwnerBody], _ style: Style) -> String {
        style.table(["NAME", "ROLE", "ID"], owners.map { [$0.username.shown, $0.role.shown, $0.id.shown] })
    }

    /// The invitation that was received for something, from whom `--from` names.
    private func received(
        _ subject: Subject, _ context: Context
    ) async throws -> (RegistryClient, InvitationBody) {
        let registry = try await context.registry()
        let open = try await registry.send(Endpoints.listInvitations, NoParameters()).value.received
        let meant = open.filter { $0.isOf(subject) && context.option("from").map($0.inviter.isNamed) ?? true }
        return (registry, try Self.one(meant, subject))
    }

    private static func one(_ meant: [InvitationBody], _ subject: Subject) throws(Failure) -> InvitationBody {
        guard let first = meant.first else {
            throw Failure(
                .permanent, ProblemCode.invitationNotFound.rawValue, "no such invitation to \(subject) is open",
                fix: "mentatctl invitations lists those that are")
        }
        guard meant.count == 1 else {
            throw Failure(
                .usage, "usage", "\(meant.count) invitations to \(subject) are open; say whose you mean.",
                fix: "--from \(first.inviter.username.shown)")
        }
        return first
    }
}

extension RoleCommands.Subject: CustomStringConvertible {
    var description: String {
        switch self {
        case .agent(let id): id.description
        case .namespace(let namespace): "\(namespace).*"
        }
    }
}

extension InvitationBody {
    fileprivate func isOf(_ subject: RoleCommands.Subject) -> Bool {
        switch subject {
        case .agent(let id): agent == id.key
        case .namespace(let other): namespace == other
        }
    }
}

extension PersonBody {
    /// True for the person whom a name in any case, or an id, stands for.
    fileprivate func isNamed(_ name: String) -> Bool { username.lowercased() == name.lowercased() || id == name }
}
