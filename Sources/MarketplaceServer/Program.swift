import CommandAPI
import CommandLine
import EmbeddedPostgres
import Logging
import Markdown
import System

/// The program `marketplace`.
@main
struct Program {
    #if MENTATLAB_NEXT
        static let version = "0.2.0"
    #else
        static let version = "0.1.0"
    #endif

    static func main() async {
        // The processes that read documents of others are this program as well.
        if CommandLine.arguments.dropFirst().elementsEqual([MarkdownHelper.argument]) {
            Host.exit(MarkdownHelper.serve())
        }
        let signals = Signals()
        let commands = CommandSet(
            "marketplace", version: version, "a marketplace for AI agents over an event log",
            commands: Commands.all)
        do {
            switch try commands.parse(Array(CommandLine.arguments.dropFirst())) {
            case .print(let text):
                Host.write(text, to: 1)
            case .run(let invocation):
                Host.exit(try await run(invocation, signals))
            }
        } catch {
            Host.write("marketplace: \(error)\n", to: 2)
            Host.exit(error is UsageError ? 64 : 1)
        }
    }

    private static func run(_ invocation: Invocation, _ signals: Signals) async throws -> Int32 {
        let log = Log("marketplace", threshold: invocation.flags.contains("verbose") ? .debug : .info)
        let code: Int32
        do {
            code = try await run(invocation, signals, log)
        } catch {
            await log.flush()
            throw error
        }
        await log.flush()
        return code
    }

    private static func run(_ invocation: Invocation, _ signals: Signals, _ log: Log) async throws -> Int32 {
        switch invocation.command.name {
        case Commands.up.name: return try await Up(invocation, log).run(signals)
        case Commands.relay.name: return try await RelayCommand(invocation, log).run(signals)
        case Commands.relayStatus.name:
            endOnSignal(signals)
            return try await RelayStatusCommand(invocation).run()
        case Commands.status.name:
            endOnSignal(signals)
            return try await StatusCommand(invocation).run()
        case Commands.import.name:
            endOnSignal(signals)
            return try await ImportCommand(invocation).run()
        case Commands.verify.name:
            endOnSignal(signals)
            return try await VerifyCommand(invocation).run()
        case Commands.issueToken.name:
            endOnSignal(signals)
            return try await TokenCommand(invocation).run()
        case Commands.rebuildVault.name:
            endOnSignal(signals)
            return try await VaultCommand(invocation).run()
        case Commands.prepare.name:
            endOnSignal(signals)
            return try await PrepareCommand(invocation).run()
        case Commands.forensics.name:
            endOnSignal(signals)
            return try await ForensicsCommand(invocation).run()
        case Commands.rebuild.name:
            endOnSignal(signals)
            return try await RebuildCommand(invocation).run()
        case Commands.projectStatus.name, Commands.projectParked.name, Commands.projectRetry.name,
            Commands.projectSkip.name:
            endOnSignal(signals)
            return try await ProjectionCommands(invocation).run()
        case Commands.upgradeStatus.name, Commands.finishUpgrade.name:
            endOnSignal(signals)
            return try await UpgradeCommands(invocation).run()
        #if MENTATLAB_NEXT
            case Commands.note.name:
                endOnSignal(signals)
                return try await NoteCommand(invocation).run()
        #endif
        case Commands.limits.name:
            try Limits.list(isJSON: invocation.flags.contains("json"))
            return 0
        default: return try await SinglePart(invocation, log).run(signals)
        }
    }
}

/// Ends the process at the next signal, for what can be cut off anywhere.
func endOnSignal(_ signals: Signals) {
    Task { Host.exit(128 + (await signals.next())) }
}

/// The commands of the program, each declared once.
enum Commands {
    private static let data = Subcommand.Option.value("data", "DIR", "the data folder (.mentatlab)")
    private static let verbose = Subcommand.Option.flag("verbose", "log every request as well")
    private static let artifacts = Subcommand.Option.value(
        "artifacts", "DIR", "the folder of files that all fronts share")

    private static let cache = Subcommand.Option.value(
        "cache-mebibytes", "N", "memory for cached answers (32; 0 caches none)")

