import CommandLine
import Contract
import Events
import LocalRegistry
import Manifest
import RegistryClient

/// What people say of agents, and what becomes of them.
enum JudgeCommands {
    static let all = [yank, unyank, deprecate, undeprecate, review, unreview, flag, star, unstar]

    private static let note = Subcommand.Option.value("note", "TEXT", "a few words that everybody sees")

    private static let yank = RunnableCommand(
        Subcommand(
            "agent yank", "Hides a version from everybody who does not ask for exactly that one.",
            arguments: [AgentCommands.version],
            options: [.value("reason", "REASON", "why", choices: YankReason.allCases.map(\.rawValue)), note],
            examples: ["mentatctl agent yank ada.word-count@1.0.0 --reason broken --note 'counts twice'"])
    ) { context in
        let reason = try context.requiredChoice("reason", of: YankReason.self)
        let reference = try context.reference()
        let (id, version) = (reference.id, try reference.exactVersion())
        return try await context.say({ "\(id)@\($0.version) is yanked" }, changing: id) { registry in
            try await registry.send(
                Endpoints.yank, VersionParameters.Changed(id: id.key, version: version),
                NewYank(reason: reason, note: context.prose("note")))
        }
    }

    private static let unyank = RunnableCommand(
        Subcommand("agent unyank", "Takes a yank back.", arguments: [AgentCommands.version])
    ) { context in
        let reference = try context.reference()
        let (id, version) = (reference.id, try reference.exactVersion())
        return try await context.say({ "\(id)@\($0.version) is there again" }, changing: id) { registry in
            try await registry.send(
                Endpoints.unyank, VersionParameters.Changed(id: id.key, version: version), YankBack())
        }
    }

    private static let deprecate = RunnableCommand(
        Subcommand(
            "agent deprecate", "Says that an agent is not recommended any more.", arguments: [AgentCommands.agent],
            options: [.value("replacement", "AGENT", "what to use in its place"), note],
            examples: ["mentatctl agent deprecate ada.word-count --replacement ada.words"])
    ) { context in
        let id = try context.agent()
        let replacement = try context.option("replacement").map { text throws(Failure) in
            let replacement = try AgentReference(text)
            guard replacement.version == nil else {
                throw Failure(.usage, "usage", "--replacement is an agent, not one version: '\(text.prefix(200))'.")
            }
            return replacement.id
        }
        return try await context.say("\(id) is deprecated", changing: id) { registry in
            try await registry.send(
                Endpoints.deprecate, AgentParameters.Changed(id: id.key),
                NewDeprecation(replacement: replacement, note: context.prose("note")))
        }
    }

    private static let undeprecate = RunnableCommand(
        Subcommand("agent undeprecate", "Takes a deprecation back.", arguments: [AgentCommands.agent])
    ) { context in
        let id = try context.agent()
        return try await context.say("\(id) is recommended again", changing: id) { registry in
            try await registry.send(
                Endpoints.undeprecate, AgentParameters.Changed(id: id.key), DeprecationBack())
        }
    }

    private static let review = RunnableCommand(
        Subcommand(
            "agent review", "Says what you think of an agent; saying it again replaces it.",
            arguments: [Subcommand.Argument("AGENT[@VERSION]", "an agent, and the version that you tried")],
            options: [
                .value("rating", "N", "1 to 5"), .value("title", "TEXT", "one line"),
                .value("text", "TEXT", "the rest"), .value("text-file", "PATH", "a file with the rest; - for stdin"),
                .value("version", "VERSION", "the version that you tried"),
            ],
            examples: ["mentatctl agent review mentatlab.word-count --rating 5 --title 'Counts' --text 'Every word.'"])
    ) { context in
        let reference = try context.reference()
        let id = reference.id
        guard let rating = try context.number("rating", ReviewRating.range) else {
            throw Failure(.usage, "usage", "`mentatctl agent review` needs --rating, from 1 to 5.")
        }
        guard reference.version == nil || context.option("version") == nil else {
            throw Failure(.usage, "usage", "name the version behind the '@' or by --version, not both.")
        }
        let named = context.option("version") ?? reference.version
        let version = try named.map { text throws(Failure) in
            guard let version = SemVer(text) else {
                throw Failure(
                    .usage, "usage", "'\(text.prefix(64))' is no version; it has to be one such as 1.0.0.")
            }
            return version
        }
        let review = NewReview(
            rating: rating, title: context.prose("title"), text: try context.proseOrFile("text"), version: version)
        return try await context.say("\(id) has \(rating) of 5 from you", changing: id) { registry in
            try await registry.send(Endpoints.putReview, AgentParameters.Changed(id: id.key), review)
        }
    }

    private static let unreview = RunnableCommand(
        Subcommand("agent unreview", "Takes your review back, and its words with it.", arguments: [AgentCommands.agent])
    ) { context in
        let id = try context.agent()
        return try await context.say("your review of \(id) is gone", changing: id) { registry in
            try await registry.send(Endpoints.withdrawReview, AgentParameters.Changed(id: id.key))
        }
    }

    private static let flag = RunnableCommand(
        Subcommand(
            "agent flag", "Asks the moderators to look; who asks stands nowhere.",
            arguments: [Subcommand.Argument("AGENT[@VERSION]", "an agent, or one version of it")],
            options: [
                .value(
                    "reason", "REASON", "why",
                    choices: FlagReason.allCases.map(\.rawValue)),
                .value("details", "TEXT", "what the moderators should know"),
                .value("review-by", "NAME", "what this person says of the agent, in place of the agent"),
            ],
            examples: ["mentatctl agent flag ada.word-count --reason malware --details 'opens a port'"])
    ) { context in
        let reference = try context.reference()
        let reason = try context.requiredChoice("reason", of: FlagReason.self)
        let reviewer = context.option("review-by")
        let version = try reference.version.map { _ throws(Failure) in try reference.exactVersion() }
        let flag = NewFlag(
            kind: reviewer != nil ? .review : version != nil ? .version : .agent, agent: reference.id,
            version: version, user: reviewer, reason: reason, details: context.prose("details"))
        return try await context.say("the moderators know") { registry in
            try await registry.send(Endpoints.raiseFlag, NoParameters(), flag)
        }
    }

    private static let star = RunnableCommand(
        Subcommand("agent star", "Says that you like an agent.", arguments: [AgentCommands.agent])
    ) { context in
        let id = try context.agent()
        return try await context.say("\(id) has your star", changing: id) { registry in
            try await registry.send(Endpoints.star, AgentParameters.Changed(id: id.key))
        }
    }

    private static let unstar = RunnableCommand(
        Subcommand("agent unstar", "Takes your star back.", arguments: [AgentCommands.agent])
    ) { context in
        let id = try context.agent()
        return try await context.say("\(id) does not have your star", changing: id) { registry in
            try await registry.send(Endpoints.unstar, AgentParameters.Changed(id: id.key))
        }
    }
}
