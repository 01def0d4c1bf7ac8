/// A command declared once: its parsing, its help, completions, its page of the manual and its place in the JSON dump
/// all come from this value.
public struct Subcommand: Sendable {
    /// What stands for an argument, and how many may come.
    public struct Argument: Sendable {
        /// How many.
        public enum Arity: String, Sendable {
            /// Just one.
            case one
            /// One or none.
            case optional
            /// Any number, also none.
            case many
        }
        /// The name, in upper case.
        public let name: String
        /// One line for the help.
        public let summary: String
        /// How many may come.
        public let arity: Arity
        /// The words that it can be; empty for anything.
        public let choices: [String]

        /// Declares an argument that has to come, unless said otherwise.
        public init(_ name: String, _ summary: String, _ arity: Arity = .one, choices: [String] = []) {
            self.name = name
            self.summary = summary
            self.arity = arity
            self.choices = choices
        }

        var usage: String {
            switch arity {
            case .one: name
            case .optional: "[\(name)]"
            case .many: "[\(name)…]"
            }
        }
    }

    /// An option, `--name VALUE`, or a flag, `--name`.
    public struct Option: Sendable {
        /// The name without dashes.
        public let name: String
        /// What stands for the value in the help; nil for a flag.
        public let placeholder: String?
        /// One line for the help.
        public let summary: String
        /// The values that it can have; empty for any.
        public let choices: [String]
        /// True where it may stand several times.
        public let isRepeated: Bool

        /// An option that takes a value.
        public static func value(
            _ name: String, _ placeholder: String, _ summary: String, choices: [String] = [], isRepeated: Bool = false
        ) -> Option {
            Option(name: name, placeholder: placeholder, summary: summary, choices: choices, isRepeated: isRepeated)
        }

        /// An option that is there or not.
        public static func flag(_ name: String, _ summary: String) -> Option {
            Option(name: name, placeholder: nil, summary: summary, choices: [], isRepeated: false)
        }

        var usage: String { "--\(name)\(placeholder.map { " \($0)" } ?? "")" }
    }

    /// The name, as typed; of a command in a group several words, such as `log verify`.
    public let name: String
    /// One line for the help.
    public let summary: String
    /// What is worth knowing besides, in a paragraph; empty where nothing is.
    public let notes: String
    /// The arguments; only the last one may be optional or many.
    public let arguments: [Argument]
    /// The options.
    public let options: [Option]
    /// Subcommand lines that show the use.
    public let examples: [String]

    /// Declares a command.
    public init(
        _ name: String, _ summary: String, notes: String = "", arguments: [Argument] = [], options: [Option] = [],
        examples: [String] = []
    ) {
        self.name = name
        self.summary = summary
        self.notes = notes
        self.arguments = arguments
        self.options = options
        self.examples = examples
    }

    var words: [String] { name.split(separator: " ").map(String.init) }
}

/// What stood on the command line.
public struct Invocation: Sendable {
    /// The command.
    public let command: Subcommand
    /// The arguments in order.
    public let arguments: [String]
    /// The values of the options that were given, in order.
    public let allValues: [String: [String]]
    /// The flags that were given.
    public let flags: Set<String>

    /// The value of each option that was given.
    public var values: [String: String] { allValues.compactMapValues(\.last) }
}

/// A command line that can't be followed; exit code 64 (`EX_USAGE` of sysexits).
public struct UsageError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what would be right.
    public let description: String

    /// States a fault.
    public init(_ description: String) {
        self.description = description
    }
}
