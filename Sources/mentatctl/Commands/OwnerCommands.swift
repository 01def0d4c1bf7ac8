import CommandLine
import Contract
import Events
import LocalRegistry
import RegistryClient

/// Owners and maintainers of agents and namespaces.
enum OwnerCommands {
    static let all = [add, remove, list, listMembers]

    private static let name = Subcommand.Argument("NAME", "the name of a person")

    private static let add = RunnableCommand(
        Subcommand(
            "agent owner add", "Makes somebody an owner or maintainer.", arguments: [AgentCommands.agent, name],
            options: [.value("role", "ROLE", "what they become", choices: Role.allCases.map(\.rawValue))],
            examples: ["mentatctl agent owner add ada.word-count bob --role maintainer"])
    ) { context in
        let id = try context.reference().id
        let (name, role) = (context.argument(1) ?? "", try context.choice("role", of: Role.self) ?? .owner)
        return try await context.say("\(name.shown) is \(role.rawValue) of \(id)") { registry in
            try await registry.send(
                Endpoints.addOwner, AgentPersonParameters(id: id.key, name: name), NewRole(role: role))
        }
    }

    private static let remove = RunnableCommand(
        Subcommand(
            "agent owner remove", "Takes somebody's role away.", arguments: [AgentCommands.agent, name],
            examples: ["mentatctl agent owner remove ada.word-count bob"])
    ) { context in
        let id = try context.reference().id
        let name = context.argument(1) ?? ""
        return try await context.say("\(name.shown) has no role at \(id)") { registry in
            try await registry.send(Endpoints.removeOwner, AgentPersonParameters(id: id.key, name: name), NoRole())
        }
    }

    private static let list = RunnableCommand(
        Subcommand("agent owner list", "Lists who owns and maintains an agent.", arguments: [AgentCommands.agent])
    ) { context in
        let id = try context.reference().id
        let registry = try context.registry()
        let answer = try await registry.about(id) {
            try await registry.send(Endpoints.listOwners, AgentParameters(id: id.key))
        }
        return Report(answer.value, lines: { $0.owners.map(\.username.shown) }) { list, style in
            table(list.owners, style)
        }
    }

    private static let listMembers = RunnableCommand(
        Subcommand(
            "namespace member list", "Lists who owns and maintains a namespace.",
            arguments: [Subcommand.Argument("NAMESPACE", "a namespace, such as acme")],
            options: [.value("limit", "N", "how many (100)"), .value("cursor", "CURSOR", "go on where a list ended")],
            examples: ["mentatctl namespace member list ada"])
    ) { context in
        let text = context.argument(0) ?? ""
        guard let namespace = Namespace(text.lowercased()) else {
            throw Failure(
                .usage, "usage",
                "NAMESPACE is '\(text.prefix(64))'; it has to be the first part of an agent's id, such as acme.")
        }
        let answer = try await context.registry().send(
            Endpoints.listMembers,
            MemberQuery(
                namespace: namespace, limit: try context.number("limit", 1...100) ?? 100,
                cursor: context.option("cursor")))
        return Report(answer.value, lines: { $0.members.map(\.username.shown) }) { list, style in
            let more = list.pagination.nextCursor.map { "\n" + style.dim("there are more: add --cursor '\($0.shown)'") }
            return table(list.members, style) + (more ?? "")
        }
    }

    private static func table(_ owners: [OwnerBody], _ style: Style) -> String {
        style.table(["NAME", "ROLE", "ID"], owners.map { [$0.username.shown, $0.role.shown, $0.id.shown] })
    }
}
