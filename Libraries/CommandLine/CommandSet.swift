import Text

/// A command-line program with commands, options and help.
///
/// The program declares its commands once. From that this type parses command lines, prints help, prints completion
/// scripts for bash, zsh and fish (`completion SHELL`), the page of the manual (`man`) and a JSON description
/// (`help --json`).
public struct CommandSet: Sendable {
    /// What the program has to do for a command line.
    public enum Request: Sendable {
        /// Run a command.
        case run(Invocation)
        /// Print this text on standard output and exit with 0.
        case print(String)
    }

    let program: String
    let version: String
    let summary: String
    let commands: [Subcommand]
    /// Options that every command accepts.
    let globals: [Subcommand.Option]
    /// Further sections of the manual page, such as exit codes, environment and files, in order.
    let manual: [(heading: String, lines: [(String, String)])]

    /// The commands that this type adds to every program.
    private static let tools = [
        Subcommand(
            "completion", "Prints a script that completes commands, options and values.",
            arguments: [Subcommand.Argument("SHELL", "the shell", choices: ["bash", "zsh", "fish"])]),
        Subcommand("man", "Prints the page of the manual, for `man -l -`."),
    ]

    /// Declares a program.
    ///
    /// - Parameters:
    ///   - program: the name, as typed.
    ///   - version: printed for `--version`.
    ///   - summary: one line for the help.
    ///   - commands: in the order in which the help lists them; `completion` and `man` are added at the end.
    ///   - globals: options that every command accepts.
    ///   - manual: further sections of the manual page, each with terms and their explanations.
    public init(
        _ program: String, version: String, _ summary: String, commands: [Subcommand],
        globals: [Subcommand.Option] = [],
        manual: [(heading: String, lines: [(String, String)])] = []
    ) {
        self.program = program
        self.version = version
        self.summary = summary
        self.commands = commands + Self.tools
        self.globals = globals
        self.manual = manual
    }

    /// Parses a command line.
    ///
    /// An empty command line asks for help. Options of every command may also stand before the command.
    ///
    /// - Parameter words: the arguments of the process without the program's name.
    /// - Throws: `UsageError` with one sentence that names the command, option or value that is wrong.
    public func parse(_ words: [String]) throws(UsageError) -> Request {
        guard let first = words.first, first != "--help", first != "-h", words != ["help"] else { return .print(help) }
        if ["--version", "-v", "-V"].contains(first) || words == ["version"] {
            return .print("\(program) \(version)\n")
        }
        if words == ["help", "--json"] { return .print(json) }
        let isHelp = first == "help"
        var rest = isHelp ? Array(words.dropFirst()) : words
        // Options of every command may stand before the command.
        var front: [String] = []
        while let word = rest.first,
            let option = globals.first(where: { word == "--\($0.name)" || word.hasPrefix("--\($0.name)=") })
        {
            let count = option.placeholder == nil || word.contains("=") ? 1 : 2
            guard rest.count > count else { throw UsageError("a command is missing. See `\(program) --help`.") }
            front += rest.prefix(count)
            rest.removeFirst(count)
        }
        // Of a command and one whose name goes on where it ends, the longer name is meant.
        let named = commands.filter { rest.starts(with: $0.words) }
        guard let command = named.max(by: { $0.words.count < $1.words.count }) else {
            if let group = group(rest),
                isHelp || rest.dropFirst(group.words).contains(where: { $0 == "--help" || $0 == "-h" })
            {
                return .print(help(ofGroup: group.name))
            }
            throw unknown(rest)
        }
        if isHelp { return .print(help(of: command)) }
        let request = try parse(command, front + rest.dropFirst(command.words.count))
        guard case .run(let invocation) = request else { return request }
        switch command.name {
        case "completion": return .print(completion(for: invocation.arguments[0]))
        case "man": return .print(man)
        default: return request
        }
    }

    /// The longest prefix of the words, at most two, that names a group of commands.
    private func group(_ words: [String]) -> (name: String, words: Int)? {
        for count in stride(from: min(2, words.count), to: 0, by: -1) {
            let name = Array(words.prefix(count))
            if commands.contains(where: { $0.words.count > count && $0.words.starts(with: name) }) {
                return (name.joined(separator: " "), count)
            }
        }
        return nil
    }