    static let up = Subcommand(
        "up", "Runs the whole marketplace in one process over a private Postgres.",
        options: [
            data, .value("artifacts", "DIR", "another folder of files, such as one that several programs share"),
            .value("publish", "DIR", "publish the agents in the folders of DIR once it is ready"),
            .value("catalog", "FILE", "import a catalogue once it is ready"), cache,
            verbose,
        ] + Invocation.databaseOptions + Invocation.searchOptions + Invocation.kafkaOptions
            + CommandFront.Configuration.options + Listening.options + MetricsPort.options,
        examples: ["marketplace up", "marketplace up --data /srv/marketplace --port 7080"])
    static let command = Subcommand(
        "command", "Runs the front for writes.",
        options: [
            data, artifacts, verbose,
        ] + Invocation.databaseOptions + CommandFront.Configuration.options + Listening.options
            + MetricsPort.options,
        examples: ["marketplace command --logins /srv/logins --artifacts /srv/artifacts"])
    static let query = Subcommand(
        "query", "Runs the front for reads.",
        options: [
            data, artifacts, cache, verbose,
        ] + Invocation.databaseOptions + Invocation.searchOptions + Listening.options + MetricsPort.options,
        examples: [
            "marketplace query --logins /srv/logins --artifacts /srv/artifacts",
            "marketplace query --logins /srv/logins --artifacts /srv/artifacts --search http://127.0.0.1:9200",
        ])
    static let project = Subcommand(
        "project", "Keeps read models up with the log: those named, or all.",
        notes:
            "A release with other models begins with --ahead: it builds them beside those that the running one reads, and keeps "
            + "them up. Its fronts are ready once that is done. Of several programs with --share each keeps up a part of every model "
            + "that is sliced, and some of the others; where one ends, the rest take its part over within seconds.",
        arguments: [Subcommand.Argument("NAME", "a projection", .many)],
        options: Invocation.databaseOptions + Invocation.kafkaOptions + [
            Invocation.sourceOption,
            .flag("share", "share the models with other programs; with --from kafka it always does"),
            .flag("ahead", "first build the models of this release; needs the login of the owner as well"), verbose,
        ] + MetricsPort.options,
        examples: [
            "marketplace project agents --logins /srv/logins",
            "marketplace project --share --logins /srv/logins",
            "marketplace project --from kafka --kafka 127.0.0.1:9092 --logins /srv/logins",
            "marketplace project --ahead --logins /srv/logins",
        ])
    static let relay = Subcommand(
        "relay", "Sends the log to a topic of Kafka; of several relays one sends and the others stand by.",
        notes:
            "Nothing of the log is lost or out of order in the topic; after a take-over some entries may stand there again, which "
            + "readers tell by position. It checks the topic first, and names what keeps the log from standing there.",
        options: Invocation.kafkaOptions + [
            .flag("create-topic", "make the topic where it is missing"),
            .flag("refill", "send the whole log again, to a topic that was made anew"), verbose,
        ] + Invocation.databaseOptions + MetricsPort.options,
        examples: [
            "marketplace relay --kafka 127.0.0.1:9092 --create-topic --logins /srv/logins",
            "marketplace relay --kafka k1:9093,k2:9093 --kafka-settings-file /srv/kafka --logins /srv/logins",
        ])
    static let rebuild = Subcommand(
        "rebuild", "Makes read models anew from the log, beside those that are read, and swaps them in.",
        notes:
            "Readers notice nothing. A rebuild that was cut off goes on where it was. With --check nothing is swapped: the models "
            + "that are read are compared with what the log gives, and each difference is named; exit 1 where there is any.",
        arguments: [Subcommand.Argument("NAME", "a projection", .many)],
        options: [
            .flag("all", "all projections, in one pass over the log"),
            .flag("check", "compare and change nothing"),
            .value(
                "compare", "VERSION",
                "list whose reputation this program's formula changes against that of a build of this version, and why"),
            .value(
                "pace", "PERCENT", "how much of a core it takes; below 100% one model at a time, with rests (100%)"),
            .flag("accept-parked", "swap although the new build parks agents that are shown now"),
            .value("data", "DIR", "the data folder of a marketplace that runs (.mentatlab)"),
            .flag("json", "print one JSON document"), Invocation.sourceOption,
        ] + Invocation.databaseOptions + Invocation.kafkaOptions,
        examples: [
            "marketplace rebuild agents", "marketplace rebuild --all --pace 50%", "marketplace rebuild --all --check",
            "marketplace rebuild --all --from kafka --kafka 127.0.0.1:9092",
            "marketplace rebuild reputation --compare 1",
        ])
    private static let besideOptions: [Subcommand.Option] =
        [.value("data", "DIR", "the data folder of a marketplace that runs (.mentatlab)")] + Invocation.databaseOptions
    private static let projection = Subcommand.Argument("NAME", "a projection")

