import CommandLine
import Contract
import Crypto
import Events
import LocalRegistry
import Manifest
import RegistryClient
import System

/// Finding agents and looking at them.
enum ReadCommands {
    static let all = [search, info]

    private static let search = RunnableCommand(
        Subcommand(
            "agent search", "Finds agents.",
            arguments: [Subcommand.Argument("WORD", "a word in id, title, summary or description", .many)],
            options: [
                .value("category", "NAME", "of one category alone"),
                .value("sort", "ORDER", "the order", choices: AgentSort.allCases.map(\.rawValue)),
                .value("limit", "N", "how many (20)"), .value("cursor", "CURSOR", "go on where a list ended"),
            ],
            examples: ["mentatctl agent search words", "mentatctl agent search --sort downloads --json"])
    ) { context in
        let words = context.invocation.arguments.joined(separator: " ")
        let query = AgentQuery(
            words: words.isEmpty ? nil : words, category: context.option("category"),
            sort: try context.choice("sort", of: AgentSort.self) ?? .recent,
            limit: try context.number("limit", 1...100) ?? 20, cursor: context.option("cursor"))
        let answer = try await context.registry().send(Endpoints.listAgents, query)
        return Report(answer.value, lines: { $0.agents.map(\.agentID.shown) }) { list, style in
            guard !list.agents.isEmpty else { return "no agent is like that" }
            let table = style.table(
                ["AGENT", "VERSION", "STARS", "DOWNLOADS", "SUMMARY"],
                list.agents.map {
                    [$0.agentID.shown, $0.latestVersion.shown, "\($0.stars)", "\($0.downloads)", $0.summary.shown]
                })
            let more = list.pagination.nextCursor.map { "\n" + style.dim("there are more: add --cursor '\($0.shown)'") }
            return table + (more ?? "")
        }
    }

    private static let info = RunnableCommand(
        Subcommand(
            "agent info", "Shows an agent, or one version of it.",
            arguments: [Subcommand.Argument("AGENT[@VERSION]", "an agent, or one version of it")],
            examples: ["mentatctl agent info mentatlab.word-count", "mentatctl agent info mentatlab.word-count@1.0.0"])
    ) { context in
        let reference = try context.reference()
        let (key, registry) = (reference.id.key, try await context.registry())
        guard reference.version == nil else {
            let page = VersionParameters(id: key, version: try reference.exactVersion())
            let answer = try await registry.send(Endpoints.showVersion, page)
            return Report(answer.value, lines: { ["\($0.id)@\($0.version.shown)"] }, text: show)
        }
        let agent = try await registry.about(reference.id) {
            try await registry.send(Endpoints.showAgent, AgentParameters(id: key)).value
        }
        let versions = try await registry.send(Endpoints.listVersions, AgentPageParameters(id: key, limit: 100)).value
        return Report(
            AgentInfo(agent: agent, versions: versions.versions), lines: { $0.versions.map(\.version.shown) },
            text: showAgent)
    }

    @Sendable private static func show(_ version: VersionPage, _ style: Style) -> String {
        var lines = [style.bold("\(version.id) \(version.version.shown)")]
        if version.isYanked {
            lines.append(style.red("yanked: \((version.yank?.reason).shown) \((version.yank?.note).shown)"))
        }
        lines.append("published \(version.published), at position \(version.position)")
        lines.append("release   \(version.release)")
        for artifact in version.artifacts {
            lines.append("\(artifact.role.shown) \(Console.bytes(artifact.sizeBytes)) \(artifact.sha256)")
        }
        for dependency in version.dependencies {
            lines.append("needs \(dependency.id.shown) \(dependency.range.shown)")
        }
        return lines.joined(separator: "\n")
    }

    @Sendable private static func showAgent(_ info: AgentInfo, _ style: Style) -> String {
        let (agent, summary) = (info.agent, info.agent.summary)
        var lines = [
            "\(style.bold(summary.agentID.shown)) \(summary.latestVersion.shown)  \(summary.displayName.shown)"
        ]
        if summary.isDeprecated {
            let replacement = (agent.deprecation?.replacement).shown
            let use = replacement.isEmpty ? "" : ", use \(replacement)"
            lines.append(style.yellow("deprecated\(use) \((agent.deprecation?.note).shown)"))
        }
        if let hold = agent.quarantine {
            lines.append(style.red("held by moderators since \(hold.since): \(hold.reason.shown) \(hold.note.shown)"))
        }
        if let changed = agent.ownersChanged, isRecent(changed) {
            lines.append(style.yellow("its owners changed on \(changed)"))
        }
        lines.append(summary.summary.shown)
        lines.append("")
        let facts: [(String, String)] = [
            ("publisher", summary.publisher.username.shown), ("licence", agent.license.shown),
            ("runtime", agent.runtime.shown), ("downloads", "\(summary.downloads)"), ("stars", "\(summary.stars)"),
            ("rating", summary.ratings == 0 ? "" : "\(rating(summary.ratingHundredths)) of 5 (\(summary.ratings))"),
            ("source", agent.sourceURL.shown),
        ]
        for (name, text) in facts where !text.isEmpty {
            lines.append("\(style.dim(name + String(repeating: " ", count: 10 - name.count))) \(text)")
        }
        let versions = info.versions.map {
            $0.version.shown + ($0.quarantine != nil ? " (held)" : $0.isYanked ? " (yanked)" : "")
        }
        lines.append("\(style.dim("versions  ")) \(versions.joined(separator: ", "))")
        return lines.joined(separator: "\n")
    }

    /// A change of owners is said for 90 days.
    private static func isRecent(_ time: Timestamp) -> Bool {
        Host.wallClockMilliseconds() - time.milliseconds < 90 * Timestamp.dayMilliseconds
    }

    /// Hundredths as the number they are, such as 4.5.
    private static func rating(_ hundredths: Int64) -> String { "\(Double(hundredths) / 100)" }
}

/// An agent with its versions.
private struct AgentInfo: Body {
    let agent: AgentDetail
    let versions: [VersionPage]

    static let form = Form.object(
        nil, Self.init, .required("agent", \.agent, AgentDetail.form),
        .required("versions", \.versions, .list(VersionPage.form)))
}
