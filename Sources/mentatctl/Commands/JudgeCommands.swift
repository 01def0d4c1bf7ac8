import CommandLine
import Events
import JSON
import Manifest

/// What people say of agents, and what becomes of them.
enum JudgeCommands {
    static let all = [yank, unyank, deprecate, undeprecate, review, unreview, flag, star, unstar]

    private static let note = Subcommand.Option.value("note", "TEXT", "a few words that everybody sees")
    private static let reasons = ["broken", "security", "legal", "mistake", "other"]

    private static func yankPath(_ context: Context) throws -> (path: String, shown: String, id: AgentID) {
        let reference = try AgentReference(context.argument(0) ?? "")
        let version = try reference.exactVersion()
        return (
            "agents/\(reference.id)/versions/\(version.description.asSegment)/yank", "\(reference.id)@\(version)",
            reference.id
        )
    }

    private static let yank = RunnableCommand(
        Subcommand(
            "agent yank", "Hides a version from everybody who does not ask for exactly that one.",
            arguments: [AgentCommands.version],
            options: [.value("reason", "REASON", "why", choices: reasons), note],
            examples: ["mentatctl agent yank ada.word-count@1.0.0 --reason broken --note 'counts twice'"])
    ) { context in
        guard let reason = context.option("reason") else {
            throw Failure(
                .usage, "usage", "`mentatctl agent yank` needs --reason, one of \(reasons.joined(separator: ", ")).")
        }
        let (path, shown, id) = try yankPath(context)
        return try await AgentCommands.sentence(
            context, "POST", path, .members(["note": .text(context.option("note")), "reason": .string(reason)]),
            "\(shown) is yanked", changing: id)
    }

    private static let unyank = RunnableCommand(
        Subcommand("agent unyank", "Takes a yank back.", arguments: [AgentCommands.version])
    ) { context in
        let (path, shown, id) = try yankPath(context)
        return try await AgentCommands.sentence(
            context, "DELETE", path, nil, "\(shown) is there again", changing: id)
    }

    private static let deprecate = RunnableCommand(
        Subcommand(
            "agent deprecate", "Says that an agent is not recommended any more.", arguments: [AgentCommands.agent],
            options: [.value("replacement", "AGENT", "what to use in its place"), note],
            examples: ["mentatctl agent deprecate ada.word-count --replacement ada.words"])
    ) { context in
        let id = try AgentReference(context.argument(0) ?? "").id
        return try await AgentCommands.sentence(
            context, "POST", "agents/\(id)/deprecation",
            .members(["note": .text(context.option("note")), "replacement": .text(context.option("replacement"))]),
            "\(id) is deprecated", changing: id)
    }

    private static let undeprecate = RunnableCommand(
        Subcommand("agent undeprecate", "Takes a deprecation back.", arguments: [AgentCommands.agent])
    ) { context in
        let id = try AgentReference(context.argument(0) ?? "").id
        return try await AgentCommands.sentence(
            context, "DELETE", "agents/\(id)/deprecation", nil, "\(id) is recommended again", changing: id)
    }

    private static let review = RunnableCommand(
        Subcommand(
            "agent review", "Says what you think of an agent; saying it again replaces it.",
            arguments: [AgentCommands.agent],
            options: [
                .value("rating", "N", "1 to 5"), .value("title", "TEXT", "one line"),
                .value("text", "TEXT", "the rest"), .value("version", "VERSION", "the version that you tried"),
            ],
            examples: ["mentatctl agent review mentatlab.word-count --rating 5 --title 'Counts' --text 'Every word.'"])
    ) { context in
        let id = try AgentReference(context.argument(0) ?? "").id
        guard let rating = try context.number("rating", 1...5) else {
            throw Failure(.usage, "usage", "`mentatctl agent review` needs --rating, from 1 to 5.")
        }
        return try await AgentCommands.sentence(
            context, "PUT", "agents/\(id)/reviews/mine",
            .members([
                "rating": .integer(rating), "text": .text(context.option("text")),
                "title": .text(context.option("title")), "version": .text(context.option("version")),
            ]), "\(id) has \(rating) of 5 from you")
    }

    private static let unreview = RunnableCommand(
        Subcommand("agent unreview", "Takes your review back, and its words with it.", arguments: [AgentCommands.agent])
    ) { context in
        let id = try AgentReference(context.argument(0) ?? "").id
        return try await AgentCommands.sentence(
            context, "DELETE", "agents/\(id)/reviews/mine", nil, "your review of \(id) is gone")
    }

    private static let flag = RunnableCommand(
        Subcommand(
            "agent flag", "Asks the moderators to look; who asks stands nowhere.",
            arguments: [Subcommand.Argument("AGENT[@VERSION]", "an agent, or one version of it")],
            options: [
                .value(
                    "reason", "REASON", "why",
                    choices: ["spam", "malware", "impersonation", "licence", "abusive", "broken", "other"]),
                .value("details", "TEXT", "what the moderators should know"),
                .value("review-by", "NAME", "what this person says of the agent, in place of the agent"),
            ],
            examples: ["mentatctl agent flag ada.word-count --reason malware --details 'opens a port'"])
    ) { context in
        let reference = try AgentReference(context.argument(0) ?? "")
        guard let reason = context.option("reason") else {
            throw Failure(.usage, "usage", "`mentatctl agent flag` needs --reason.")
        }
        let reviewer = context.option("review-by")
        let version = try reference.version.map { _ throws(Failure) in try reference.exactVersion().description }
        let kind = reviewer != nil ? "review" : version != nil ? "version" : "agent"
        return try await AgentCommands.sentence(
            context, "POST", "flags",
            .members([
                "agent": .string(reference.id.description), "details": .text(context.option("details")),
                "kind": .string(kind), "reason": .string(reason), "user": .text(reviewer), "version": .text(version),
            ]), "the moderators know")
    }

    private static let star = RunnableCommand(
        Subcommand("agent star", "Says that you like an agent.", arguments: [AgentCommands.agent])
    ) { context in
        let id = try AgentReference(context.argument(0) ?? "").id
        return try await AgentCommands.sentence(context, "PUT", "agents/\(id)/star", nil, "\(id) has your star")
    }

    private static let unstar = RunnableCommand(
        Subcommand("agent unstar", "Takes your star back.", arguments: [AgentCommands.agent])
    ) { context in
        let id = try AgentReference(context.argument(0) ?? "").id
        return try await AgentCommands.sentence(
            context, "DELETE", "agents/\(id)/star", nil, "\(id) does not have your star")
    }
}
