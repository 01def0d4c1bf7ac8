import CommandLine
import Contract
import RegistryClient

/// Finding agents.
enum SearchCommand {
    static let search = RunnableCommand(
        Subcommand(
            "agent search", "Finds agents, the ones that fit best first.",
            arguments: [
                Subcommand.Argument(
                    "WORD",
                    "a word, a \"phrase\", a -word that must not stand there, or a filter such as category:security",
                    .many)
            ],
            options: [
                .value("category", "NAME", "of one category alone"),
                .value("publisher", "NAME", "of one publisher alone"),
                .value("runtime", "NAME", "of one runtime alone, such as node"),
                .value("license", "ID", "under one licence alone, such as MIT"),
                .flag("wasm", "with a WebAssembly module alone"),
                .value("sort", "ORDER", "the order", choices: AgentSort.allCases.map(\.rawValue)),
                .value("limit", "N", "how many (20)"), .value("cursor", "CURSOR", "go on where a list ended"),
            ],
            examples: [
                "mentatctl agent search github issues", "mentatctl agent search 'category:databases postgres -mysql'",
                "mentatctl agent search --sort downloads --json",
            ])
    ) { context in
        let words = context.invocation.arguments.joined(separator: " ")
        let query = AgentQuery(
            words: words.isEmpty ? nil : words, category: context.option("category"),
            publisher: context.option("publisher"), runtime: context.option("runtime"),
            license: context.option("license"), hasWASM: context.flag("wasm") ? true : nil,
            sort: try context.choice("sort", of: AgentSort.self), limit: try context.number("limit", 1...100) ?? 20,
            cursor: context.option("cursor"))
        let answer = try await context.registry().send(Endpoints.listAgents, query)
        return Report(answer.value, lines: { $0.agents.map(\.summary.agentID.shown) }) { list, style in
            let notes = list.search.map { describe($0, style) } ?? []
            guard !list.agents.isEmpty else { return (notes + ["no agent is like that"]).joined(separator: "\n") }
            let isMatched = list.agents.contains { $0.matched != nil }
            let table = style.table(
                ["AGENT", "VERSION", "STARS", "DOWNLOADS"] + (isMatched ? ["FOUND IN"] : []) + ["SUMMARY"],
                list.agents.map { hit in
                    let agent = hit.summary
                    let fields = (hit.matched ?? []).map(\.field).joined(separator: ", ")
                    return [
                        agent.agentID.shown, agent.isYanked ? "yanked" : agent.latestVersion.shown, "\(agent.stars)",
                        "\(agent.downloads)",
                    ] + (isMatched ? [fields.shown] : []) + [agent.summary.shown]
                })
            let total = list.search.map { " of \($0.isBounded ? "at least " : "")\($0.total)" } ?? ""
            let more = list.pagination.nextCursor.map {
                style.dim("\(list.agents.count)\(total); there are more: add --cursor '\($0.shown)'")
            }
            return (notes + [table] + (more.map { [$0] } ?? [])).joined(separator: "\n")
        }
    }

    /// What was made of the query, in lines.
    private static func describe(_ notes: SearchNotes, _ style: Style) -> [String] {
        var lines: [String] = []
        if let meant = notes.didYouMean { lines.append("did you mean '\(meant.shown)'? these are its results") }
        if !notes.leftOut.isEmpty {
            let words = notes.leftOut.map { "'\($0.shown)'" }.joined(separator: ", ")
            lines.append("no agent has all words; left out: \(words)")
        }
        if notes.isCut { lines.append("the query is too long; its end does not count") }
        return lines.map(style.dim)
    }
}
