import CommandLine
import Contract
import Events
import RegistryClient

/// Who did what.
enum ActivityCommand {
    static let all = [activity]

    private static let activity = RunnableCommand(
        Subcommand(
            "activity",
            "Lists what you did; or who did what to an agent of yours, or what was done with a token of yours.",
            notes: "The last first. Moderators may ask about any agent, person and token.",
            options: [
                .value("agent", "AGENT", "what was done to it"), .value("user", "NAME", "what this person did"),
                .value("token", "ID", "what was done with it"), .value("since", "TIME", "from this day or time on"),
                .value("limit", "N", "how many (20)"), .value("cursor", "CURSOR", "go on where a list ended"),
            ],
            examples: ["mentatctl activity", "mentatctl activity --agent ada.hello --since 2026-11-01"])
    ) { context in
        let agent = try context.option("agent").map { text throws(Failure) in try Context.agent(text, of: "activity") }
        let since = try context.option("since").map { text throws(Failure) in
            guard let since = AsOf.beginning(text) else {
                throw Failure(
                    .usage, "usage",
                    "--since is '\(text.prefix(64))'; it has to be a day such as 2026-11-01 or a time such as 2026-11-01T12:00:00Z."
                )
            }
            return since
        }
        let query = ActivityQuery(
            agent: agent?.key, user: context.option("user"), token: context.option("token"), since: since,
            limit: try context.number("limit", 1...100) ?? 20, cursor: context.option("cursor"))
        let page = try await context.registry().send(Endpoints.showActivity, query).value
        return Report(page, lines: { $0.activity.map { "\($0.position)" } }) { page, style in
            guard !page.activity.isEmpty else { return "nothing was done" }
            let table = style.table(
                ["POSITION", "TIME", "WHAT", "TO", "BY", "TOKEN"],
                page.activity.map { deed in
                    let type = deed.type.split(separator: ".").dropLast().joined(separator: ".")
                    let words = [type, deed.detail ?? "", deed.person?.username ?? ""].filter { !$0.isEmpty }
                    let subject = deed.agent.map { "\($0)" } ?? deed.stream
                    return [
                        "\(deed.position)", "\(deed.time)", words.joined(separator: " ").shown,
                        (subject + (deed.version.map { "@\($0)" } ?? "")).shown, (deed.actor?.username).shown,
                        deed.token.shown,
                    ]
                })
            let more = page.pagination.nextCursor.map { style.dim("there are more: add --cursor '\($0.shown)'") }
            return ([table] + (more.map { [$0] } ?? [])).joined(separator: "\n")
        }
    }
}
