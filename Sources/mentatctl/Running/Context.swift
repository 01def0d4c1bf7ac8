import CommandLine
import Contract
import Events
import LocalRegistry
import RegistryClient
import System
import Text

/// A command with the function that runs it.
struct RunnableCommand: Sendable {
    let command: Subcommand
    let run: @Sendable (Context) async throws -> Report

    init(_ command: Subcommand, _ run: @escaping @Sendable (Context) async throws -> Report) {
        self.command = command
        self.run = run
    }
}

/// The environment in which a command runs.
struct Context: Sendable {
    let invocation: Invocation
    let settings: Settings
    let console: Console
    let version: String

    /// The selected registry: `--registry`, the environment, the settings, or the default. Renews the stored token
    /// where it is about to expire.
    func registry() async throws -> RegistryClient {
        let origin = try origin()
        if let given = try settings.givenToken { return try registry(at: origin, token: given) }
        let renewal = TokenRenewal(settings: settings, console: console) { try registry(at: origin, token: $0) }
        return try registry(at: origin, token: try await renewal.current(origin))
    }

    /// A client for any registry and token.
    func registry(at origin: String, token: String?) throws -> RegistryClient {
        if flag("insecure-http") { try settings.allowPlainHTTP(to: origin) }
        return RegistryClient(
            origin: origin, token: token, allowsPlainHTTP: try settings.allowsPlainHTTP(to: origin),
            agent: "mentatctl/\(version)"
        ) { [console] in console.warn($0) }
    }

    /// The address of the selected registry.
    func origin() throws -> String {
        if let given = invocation.values["registry"] { return try Settings.origin(given) }
        return try settings.value(.registry).value
    }

    func argument(_ index: Int) -> String? {
        index < invocation.arguments.count ? invocation.arguments[index] : nil
    }

    /// The agent, and perhaps version, that the first argument names.
    func reference() throws(Failure) -> AgentReference { try AgentReference(argument(0) ?? "") }

    /// The agent that the first argument names, where a version makes no sense.
    func agent() throws(Failure) -> AgentID { try Self.agent(argument(0) ?? "", of: invocation.command.name) }

    /// The agent that a text names, where a version makes no sense.
    static func agent(_ text: String, of command: String) throws(Failure) -> AgentID {
        let reference = try AgentReference(text)
        guard reference.version == nil else {
            throw Failure(
                .usage, "usage",
                "`mentatctl \(command)` is about an agent, not about one version: '\(text.prefix(200))'.",
                fix: "mentatctl \(command) \(reference.id)")
        }
        return reference.id
    }

    func option(_ name: String) -> String? { invocation.values[name] }

    /// The option with which a command that finds versions takes another moment than the settings name.
    static let asOf = Subcommand.Option.value(
        "as-of", "MOMENT", "as of a position of the log, a day, a time, or `now`: what came later is not seen")

    /// The moment as of which versions are found; nil for the present.
    func asOf() throws -> AsOf? {
        if let given = option("as-of") { return try Settings.moment(given) }
        let asOf = try Settings.moment(try settings.value(.asOf).value)
        if let asOf { console.note("as of \(asOf), which `mentatctl config get as_of` says") }
        return asOf
    }

    /// A text that others will read, as the registry keeps it; warns of what was changed.
    func prose(_ name: String) -> String? {
        guard let raw = option(name) else { return nil }
        let plain = PlainText(raw)
        if let words = plain.words { console.warn("--\(name): \(words)") }
        return plain.text
    }

    /// A text that others will read: the option `name`, or what is in the file of `name-file`; `-` is stdin.
    func proseOrFile(_ name: String) throws -> String? {
        guard let path = option("\(name)-file") else { return prose(name) }
        guard option(name) == nil else {
            throw Failure(.usage, "usage", "give --\(name) or --\(name)-file, not both.")
        }
        let bytes = path == "-" ? Host.readInput(limit: 1 << 20) : try FileSystem.read(path, limit: 1 << 20)
        guard let bytes, let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(.permanent, "invalid-text", "'\(path)' is no text in UTF-8 of at most 1 MiB")
        }
        let plain = PlainText(String(text.trimmingPrefix("\u{feff}")))
        if let words = plain.words { console.warn("\(path): \(words)") }
        return plain.text
    }

    func flag(_ name: String) -> Bool { invocation.flags.contains(name) }

    /// The number that an option gives; nil where the option is absent.
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

    /// The value from a closed list that an option gives; nil where the option is absent.
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

    /// The choice that an option gives, which has to be there.
    func requiredChoice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, of type: Choice.Type
    ) throws(Failure) -> Choice {
        guard let choice = try choice(name, of: type) else {
            let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(
                .usage, "usage", "`mentatctl \(invocation.command.name)` needs --\(name), one of \(all).")
        }
        return choice
    }

    /// Runs a command whose answer is one sentence.
    ///
    /// - Parameters:
    ///   - said: the sentence.
    ///   - id: an agent whose page and index document the command changes; it waits until both show the change.
    func say<Given: CommandAnswer>(
        _ said: String, changing id: AgentID? = nil,
        _ send: (RegistryClient) async throws -> RegistryClient.Answer<Given>
    ) async throws -> Report {
        try await say({ _ in said }, changing: id, send)
    }

    /// Runs a command whose answer is one sentence about what was answered.
    func say<Given: CommandAnswer>(
        _ said: (Given) -> String, changing id: AgentID? = nil,
        _ send: (RegistryClient) async throws -> RegistryClient.Answer<Given>
    ) async throws -> Report {
        let registry = try await registry()
        let answer = try await send(registry)
        if let id {
            await registry.awaitShown(id.key, answer.position) { console.warn($0) }
        }
        let (isNew, said) = (answer.isNew, said(answer.value))
        return Report(answer.value) { _, _ in isNew ? said : "\(said) already" }
    }
}
