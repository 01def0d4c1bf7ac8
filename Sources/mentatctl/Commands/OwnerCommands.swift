import CommandLine
import Contract
import Events
import LocalRegistry
import RegistryClient

/// Owners and maintainers of agents and namespaces.
enum OwnerCommands {
    static let all = agents.all + namespaces.all + [invitations]

    private static let agents = RoleCommands(
        group: "agent owner", place: "an agent", argument: AgentCommands.agent, example: "ada.word-count",
        subject: { .agent(try $0.agent()) })
    private static let namespaces = RoleCommands(
        group: "namespace member", place: "a namespace",
        argument: Subcommand.Argument("NAMESPACE", "a namespace, such as acme"), example: "ada",
        isPaged: true, subject: { .namespace(try namespace($0)) })

    private static func namespace(_ context: Context) throws(Failure) -> Namespace {
        let text = context.argument(0) ?? ""
        guard let namespace = Namespace(text.lowercased()) else {
            throw Failure(
                .usage, "usage",
                "NAMESPACE is '\(text.prefix(64))'; it has to be the first part of an agent's id, such as acme.")
        }
        return namespace
    }

    private static let invitations = RunnableCommand(
        Subcommand("invitations", "Lists the roles that you were offered and have offered.")
    ) { context in
        let answer = try await context.registry().send(Endpoints.listInvitations, NoParameters())
        return Report(answer.value, lines: { $0.received.map(\.place) }) { list, style in
            let rows =
                list.received.map {
                    ["from \($0.inviter.username.shown)", $0.role.rawValue, $0.place, "\($0.expires)"]
                }
                + list.sent.map { ["to \($0.invitee.username.shown)", $0.role.rawValue, $0.place, "\($0.expires)"] }
            return style.table(["", "ROLE", "OF", "UNTIL"], rows)
        }
    }
}

extension InvitationBody {
    /// The agent, or the namespace with what stands for all in it.
    fileprivate var place: String { agent?.description ?? namespace.map { "\($0).*" } ?? "" }
}