    private func unknown(_ words: [String]) -> UsageError {
        guard let group = group(words) else {
            let known = Set(commands.map { $0.words[0] }).sorted()
            let typed = words.first ?? ""
            // Other programs have such commands without a group.
            let meant = commands.filter { $0.words.count > 1 && $0.words.last == typed }.map(\.name)
            if let first = meant.first {
                let others = meant.dropFirst().map { ", or `\(program) \($0)`" }.joined()
                return UsageError("there is no command '\(typed)'; it is `\(program) \(first)`\(others).")
            }
            return UsageError(
                "there is no command '\(typed)'.\(Self.didYouMean(typed, known)) See `\(program) --help`.")
        }
        let members = commands.filter { $0.name.hasPrefix("\(group.name) ") }
        let next = members.map { $0.words[group.words] }
        let known = next.enumerated().filter { !next[..<$0.offset].contains($0.element) }.map(\.element)
        guard words.count > group.words else {
            return UsageError(
                "`\(program) \(group.name)` needs one of \(known.joined(separator: ", ")). See `\(program) help \(group.name)`."
            )
        }
        let typed = words[group.words]
        return UsageError(
            "`\(program) \(group.name)` has no command '\(typed)'.\(Self.didYouMean(typed, known)) There are "
                + "\(known.joined(separator: ", ")).")
    }

    /// A hint such as " Did you mean 'status'?"; empty where no other known word is near.
    public static func didYouMean(_ typed: String, _ known: [String]) -> String {
        Spelling.nearest(to: typed, among: known).map { " Did you mean '\($0)'?" } ?? ""
    }

    private func parse(_ command: Subcommand, _ words: [String]) throws(UsageError) -> Request {
        var arguments: [String] = []
        var values: [String: [String]] = [:]
        var flags: Set<String> = []
        var index = 0
        var onlyArguments = false
        let options = command.options + globals
        while index < words.count {
            let word = words[index]
            index += 1
            if onlyArguments || !word.hasPrefix("-") || word == "-" {
                arguments.append(word)
                continue
            }
            if word == "--" {
                onlyArguments = true
                continue
            }
            if word == "--help" || word == "-h" { return .print(help(of: command)) }
            let parts = word.drop { $0 == "-" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts.first ?? "")
            guard word.hasPrefix("--"), let option = options.first(where: { $0.name == name }) else {
                let hint = Self.didYouMean(name, options.map(\.name)).replacing("'", with: "`")
                throw UsageError(
                    "`\(program) \(command.name)` has no option \(parts.first.map { "--\($0)" } ?? word).\(hint)")
            }
            guard option.placeholder != nil else {
                guard parts.count == 1 else { throw UsageError("--\(name) takes no value.") }
                flags.insert(name)
                continue
            }
            guard values[name] == nil || option.isRepeated else { throw UsageError("--\(name) stands twice.") }
            let value: String
            if parts.count == 2 {
                value = String(parts[1])
            } else {
                guard index < words.count else { throw UsageError("--\(name) needs a value.") }
                value = words[index]
                index += 1
            }
            try Self.check(value, of: "--\(name)", option.choices)
            values[name, default: []].append(value)
        }
        try check(arguments, command)
        return .run(Invocation(command: command, arguments: arguments, allValues: values, flags: flags))
    }

    private func check(_ arguments: [String], _ command: Subcommand) throws(UsageError) {
        let required = command.arguments.filter { $0.arity == .one }
        if arguments.count < required.count {
            let missing = required[arguments.count]
            throw UsageError("`\(program) \(command.name)` needs \(missing.name): \(missing.summary).")
        }
        let isOpen = command.arguments.last?.arity == .many
        if arguments.count > command.arguments.count && !isOpen {
            throw UsageError("`\(program) \(command.name)` does not take '\(arguments[command.arguments.count])'.")
        }
        for (argument, value) in zip(command.arguments, arguments) {
            try Self.check(value, of: argument.name, argument.choices)
        }
    }

    private static func check(_ value: String, of name: String, _ choices: [String]) throws(UsageError) {
        guard !choices.isEmpty, !choices.contains(value) else { return }
        throw UsageError(
            "\(name) is '\(value.prefix(64))'; it has to be one of \(choices.joined(separator: ", ")).\(didYouMean(value, choices))"
        )
    }
}
