extension CommandSet {
    var help: String {
        var text = "\(program) \(version): \(summary)\n\nUsage: \(program) COMMAND [OPTIONS]\n\nCommands:\n"
        text += table(commands.map { ($0.name, $0.summary) })
        text += optionTable("Options of every command", globals)
        return text + "\n`\(program) help COMMAND` says more about each.\n"
    }

    func help(ofGroup group: String) -> String {
        let members = commands.filter { $0.name.hasPrefix("\(group) ") }
        return "Usage: \(program) \(group) COMMAND [OPTIONS]\n\nCommands:\n"
            + table(members.map { ($0.name, $0.summary) })
            + "\n`\(program) help \(group) COMMAND` says more about each.\n"
    }

    func help(of command: Subcommand) -> String {
        var text = "\(command.summary)\n\nUsage: \(usage(command))\n"
        if !command.notes.isEmpty { text += "\n\(command.notes)\n" }
        let arguments = command.arguments.map { ($0.name, Self.summary($0.summary, $0.choices)) }
        if !arguments.isEmpty { text += "\nArguments:\n" + table(arguments) }
        text += optionTable("Options", command.options)
        text += optionTable("Options of every command", globals)
        if !command.examples.isEmpty {
            text += "\nExamples:\n" + command.examples.map { "  \($0)\n" }.joined()
        }
        return text
    }

    func usage(_ command: Subcommand) -> String {
        ([program, command.name] + command.arguments.map(\.usage) + ["[OPTIONS]"]).joined(separator: " ")
    }

    static func summary(_ summary: String, _ choices: [String]) -> String {
        choices.isEmpty ? summary : "\(summary): \(choices.joined(separator: ", "))"
    }

    private func optionTable(_ heading: String, _ options: [Subcommand.Option]) -> String {
        guard !options.isEmpty else { return "" }
        return "\n\(heading):\n" + table(options.map { ($0.usage, Self.summary($0.summary, $0.choices)) })
    }

    private func table(_ rows: [(String, String)]) -> String {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { "  \($0)\(String(repeating: " ", count: width - $0.count))  \($1)\n" }.joined()
    }
}
