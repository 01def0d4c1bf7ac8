import CommandLine
import Contract
import Events
import LocalRegistry
import RegistryClient

/// A command with what it does.
struct RunnableCommand: Sendable {
    let command: Subcommand
    let run: @Sendable (Context) async throws -> Report

    init(_ command: Subcommand, _ run: @escaping @Sendable (Context) async throws -> Report) {
        self.command = command
        self.run = run
    }
}

/// What a command works with.
struct Context: Sendable {
    let invocation: Invocation
    let settings: Settings
    let console: Console
    let version: String

    /// The registry that is meant: `--registry`, the environment, what is set, or the default.
    /// A token that is kept and about to expire is renewed.
    func registry() async throws -> RegistryClient {
        let origin = try origin()
        if let given = settings.givenToken { return registry(at: origin, token: given) }
        let renewal = TokenRenewal(settings: settings, console: console) { registry(at: origin, token: $0) }
        return registry(at: origin, token: try await renewal.current(origin))
    }

    /// Another registry.
    func registry(at origin: String, token: String?) -> RegistryClient {
        RegistryClient(origin: origin, token: token, agent: "mentatctl/\(version)")
    }

    /// The address of the registry that is meant.
    func origin() throws -> String {
        if let given = invocation.values["registry"] { return try Settings.origin(given) }
        return try settings.value(.registry).value
    }

    func argument(_ index: Int) -> String? {
        index < invocation.arguments.count ? invocation.arguments[index] : nil
    }

    /// The agent, and perhaps version, that the first argument names.
    func reference() throws(Failure) -> AgentReference { try AgentReference(argument(0) ?? "") }

    func option(_ name: String) -> String? { invocation.values[name] }
    func flag(_ name: String) -> Bool { invocation.flags.contains(name) }

    /// The number that an option gives.
    func number(_ name: String, _ bounds: ClosedRange<Int64>) throws(Failure) -> Int64? {
        guard let text = option(name) else { return nil }
        guard let number = Int64(text), bounds.contains(number) else {
            throw Failure(
                .usage, "usage",
                "--\(name) is '\(text.prefix(64))'; it has to be a whole number from \(bounds.lowerBound) to \(bounds.upperBound)."
            )
        }
        return number
    }

    /// One of a closed list that an option gives.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, of _: Choice.Type
    ) throws(Failure) -> Choice? {
        guard let text = option(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.usage, "usage", "--\(name) is '\(text.prefix(64))'; there are \(all).")
        }
        return choice
    }

    /// A command whose answer is one sentence.
    ///
    /// - Parameters:
    ///   - said: what is so now.
    ///   - id: an agent whose page and place in the index change.
    func say<Given: CommandAnswer>(
        _ said: String, changing id: AgentID? = nil,
        _ send: (RegistryClient) async throws -> RegistryClient.Answer<Given>
    ) async throws -> Report {
        let registry = try await registry()
        let answer = try await send(registry)
        if let id {
            await registry.awaitShown(id.key, answer.position) { console.warn($0) }
        }
        let isNew = answer.isNew
        return Report(answer.value) { _, _ in isNew ? said : "\(said) already" }
    }
}
