import CommandLine
import Contract
import Events
import LocalRegistry
import Manifest
import RegistryClient

/// What is on this machine.
enum InstallCommands {
    static let all = [install, list, UpdateCommand.update, verify, uninstall]

    static func installation(
        _ registry: RegistryClient, _ agents: InstalledAgents, _ console: Console
    ) -> Installation {
        Installation(registry, into: agents) {
            console.warn($0)
        } progress: {
            console.progress("downloading", $0, of: $1)
        }
    }

    static func agents(_ context: Context) -> InstalledAgents { InstalledAgents(home: context.settings.home) }

    private static let install = RunnableCommand(
        Subcommand(
            "agent install", "Installs agents, each whole or not at all.",
            notes:
                "A range is as Node.js writes it: ^1.2, ~1.2.3, 1.x, '>=1 <2'. What an agent needs is listed and not "
                + "installed yet.",
            arguments: [
                Subcommand.Argument("AGENT[@RANGE]", "an agent, and which version"),
                Subcommand.Argument("AGENT[@RANGE]", "more of them", .many),
            ],
            examples: ["mentatctl agent install mentatlab.word-count", "mentatctl agent install 'ada.tool@^1.2'"])
    ) { context in
        let references = try context.invocation.arguments.map { text throws(Failure) in try AgentReference(text) }
        for reference in references { _ = try reference.request() }
        let agents = agents(context)
        let installation = installation(try await context.registry(), agents, context.console)
        let lock = try await agents.lock(context.console.note)
        defer { withExtendedLifetime(lock) {} }
        try agents.sweep()
        var attempts = Attempts(context.console, says: references.count > 1)
        for (text, reference) in zip(context.invocation.arguments, references) {
            await attempts.add(text) { try await installation.install(reference) }
        }
        // One that fails alone ends the command as ever.
        if references.count == 1, let failure = attempts.failures.first { throw failure }
        return attempts.report
    }

    private static let list = RunnableCommand(
        Subcommand("agent list", "Lists what is installed.", examples: ["mentatctl agent list --json"])
    ) { context in
        let receipts = try agents(context).list().map { Installed(receipt: $0) }
        return Report(
            InstalledList(installed: receipts, failed: nil),
            lines: { $0.installed.map { "\($0.receipt.id)@\($0.receipt.version)" } }
        ) { list, style in
            guard !list.installed.isEmpty else { return "nothing is installed" }
            return style.table(
                ["AGENT", "VERSION", "REGISTRY", "PATH"],
                list.installed.map(\.receipt).map { ["\($0.id)", "\($0.version)", $0.registry.shown, $0.path.shown] })
        }
    }

    static func notInstalled(_ what: String) -> Failure {
        Failure(.permanent, "not-installed", "'\(what)' is not installed", fix: "mentatctl agent list")
    }

    private static let uninstall = RunnableCommand(
        Subcommand(
            "agent uninstall", "Removes an agent from this machine, or one version of it.",
            arguments: [
                Subcommand.Argument("AGENT[@VERSION]", "an agent, or one version of it"),
                Subcommand.Argument("AGENT[@VERSION]", "more of them", .many),
            ],
            examples: ["mentatctl agent uninstall mentatlab.word-count@1.0.0"])
    ) { context in
        let wanted = try context.invocation.arguments.map { text throws(Failure) in
            let reference = try AgentReference(text)
            return (
                text, reference.id.key, try reference.version.map { _ throws(Failure) in try reference.exactVersion() }
            )
        }
        let agents = agents(context)
        let lock = try await agents.lock(context.console.note)
        defer { withExtendedLifetime(lock) {} }
        try agents.sweep()
        var receipts: [InstalledAgents.Receipt] = []
        for (text, key, version) in wanted {
            let meant = try agents.list(key).filter { version?.names($0.version) ?? true }
            guard !meant.isEmpty else { throw notInstalled(text) }
            receipts += meant.filter { one in !receipts.contains { $0.path == one.path } }
        }
        for receipt in receipts { try await agents.remove(receipt) }
        return Report(RemovedList(removed: receipts), lines: { $0.removed.map(\.path) }) { list, _ in
            list.removed.map { "removed \($0.id) \($0.version)" }.joined(separator: "\n")
        }
    }