    static let forensics = Subcommand(
        "forensics", "Lists all that a token and what descends from it did, and what undoing each would take.",
        notes:
            "What descends from it: tokens that it issued or that took its place, roles that were accepted from its invitations, and "
            + "what was done by these roles. An id is no secret; the secret itself is never asked for.",
        options: besideOptions + [
            .value("token", "ID", "the id of the token, as `mentatctl token list` and the log show it"),
            .value("since", "TIME", "from this day or time on"), .flag("json", "print one JSON document"),
        ],
        examples: ["marketplace forensics --token 0123456789abcdef0123456789abcdef --since 2026-11-01"])

    static let projectStatus = Subcommand(
        "project status", "Shows each build of each read model: how far, since when, and what it could not apply.",
        options: besideOptions + [.flag("json", "print one JSON document")],
        examples: ["marketplace project status"])
    static let projectParked = Subcommand(
        "project parked", "Lists the agents whose entries wait, since a read model can't apply one of them.",
        options: besideOptions + [.flag("json", "print one JSON document")],
        examples: ["marketplace project parked --json"])
    static let projectRetry = Subcommand(
        "project retry", "Tries again what is parked, of one agent or of all.",
        arguments: [projection, Subcommand.Argument("KEY", "an agent", .optional)], options: besideOptions,
        examples: ["marketplace project retry agents", "marketplace project retry agents acme.word-count"])
    static let projectSkip = Subcommand(
        "project skip", "Skips an entry that a read model can't apply, with a reason for all to read.",
        notes: "The skip is an entry of the log, so every later build leaves the same entry out.",
        arguments: [projection, Subcommand.Argument("POSITION", "the position of the entry")],
        options: besideOptions + [.value("reason", "TEXT", "why; it is public")],
        examples: ["marketplace project skip agents 4711 --reason 'its listing can not be decoded'"])
    static let relayStatus = Subcommand(
        "relay status", "Shows how far the log is in topics of Kafka, and who relays it.",
        options: besideOptions + [.flag("json", "print one JSON document")], examples: ["marketplace relay status"])
    static let status = Subcommand(
        "status", "Shows what a running part counts of itself: the log, models, requests, queues and disks.",
        notes: "It reads /metrics, as a monitoring system does; numbers for each second come with --watch.",
        options: [
            .value("data", "DIR", "the data folder of a marketplace that runs (.mentatlab)"),
            .value("metrics-url", "URL", "the /metrics of a part that runs elsewhere"),
            .flag("watch", "go on, every two seconds"),
            .flag("json", "print one JSON document, with --watch a line each time"),
        ],
        examples: [
            "marketplace status --watch", "marketplace status --metrics-url http://127.0.0.1:7090/metrics --json",
        ])
    static let upgradeStatus = Subcommand(
        "upgrade status", "Shows which programs are at work, and what is left of the upgrade to this release.",
        options: besideOptions + [.flag("json", "print one JSON document")],
        examples: ["marketplace upgrade status --logins /srv/logins"])
    static let finishUpgrade = Subcommand(
        "upgrade finish", "Ends the upgrade to this release; from then on there is no way back.",
        notes:
            "New types of events are written from then on, and the models of the release before are dropped. It is refused while a "
            + "program of another release is at work.",
        options: besideOptions + [
            .flag("drop-newer", "drop the models of a later release as well, which is given up"),
            .flag("json", "print one JSON document"),
        ],
        examples: ["marketplace upgrade finish --logins /srv/logins"])
    static let `import` = Subcommand(
        "import", "Publishes the packages of a catalogue, one JSON object a line, as a publisher would.",
        notes:
            "The file may be one JSON array, and compressed by gzip. What it says of a package last counts; where a version is "
            + "there with another text, its page is changed. Importing the same again costs no entries.",
        arguments: [Subcommand.Argument("FILE", "the catalogue; - is stdin")],
        options: [
            .value("url", "URL", "the marketplace; by default the one that runs in the data folder"), data,
            .value(
                "format", "FORMAT", "what the file holds (catalog)",
                choices: CatalogImport.Format.allCases.map(\.rawValue)),
            .value("token-file", "FILE", "the file that holds the token; by default the administrator's"),
        ],
        examples: [
            "marketplace import catalog.jsonl",
            "marketplace import catalog.jsonl --url http://127.0.0.1:7080 --token-file token",
            "marketplace import servers.json --format mcp-registry",
        ])

