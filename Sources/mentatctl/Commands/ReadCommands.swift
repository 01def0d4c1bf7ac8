import CommandLine
import Events
import JSON
import Manifest

/// Finding agents and looking at them.
enum ReadCommands {
    static let all = [search, info]

    private static let search = RunnableCommand(
        Subcommand(
            "agent search", "Finds agents.",
            arguments: [Subcommand.Argument("WORD", "a word in id, title, summary or description", .many)],
            options: [
                .value("category", "NAME", "of one category alone"),
                .value("sort", "ORDER", "the order", choices: ["recent", "name", "stars", "downloads"]),
                .value("limit", "N", "how many (20)"), .value("cursor", "CURSOR", "go on where a list ended"),
            ],
            examples: ["mentatctl agent search words", "mentatctl agent search --sort downloads --json"])
    ) { context in
        let limit = try context.number("limit", 1...100)
        let words = context.invocation.arguments.joined(separator: " ")
        let query: [(String, String?)] = [
            ("category", context.option("category")), ("cursor", context.option("cursor")),
            ("limit", limit.map { "\($0)" }), ("q", words.isEmpty ? nil : words), ("sort", context.option("sort")),
        ]
        let text = query.compactMap { name, value in value.map { "\(name)=\($0.asSegment)" } }.joined(separator: "&")
        let answer = try await context.registry().send("GET", "agents\(text.isEmpty ? "" : "?\(text)")").json
        return Report(answer, lines: { ($0["agents"]?.array ?? []).map { $0.shown("agent_id") } }) { value, style in
            let agents = value["agents"]?.array ?? []
            guard !agents.isEmpty else { return "no agent is like that" }
            let table = style.table(
                ["AGENT", "VERSION", "STARS", "DOWNLOADS", "SUMMARY"],
                agents.map {
                    [
                        $0.shown("agent_id"), $0.shown("latest_version"), $0.count("star_count"),
                        $0.count("download_count"), $0.shown("summary"),
                    ]
                })
            let more = value["pagination"]?["next_cursor"]?.string.map {
                "\n" + style.dim("there are more: add --cursor '\(JSONValue.printable($0))'")
            }
            return table + (more ?? "")
        }
    }

    private static let info = RunnableCommand(
        Subcommand(
            "agent info", "Shows an agent, or one version of it.",
            arguments: [Subcommand.Argument("AGENT[@VERSION]", "an agent, or one version of it")],
            examples: ["mentatctl agent info mentatlab.word-count", "mentatctl agent info mentatlab.word-count@1.0.0"])
    ) { context in
        let reference = try AgentReference(context.argument(0) ?? "")
        let registry = try context.registry()
        guard reference.version == nil else {
            let version = try reference.exactVersion()
            let answer = try await registry.send(
                "GET", "agents/\(reference.id)/versions/\(version.description.asSegment)"
            ).json
            return Report(answer, lines: { ["\($0.shown("id"))@\($0.shown("version"))"] }, text: show)
        }
        let agent = try await registry.send(agent: reference.id, "agents/\(reference.id)").json
        let versions = try await registry.send("GET", "agents/\(reference.id)/versions?limit=100").json
        return Report(
            .members(["agent": agent, "versions": versions["versions"]]),
            lines: { ($0["versions"]?.array ?? []).map { $0.shown("version") } }, text: showAgent)
    }

    @Sendable private static func show(_ version: JSONValue, _ style: Style) -> String {
        var lines = [style.bold("\(version.shown("id")) \(version.shown("version"))")]
        if version["yanked"]?.bool == true {
            let yank = version["yank"] ?? .null
            lines.append(style.red("yanked: \(yank.shown("reason")) \(yank.shown("note"))"))
        }
        lines.append("published \(version.shown("published_at")), at position \(version.count("position"))")
        lines.append("release   \(version.shown("release"))")
        for artifact in version["artifacts"]?.array ?? [] {
            lines.append(
                "\(artifact.shown("role")) \(Console.bytes(artifact["size"]?.integer ?? 0)) \(artifact.shown("sha256"))"
            )
        }
        for dependency in version["dependencies"]?.array ?? [] {
            lines.append("needs \(dependency.shown("id")) \(dependency.shown("range"))")
        }
        return lines.joined(separator: "\n")
    }

    @Sendable private static func showAgent(_ value: JSONValue, _ style: Style) -> String {
        let agent = value["agent"] ?? .null
        var lines = [
            "\(style.bold(agent.shown("agent_id"))) \(agent.shown("latest_version"))  \(agent.shown("display_name"))"
        ]
        if agent["is_deprecated"]?.bool == true {
            let deprecation = agent["deprecation"] ?? .null
            let replacement = deprecation.shown("replacement")
            lines.append(
                style.yellow(
                    "deprecated\(replacement.isEmpty ? "" : ", use \(replacement)") \(deprecation.shown("note"))"))
        }
        lines.append(agent.shown("summary"))
        lines.append("")
        let rating = agent["rating_count"]?.integer ?? 0
        let facts: [(String, String)] = [
            ("publisher", agent["publisher"]?.shown("username") ?? ""), ("licence", agent.shown("license")),
            ("runtime", agent.shown("runtime")), ("downloads", agent.count("download_count")),
            ("stars", agent.count("star_count")),
            ("rating", rating == 0 ? "" : "\(number(agent["rating_avg"])) of 5 (\(rating))"),
            ("source", agent.shown("source_url")),
        ]
        for (name, text) in facts where !text.isEmpty {
            lines.append("\(style.dim(name + String(repeating: " ", count: 10 - name.count))) \(text)")
        }
        let versions = (value["versions"]?.array ?? []).map { version in
            version.shown("version") + (version["yanked"]?.bool == true ? " (yanked)" : "")
        }
        lines.append("\(style.dim("versions  ")) \(versions.joined(separator: ", "))")
        return lines.joined(separator: "\n")
    }

    private static func number(_ value: JSONValue?) -> String {
        guard case .number(let number)? = value else { return "0" }
        return number.literal
    }
}
