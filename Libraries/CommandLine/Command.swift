/// A command declared once: its parsing and its help both come from this value.
public struct Command: Sendable {
    /// An option, `--name VALUE`, or a flag, `--name`.
    public struct Option: Sendable {
        /// The name without dashes.
        public let name: String
        /// What stands for the value in the help; nil for a flag.
        public let placeholder: String?
        /// One line for the help.
        public let summary: String

        /// An option that takes a value.
        public static func value(_ name: String, _ placeholder: String, _ summary: String) -> Option {
            Option(name: name, placeholder: placeholder, summary: summary)
        }

        /// An option that is there or not.
        public static func flag(_ name: String, _ summary: String) -> Option {
            Option(name: name, placeholder: nil, summary: summary)
        }
    }

    /// The name, as typed; of a command in a group two words, such as `log verify`.
    public let name: String
    /// One line for the help.
    public let summary: String
    /// The names of the arguments, in upper case; one that ends in `…` may come any number of times.
    public let arguments: [String]
    /// The options.
    public let options: [Option]
    /// Command lines that show the use.
    public let examples: [String]

    /// Declares a command.
    public init(
        _ name: String, _ summary: String, arguments: [String] = [], options: [Option] = [], examples: [String] = []
    ) {
        self.name = name
        self.summary = summary
        self.arguments = arguments
        self.options = options
        self.examples = examples
    }
}

/// What stood on the command line.
public struct Invocation: Sendable {
    /// The command.
    public let command: Command
    /// The arguments in order.
    public let arguments: [String]
    /// The values of the options that were given.
    public let values: [String: String]
    /// The flags that were given.
    public let flags: Set<String>
}

/// A command line that can't be followed; exit code 64.
public struct UsageError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what would be right.
    public let description: String

    /// States a fault.
    public init(_ description: String) {
        self.description = description
    }
}

/// A program with commands.
public struct CommandSet: Sendable {
    /// What a command line asks for.
    public enum Request: Sendable {
        /// To run a command.
        case run(Invocation)
        /// To print this text and end with success.
        case print(String)
    }

    private let program: String
    private let version: String
    private let summary: String
    private let commands: [Command]

    /// Declares a program.
    public init(_ program: String, version: String, _ summary: String, commands: [Command]) {
        self.program = program
        self.version = version
        self.summary = summary
        self.commands = commands
    }

    /// Reads a command line without the program's name.
    public func parse(_ words: [String]) throws(UsageError) -> Request {
        guard let first = words.first, first != "--help", first != "-h", first != "help" || words.count > 1 else {
            return .print(help)
        }
        if first == "--version" { return .print("\(program) \(version)\n") }
        let rest = first == "help" ? Array(words.dropFirst()) : words
        let named = commands.lazy.map { ($0, $0.name.split(separator: " ").map(String.init)) }
        guard let (command, name) = named.first(where: { rest.starts(with: $0.1) }) else {
            let group = named.filter { $0.1.count > 1 && $0.1.first == rest.first }.map { "`\(program) \($0.0.name)`" }
            if !group.isEmpty { throw UsageError("there is \(group.joined(separator: ", ")).") }
            throw UsageError("there is no command '\(rest.first ?? "")'. See `\(program) --help`.")
        }
        if first == "help" { return .print(help(of: command)) }
        return try parse(command, Array(rest.dropFirst(name.count)))
    }

    private func parse(_ command: Command, _ words: [String]) throws(UsageError) -> Request {
        var arguments: [String] = []
        var values: [String: String] = [:]
        var flags: Set<String> = []
        var index = 0
        var onlyArguments = false
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
            guard word.hasPrefix("--"), let option = command.options.first(where: { $0.name == name }) else {
                throw UsageError("`\(program) \(command.name)` has no option \(parts.first.map { "--\($0)" } ?? word).")
            }
            if option.placeholder == nil {
                guard parts.count == 1 else { throw UsageError("--\(name) takes no value.") }
                flags.insert(name)
            } else {
                guard values[name] == nil else { throw UsageError("--\(name) stands twice.") }
                if parts.count == 2 {
                    values[name] = String(parts[1])
                } else {
                    guard index < words.count else { throw UsageError("--\(name) needs a value.") }
                    values[name] = words[index]
                    index += 1
                }
            }
        }
        let isOpen = command.arguments.last?.hasSuffix("…") ?? false
        let required = command.arguments.filter { !$0.hasSuffix("…") }
        if arguments.count < required.count {
            throw UsageError("`\(program) \(command.name)` needs \(required[arguments.count]).")
        }
        if arguments.count > required.count && !isOpen {
            throw UsageError("`\(program) \(command.name)` does not take '\(arguments[required.count])'.")
        }
        return .run(Invocation(command: command, arguments: arguments, values: values, flags: flags))
    }

    private var help: String {
        var text = "\(program) \(version): \(summary)\n\nUsage: \(program) COMMAND [OPTIONS]\n\nCommands:\n"
        text += table(commands.map { ($0.name, $0.summary) })
        return text + "\n`\(program) COMMAND --help` says more about each.\n"
    }

    private func help(of command: Command) -> String {
        let arguments = command.arguments.map { " \($0)" }.joined()
        var text = "\(command.summary)\n\nUsage: \(program) \(command.name)\(arguments) [OPTIONS]\n"
        if !command.options.isEmpty {
            text += "\nOptions:\n"
            text += table(command.options.map { ("--\($0.name)\($0.placeholder.map { " \($0)" } ?? "")", $0.summary) })
        }
        if !command.examples.isEmpty {
            text += "\nExamples:\n" + command.examples.map { "  \($0)\n" }.joined()
        }
        return text
    }

    private func table(_ rows: [(String, String)]) -> String {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { "  \($0)\(String(repeating: " ", count: width - $0.count))  \($1)\n" }.joined()
    }
}
