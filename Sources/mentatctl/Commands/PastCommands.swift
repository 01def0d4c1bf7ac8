import CommandLine
import Contract
import Events
import JSON
import LocalRegistry
import Manifest
import RegistryClient

/// What happened to an agent, and what a bad version did.
enum PastCommands {
    static let all = [history, exposure]

    private static let history = RunnableCommand(
        Subcommand(
            "agent history", "Lists what happened to an agent, in order.",
            notes: "Each line has the position of its entry: `--as-of POSITION` shows the agent right after it.",
            arguments: [AgentCommands.agent],
            examples: ["mentatctl agent history mentatlab.word-count"])
    ) { context in
        let (id, registry) = (try context.agent(), try await context.registry())
        let items = try await context.allPages(of: "entries") { cursor in
            let query = AgentPageParameters(id: id.key, limit: 100, cursor: cursor)
            let page = try await registry.about(id) { try await registry.send(Endpoints.showHistory, query).value }
            return (page.history, page.pagination)
        }
        return Report(History(id: id.key, history: items), lines: { $0.history.map { "\($0.position)" } }) {
            history, style in
            style.table(
                ["POSITION", "TIME", "WHAT", "BY"],
                history.history.map { item in
                    ["\(item.position)", "\(item.time)", phrase(item), (item.actor?.username).shown]
                })
        }
    }

    /// A happening in a few words: its type, and what tells it from others.
    private static func phrase(_ item: HistoryItem) -> String {
        let type = item.type.split(separator: ".").dropFirst().first.map(String.init) ?? item.type
        let data = try? JSONValue(item.data.bytes)
        let words = ["version", "role", "user", "replacement", "reason", "sha256"].compactMap { data?[$0]?.string }
        let note = item.note.map { "\"\($0)\"" }
        return ([type] + words + (note.map { [$0] } ?? [])).map(\.shown).joined(separator: " ")
    }

    private static let exposure = RunnableCommand(
        Subcommand(
            "agent exposure", "Shows when a version could be had, how many took it, and what it newly asked for.",
            notes:
                "A version is resolvable while a range or `latest` can lead to it, and downloadable while its number can.",
            arguments: [
                Subcommand.Argument(
                    "AGENT[@VERSION]", "an agent and a version; the one that is shown where none is named")
            ],
            examples: ["mentatctl agent exposure mentatlab.word-count@1.0.0"])
    ) { context in
        let (reference, registry) = (try context.reference(), try await context.registry())
        let version = try reference.version.map { _ throws(Failure) in try reference.exactVersion() }
        let page = try await registry.about(reference.id) {
            try await registry.send(Endpoints.showExposure, VersionQuery(id: reference.id.key, version: version)).value
        }
        return Report(page, lines: { $0.resolvable.map { "\($0.from) \($0.until?.description ?? "")" } }, text: show)
    }

    @Sendable private static func show(_ page: ExposurePage, _ style: Style) -> String {
        var lines = [style.bold("\(page.id) \(page.version.shown)")]
        func add(_ name: String, _ spans: [SpanBody]) {
            for span in spans {
                let end = span.until.map { "\((span.ended?.description).shown) (\($0))" } ?? "now"
                lines.append("\(name) \(span.since) (\(span.from)) to \(end)")
            }
            if spans.isEmpty { lines.append("\(name) never") }
        }
        add("resolvable  ", page.resolvable)
        add("downloadable", page.downloadable)
        if let count = page.spansLeftOut { lines.append("\(count) times in the middle are not listed") }
        lines.append("downloads    \(page.downloads), by at most \(page.readers) readers")
        for day in page.days { lines.append("  \(day.day.shown) \(day.downloads), \(day.readers) readers") }
        guard let news = page.news else { return (lines + ["it is the first version"]).joined(separator: "\n") }
        let against = news.against.shown
        for capability in news.capabilities {
            lines.append(style.yellow("asks for \(capability.shown); \(against) did not"))
        }
        for dependency in news.dependencies {
            lines.append(
                style.yellow("needs \(dependency.id.shown) \(dependency.range.shown); \(against) did not, or not so"))
        }
        if let other = news.otherPublisher {
            let publisher = (page.publisher?.username).shown
            lines.append(style.red("published by \(publisher); \(against) was by \(other.username.shown)"))
        }
        return lines.joined(separator: "\n")
    }
}

/// What happened to an agent.
private struct History: Body {
    let id: AgentKey
    let history: [HistoryItem]

    static let form = Form.object(
        nil, Self.init, .required("id", \.id, .agentKey), .required("history", \.history, .list(HistoryItem.form)))
}
