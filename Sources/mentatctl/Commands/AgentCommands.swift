import CommandLine
import Contract
import Events
import JSON

/// What is done with agents.
enum AgentCommands {
    static let all =
        PublishCommands.all + ReadCommands.all + InstallCommands.all + OwnerCommands.all + JudgeCommands.all

    static let agent = Subcommand.Argument("AGENT", "the id of an agent, such as acme.word-count")
    static let version = Subcommand.Argument("AGENT@VERSION", "an agent and a version, such as acme.word-count@1.0.0")

    /// A command whose answer is one sentence.
    ///
    /// - Parameter id: an agent whose place in the index changes.
    static func sentence(
        _ context: Context, _ method: String, _ path: String, _ body: JSONValue? = nil, _ said: String,
        changing id: AgentID? = nil
    ) async throws -> Report {
        let registry = try context.registry()
        let answer = try await registry.send(method, path, json: body, .required)
        if let id {
            await registry.awaitShown(
                ["agents/\(id)", Paths.index(id.key.description)], answer.position, context.console)
        }
        let isNew = answer.status == 201
        return Report(answer.json) { _, _ in isNew ? said : "\(said) already" }
    }
}
