import CommandLine
import Contract
import LocalRegistry
import System

/// The program `mentatctl`.
@main
struct Program {
    static let version = "0.1.0"

    private static let globals = [
        Subcommand.Option.flag("json", "print one JSON document"),
        Subcommand.Option.flag("quiet", "print the least that another command needs"),
        Subcommand.Option.value("registry", "URL", "the marketplace, in place of the one that is set"),
        Subcommand.Option.flag(
            "insecure-http", "send tokens to this registry although nothing is encrypted on the way; kept for it"),
    ]

    private static let manual: [(heading: String, lines: [(String, String)])] = [
        (
            "Exit codes",
            [
                ("0", "all is well"), ("1", "it failed, and trying the same again will not help"),
                ("2", "somebody cancelled it"), ("3", "it failed for now, and trying again may help"),
                ("4", "there is no token, or the one there is does not permit this"),
                ("64", "the command line can't be followed"),
            ]
        ),
        (
            "Environment",
            [
                ("MENTATLAB_REGISTRY, MENTATLAB_COLOR", "go before what is set"),
                ("MENTATLAB_TOKEN", "goes before the token that is kept"),
                ("MENTATLAB_HOME", "where agents are installed, ~/.mentatlab by default"),
                ("XDG_CONFIG_HOME", "where settings are kept, ~/.config by default"),
                ("NO_COLOR", "no colours"), ("https_proxy, http_proxy, no_proxy", "the way to the registry"),
                ("SSL_CERT_DIR", "the folder of the certificates that are trusted"),
            ]
        ),
        (
            "Files",
            [
                ("~/.config/mentatlab/config.json", "settings"),
                ("~/.config/mentatlab/credentials.json", "tokens, readable by their owner alone"),
                ("~/.mentatlab/registry/ID/VERSION", "an agent that is installed"),
            ]
        ),
    ]

    static func main() async {
        let entries = ConfigCommands.all + AccountCommands.all + AgentCommands.all
        let commands = CommandSet(
            "mentatctl", version: version, "builds, publishes and installs MentatLab agents",
            commands: entries.map(\.command), globals: globals, manual: manual)
        let words = Array(CommandLine.arguments.dropFirst())
        do {
            switch try commands.parse(words) {
            case .print(let text): Host.exit(Host.write(text, to: 1) ? 0 : ExitCode.failure.rawValue)
            case .run(let invocation):
                guard let entry = entries.first(where: { $0.command.name == invocation.command.name }) else {
                    preconditionFailure("a command without what it does")
                }
                Host.exit(await run(entry, invocation).rawValue)
            }
        } catch {
            say(Failure(error), asJSON: words.contains("--json"))
            Host.exit(ExitCode.usage.rawValue)
        }
    }

    private static func run(_ entry: RunnableCommand, _ invocation: Invocation) async -> ExitCode {
        let isJSON = invocation.flags.contains("json")
        do {
            let settings = try Settings()
            let console = Console(
                form: isJSON ? .json : invocation.flags.contains("quiet") ? .quiet : .human,
                colour: (try? settings.value(.color).value) ?? "auto")
            // On the thread of the signals: whatever blocks elsewhere, the program ends.
            Signals().onNext { _ in
                Unfinished.cancel()
                Terminal.restore()
                console.clearProgress()
                Host.write("mentatctl: cancelled\n", to: 2)
                Host.exit(ExitCode.cancelled.rawValue)
            }
            let report = try await entry.run(
                Context(invocation: invocation, settings: settings, console: console, version: version))
            return report.print(console)
        } catch {
            // What fails because its folder was taken away is about to end as cancelled.
            Unfinished.waitIfCancelled()
            let failure = Failure(error)
            say(failure, asJSON: isJSON)
            return failure.exit
        }
    }

    /// Says what went wrong, on stderr: in words, or as a JSON document.
    private static func say(_ failure: Failure, asJSON: Bool) {
        let failure = failure.redacted
        guard !asJSON else {
            Host.write("\(String(decoding: failure.document, as: UTF8.self).escapedForTerminals)\n", to: 2)
            return
        }
        var text = "mentatctl: \(failure.message)\n"
        for finding in failure.findings {
            text +=
                "  \(finding.severity) at \(finding.path.isEmpty ? "the document" : finding.path): \(finding.message)\n"
        }
        if let fix = failure.fix { text += "  try: \(fix)\n" }
        Host.write(text, to: 2)
    }
}
