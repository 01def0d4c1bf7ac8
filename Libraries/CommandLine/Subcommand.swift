/// One command of a program.
///
/// Its parsing, its help, its completion, its part of the manual page and its part of the JSON description all come
/// from this value. An example:
///
///     Subcommand("log verify", "Checks the log.", options: [.flag("quiet", "print nothing")])
public struct Subcommand: Sendable {
    /// An argument by position.
    public struct Argument: Sendable {
        /// How many values an argument has.
        public enum Arity: String, Sendable {
            /// Exactly one value.
            case one
            /// No value or one.
            case optional
            /// Any number of values, also none.
            case many
        }
        /// The name that the help shows, in upper case.
        public let name: String
        /// One line for the help.
        public let summary: String
        /// How many values it has.
        public let arity: Arity
        /// The only values that it accepts; empty for any value.
        public let choices: [String]

        /// Declares an argument that is required unless `arity` says otherwise.
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
        /// The name of the value in the help; nil for a flag.
        public let placeholder: String?
        /// One line for the help.
        public let summary: String
        /// The only values that it accepts; empty for any value.
        public let choices: [String]
        /// True for an option that may occur several times on one command line.
        public let isRepeated: Bool

        /// Declares an option with a value, `--name VALUE` or `--name=VALUE`.
        public static func value(
            _ name: String, _ placeholder: String, _ summary: String, choices: [String] = [], isRepeated: Bool = false
        ) -> Option {
            Option(name: name, placeholder: placeholder, summary: summary, choices: choices, isRepeated: isRepeated)
        }

        /// Declares a flag, `--name`.
        public static func flag(_ name: String, _ summary: String) -> Option {
            Option(name: name, placeholder: nil, summary: summary, choices: [], isRepeated: false)
        }

        var usage: String { "--\(name)\(placeholder.map { " \($0)" } ?? "")" }
    }

    /// The name, as typed; several words for a command in a group, such as `log verify`.
    public let name: String
    /// One line for the help.
    public let summary: String
    /// A paragraph for the command's help and the manual; empty where there is nothing more to say.
    public let notes: String
    /// The arguments; only the last one may be optional or many.
    public let arguments: [Argument]
    /// The options.
    public let options: [Option]
    /// Command lines that show the use.
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

/// A parsed command line.
public struct Invocation: Sendable {
    /// The command to run.
    public let command: Subcommand
    /// The arguments by position, in order.
    public let arguments: [String]
    /// All values of each option that was given, by its name, in the order of the command line.
    public let allValues: [String: [String]]
    /// The flags that were given.
    public let flags: Set<String>

    /// The last value of each option that was given, by its name.
    public var values: [String: String] { allValues.compactMapValues(\.last) }
}

/// A usage error on the command line.
///
/// The program exits with code 64, `EX_USAGE` of `sysexits.h`.
public struct UsageError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what to type instead.
    public let description: String

    /// Describes a usage error.
    public init(_ description: String) {
        self.description = description
    }
}
