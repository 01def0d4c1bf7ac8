import CommandLine
import Events
import JSON

/// Owners and maintainers.
enum OwnerCommands {
    static let all = [add, remove, list]

    private static let name = Subcommand.Argument("NAME", "the name of a person")

    private static let add = RunnableCommand(
        Subcommand(
            "agent owner add", "Makes somebody an owner or maintainer.", arguments: [AgentCommands.agent, name],
            options: [.value("role", "ROLE", "what they become", choices: ["owner", "maintainer"])],
            examples: ["mentatctl agent owner add ada.word-count bob --role maintainer"])
    ) { context in
        let id = try AgentReference(context.argument(0) ?? "").id
        let (name, role) = (context.argument(1) ?? "", context.option("role") ?? "owner")
        return try await AgentCommands.sentence(
            context, "PUT", "agents/\(id)/owners/\(name.asSegment)", .members(["role": .string(role)]),
            "\(JSONValue.printable(name)) is \(role) of \(id)")
    }

    private static let remove = RunnableCommand(
        Subcommand(
            "agent owner remove", "Takes somebody's role away.", arguments: [AgentCommands.agent, name],
            examples: ["mentatctl agent owner remove ada.word-count bob"])
    ) { context in
        let id = try AgentReference(context.argument(0) ?? "").id
        let name = context.argument(1) ?? ""
        return try await AgentCommands.sentence(
            context, "DELETE", "agents/\(id)/owners/\(name.asSegment)", nil,
            "\(JSONValue.printable(name)) has no role at \(id)")
    }

    private static let list = RunnableCommand(
        Subcommand("agent owner list", "Lists who owns and maintains an agent.", arguments: [AgentCommands.agent])
    ) { context in
        let id = try AgentReference(context.argument(0) ?? "").id
        let answer = try await context.registry().send("GET", "agents/\(id)/owners").json
        return Report(answer, lines: { ($0["owners"]?.array ?? []).map { $0.shown("username") } }) { value, style in
            style.table(
                ["NAME", "ROLE", "ID"],
                (value["owners"]?.array ?? []).map { [$0.shown("username"), $0.shown("role"), $0.shown("id")] })
        }
    }
}
