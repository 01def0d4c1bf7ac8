import CommandLine
import Contract
import Events
import LocalRegistry
import Manifest

/// Compares installed agents with what was installed.
enum VerifyCommand {
    static let verify = RunnableCommand(
        Subcommand(
            "agent verify", "Says what of the installed agents is not as it was installed.",
            notes:
                "Files are compared by the digests that were noted when they were installed. Files that came later are "
                + "listed and are no fault. The exit code is 1 where something was changed or is missing; "
                + "`mentatctl agent install AGENT@VERSION` makes it whole again.",
            arguments: [Subcommand.Argument("AGENT[@VERSION]", "which; all of them where none is named", .many)],
            examples: ["mentatctl agent verify", "mentatctl agent verify mentatlab.word-count --json"])
    ) { context in
        let agents = InstallCommands.agents(context)
        let wanted = try InstallCommands.named(context)
        let receipts = try agents.list()
        func isMeant(_ receipt: InstalledAgents.Receipt, _ key: AgentKey, _ version: SemVer?) -> Bool {
            receipt.id.key == key && version?.names(receipt.version) ?? true
        }
        for (text, key, version) in wanted where !receipts.contains(where: { isMeant($0, key, version) }) {
            throw InstallCommands.notInstalled(text)
        }
        let checked = try receipts.filter { receipt in
            wanted.isEmpty || wanted.contains { isMeant(receipt, $0.key, $0.version) }
        }.map { receipt in
            context.console.progress("comparing \(receipt.id) \(receipt.version)")
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