    private static let verify = RunnableCommand(
        Subcommand(
            "agent verify", "Says what of the installed agents is not as it was installed.",
            notes:
                "Files are compared by the digests that were noted when they were installed. Files that came later are "
                + "listed and are no fault. The exit code is 1 where something was changed or is missing; "
                + "`mentatctl agent install AGENT@VERSION` makes it whole again.",
            arguments: [Subcommand.Argument("AGENT[@VERSION]", "which; all of them where none is named", .many)],
            examples: ["mentatctl agent verify", "mentatctl agent verify mentatlab.word-count --json"])
    ) { context in
        let agents = agents(context)
        let wanted = try context.invocation.arguments.map { text throws(Failure) in
            let reference = try AgentReference(text)
            return (
                text, reference.id.key, try reference.version.map { _ throws(Failure) in try reference.exactVersion() }
            )
        }
        let receipts = try agents.list()
        func isMeant(_ receipt: InstalledAgents.Receipt, _ key: AgentKey, _ version: SemVer?) -> Bool {
            receipt.id.key == key && version?.names(receipt.version) ?? true
        }
        for (text, key, version) in wanted where !receipts.contains(where: { isMeant($0, key, version) }) {
            throw notInstalled(text)
        }
        let checked = try receipts.filter { receipt in
            wanted.isEmpty || wanted.contains { isMeant(receipt, $0.1, $0.2) }
        }.map { receipt in
            context.console.progress("comparing \(receipt.id) \(receipt.version)", 0, of: nil)
            return Verified(receipt, try agents.differences(receipt))
        }
        var report = Report(
            VerifiedList(agents: checked), lines: { $0.agents.filter { !$0.isSound }.map { "\($0.id)@\($0.version)" } }
        ) { list, style in
            guard !list.agents.isEmpty else { return "nothing is installed" }
            return list.agents.map { $0.words(style) }.joined(separator: "\n")
        }
        let damaged = wanted.isEmpty ? try agents.damaged() : []
        for path in damaged {
            context.console.warn("\(path) has no receipt that can be read, so it counts as not installed; remove it")
        }
        report.exit = checked.allSatisfy(\.isSound) && damaged.isEmpty ? .ok : .failure
        return report
    }
}

/// What of an installed version is not as it was installed.
private struct Verified: Body {
    let id: AgentID
    let version: SemVer
    let path: String
    let isSound: Bool
    let changed: [String]
    let missing: [String]
    let added: [String]

    static let form = Form.object(
        nil, Self.init(id:version:path:isSound:changed:missing:added:), .required("agent_id", \.id, .agentID),
        .required("version", \.version, .version), .required("path", \.path, .text),
        .required("sound", \.isSound, .bool),
        .required("changed", \.changed, .list(.text)), .required("missing", \.missing, .list(.text)),
        .required("added", \.added, .list(.text)))

    private init(
        id: AgentID, version: SemVer, path: String, isSound: Bool, changed: [String], missing: [String], added: [String]
    ) {
        self.id = id
        self.version = version
        self.path = path
        self.isSound = isSound
        self.changed = changed
        self.missing = missing
        self.added = added
    }

    init(_ receipt: InstalledAgents.Receipt, _ differences: InstalledFiles.Differences) {
        self.init(
            id: receipt.id, version: receipt.version, path: receipt.path, isSound: differences.isNone,
            changed: differences.changed, missing: differences.missing, added: differences.added)
    }

    func words(_ style: Style) -> String {
        let what = style.bold("\(id) \(version)")
        let lines =
            changed.map { "  \(style.red("changed")) \($0.shown)" }
            + missing.map { "  \(style.red("missing")) \($0.shown)" }
            + added.map { "  added   \($0.shown)" }
        let head = isSound ? "\(what) is as it was installed" : "\(what) is not as it was installed, in \(path.shown)"
        return ([head] + lines + (isSound ? [] : ["  try: mentatctl agent install \(id)@\(version)"])).joined(
            separator: "\n")
    }
}

/// Installed versions that were compared.
private struct VerifiedList: Body {
    let agents: [Verified]

    static let form = Form.object(nil, Self.init, .required("agents", \.agents, .list(Verified.form)))
}

/// Agents that were removed.
private struct RemovedList: Body {
    let removed: [InstalledAgents.Receipt]

    static let form = Form.object(
        nil, Self.init, .required("removed", \.removed, .list(InstalledAgents.Receipt.form)))
}
