import CommandLine

/// What is done with agents.
enum AgentCommands {
    static let all =
        PublishCommands.all + ReadCommands.all + InstallCommands.all + OwnerCommands.all + JudgeCommands.all
        + ModerationCommands.all

    static let agent = Subcommand.Argument("AGENT", "the id of an agent, such as acme.word-count")
    static let version = Subcommand.Argument("AGENT@VERSION", "an agent and a version, such as acme.word-count@1.0.0")
}