    static let issueToken = Subcommand(
        "token issue", "Issues a token to somebody who lost all of theirs, and prints it.",
        options: [
            .value("user", "NAME", "whose it will be: a name or an id"),
            .value(
                "scope", "SCOPE",
                "account, publish, publish:AGENT, publish:NAMESPACE.*, review, report, moderate or admin; may stand several times (account, publish and review)",
                isRepeated: true),
            .value("data", "DIR", "the data folder of a marketplace that runs (.mentatlab)"),
            .flag("json", "print one JSON document"),
        ] + Invocation.databaseOptions,
        examples: ["marketplace token issue --user ada", "marketplace token issue --user ada --scope moderate"])

    static let rebuildVault = Subcommand(
        "vault rebuild",
        "Rebuilds what the vault keeps although it follows from the log: names, roles, held files, revoked tokens.",
        notes: "Nothing is appended while it reads the log.",
        options: [
            .value("data", "DIR", "the data folder of a marketplace that runs (.mentatlab)"),
            .flag("json", "print one JSON document"),
        ] + Invocation.databaseOptions,
        examples: ["marketplace vault rebuild"])

    static let verify = Subcommand(
        "log verify", "Re-reads the log and names whatever does not follow from its own bytes; exit 1 where anything.",
        notes:
            "With --url it reads what a marketplace tells everybody: entries, and public contents, each held to its commitment. It "
            + "does not look at files then.",
        options: [
            .value("url", "URL", "a marketplace to verify from outside, without its database"),
            .value("data", "DIR", "the data folder of a marketplace that runs (.mentatlab)"), artifacts,
            .flag("json", "print one JSON document"),
        ] + Invocation.databaseOptions,
        examples: [
            "marketplace log verify",
            "marketplace log verify --logins /srv/logins --artifacts /srv/artifacts --json",
            "marketplace log verify --url https://agents.example",
        ])

    static let prepare = Subcommand(
        "database prepare",
        "Makes a database ready for a marketplace: a login for each part, and no more rights than it needs.",
        notes:
            "Run it as a superuser: only a superuser can take from everybody what could hold up an append. It may run again.",
        options: [.value("logins", "DIR", "the folder that the logins are kept in, for this user alone")]
            + Invocation.urlOptions,
        examples: ["marketplace database prepare --database-url postgresql:///marketplace --logins /srv/logins"])

    static let limits = Subcommand(
        "limits", "Lists the bounds on what an account or an address may take, with their defaults.",
        options: [.flag("json", "print one JSON document")],
        examples: ["marketplace limits", "marketplace up --limit registrations-hour=100"])

    static let all =
        [
            up, command, query, project, relay, status, relayStatus, projectStatus, projectParked, projectRetry,
            projectSkip,
            rebuild, forensics,
            upgradeStatus,
            finishUpgrade, `import`, verify, issueToken, rebuildVault, prepare, limits,
        ] + next

    #if MENTATLAB_NEXT
        static let note = Subcommand(
            "log note", "Appends an event of a type that the release before does not know.",
            options: besideOptions, examples: ["marketplace log note"])
        private static let next = [note]
    #else
        private static let next: [Subcommand] = []
    #endif
}
