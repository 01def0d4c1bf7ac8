import CommandLine
import Contract
import RegistryClient

/// What is popular, and what publishers are known for.
enum PopularCommands {
    static let all = [popular, reputation]

    private static let popular = RunnableCommand(
        Subcommand(
            "agent popular", "Lists popular agents, or those whose readers grow most.",
            options: [
                .value(
                    "by", "WHAT", "readers, which is usual, downloads or trending",
                    choices: PopularKind.allCases.map(\.rawValue)),
                .value(
                    "days", "N", "of the last 7 days, which is usual, 30 or 90",
                    choices: PopularDays.allCases.map(\.rawValue)),
                .value("category", "NAME", "of one category alone"), .value("limit", "N", "how many (20)"),
                .value("cursor", "CURSOR", "go on where a list ended"),
            ],
            examples: ["mentatctl agent popular", "mentatctl agent popular --by trending --category databases --json"])
    ) { context in
        let query = PopularQuery(
            kind: try context.choice("by", of: PopularKind.self) ?? .readers,
            days: try context.choice("days", of: PopularDays.self) ?? .week, category: context.option("category"),
            limit: try context.number("limit", 1...100) ?? 20, cursor: context.option("cursor"))
        let list = try await context.registry().send(Endpoints.listPopular, query).value
        return Report(list, lines: { $0.rows.map(\.agent.agentID.shown) }) { list, style in
            guard !list.rows.isEmpty else { return "no agent was downloaded often enough yet" }
            let table = style.table(
                ["RANK", "AGENT", "VERSION", "DOWNLOADS", "READERS", "GROWTH", "SUMMARY"],
                list.rows.map { row in
                    [
                        "\(row.rank)", row.agent.agentID.shown, row.agent.latestVersion.shown, "\(row.downloads)",
                        "\(row.readers)", row.growth.map { "\($0)%" } ?? "", row.agent.summary.shown,
                    ]
                })
            let more = list.pagination.nextCursor.map { style.dim("there are more: add --cursor '\($0.shown)'") }
            return ([table] + (more.map { [$0] } ?? [])).joined(separator: "\n")
        }
    }

    private static let reputation = RunnableCommand(
        Subcommand(
            "publisher reputation", "Shows a publisher's reputation, and which entries gave it.",
            notes: "`mentatctl agent history AGENT` and the log tell what stands at a position.",
            arguments: [Subcommand.Argument("NAME", "the name of a publisher")],
            options: [Context.asOf], examples: ["mentatctl publisher reputation ada"])
    ) { context in
        let (registry, asOf, name) = (try await context.registry(), try context.asOf(), context.argument(0) ?? "")
        var first: ReputationPage?
        let points = try await context.allPages(of: "entries") { cursor in
            let page = try await registry.send(
                Endpoints.showReputation, ReputationQuery(name: name, limit: 100, cursor: cursor, asOf: asOf)
            ).value
            if first == nil { first = page }
            return (page.points, page.pagination)
        }
        guard let first else { throw Failure(.permanent, "no-answer", "the registry did not answer") }
        let whole = ReputationPage(
            publisher: first.publisher, score: first.score, formula: first.formula, rules: first.rules, points: points,
            pagination: Pagination(limit: Int64(points.count), nextCursor: nil))
        return Report(whole, lines: { ["\($0.score)"] }) { page, style in
            let head = "\(page.publisher.username.shown) has \(page.score) points by formula \(page.formula)"
            guard !page.points.isEmpty else { return style.bold(head) }
            let table = style.table(
                ["RULE", "POINTS", "SINCE", "FOR"],
                page.points.map { point in
                    let version = point.version.map { "@\($0.shown)" } ?? ""
                    let file = point.file.map { " \($0.prefix(12).description.shown)" } ?? ""
                    return [
                        point.rule.shown, "\(point.points)", "\(point.position)", "\(point.agent)\(version)\(file)",
                    ]
                })
            return "\(style.bold(head))\n\(table)"
        }
    }
}
