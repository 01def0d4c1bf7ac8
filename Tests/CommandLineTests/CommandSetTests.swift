import CommandLine
import Foundation
import Testing

@Suite struct CommandSetTests {
    private let commands = CommandSet(
        "tool", version: "1.2.3", "does things",
        commands: [
            Subcommand(
                "agent publish", "Publishes.", notes: "It's quick.",
                arguments: [Subcommand.Argument("PATH", "a folder", .optional)],
                options: [
                    .flag("dry-run", "send nothing"), .value("tag", "WORD", "a word", isRepeated: true),
                    .value("sort", "ORDER", "the order", choices: ["name", "stars"]),
                ], examples: ["tool agent publish ."]),
            Subcommand(
                "agent owner add", "Adds.",
                arguments: [Subcommand.Argument("A", "one"), Subcommand.Argument("B", "more", .many)]),
            Subcommand("run", "Runs.", arguments: [Subcommand.Argument("NAME", "a name")]),
        ], globals: [.flag("json", "as JSON"), .value("registry", "URL", "where")],
        manual: [("Exit codes", [("0", "fine")])])

    private func run(_ line: String) throws -> Invocation {
        guard case .run(let invocation) = try commands.parse(line.split(separator: " ").map(String.init)) else {
            throw UsageError("nothing is run")
        }
        return invocation
    }

    private func printed(_ line: String) throws -> String {
        guard case .print(let text) = try commands.parse(line.split(separator: " ").map(String.init)) else {
            throw UsageError("nothing is printed")
        }
        return text
    }

    @Test func readsArgumentsOptionsAndFlagsInAnyOrder() throws {
        let invocation = try run(
            "--json agent publish --tag a folder --tag=b --dry-run --registry http://x --sort name")
        #expect(invocation.command.name == "agent publish")
        #expect(invocation.arguments == ["folder"])
        #expect(invocation.allValues["tag"] == ["a", "b"])
        #expect(invocation.values["registry"] == "http://x")
        // In front of the command an option may have its value behind an equals sign as well.
        #expect(try run("--registry=http://y run n").values["registry"] == "http://y")
        #expect(invocation.flags == ["json", "dry-run"])
        #expect(try run("agent owner add -- --a -b c").arguments == ["--a", "-b", "c"])
        #expect(try run("run -").arguments == ["-"])
    }

    /// A command may have the words of another one and more.
    @Test func theLongerNameIsMeant() throws {
        let commands = CommandSet(
            "tool", version: "1", "does things",
            commands: [
                Subcommand("run", "Runs.", arguments: [Subcommand.Argument("NAME", "a name", .many)]),
                Subcommand("run status", "Says.", options: [.flag("json", "as JSON")]),
            ])
        func command(_ words: String...) throws -> String? {
            guard case .run(let invocation) = try commands.parse(words) else { return nil }
            return "\(invocation.command.name): \(invocation.arguments)"
        }
        #expect(try command("run", "status", "--json") == "run status: []")
        #expect(try command("run", "a", "status") == "run: [\"a\", \"status\"]")
        #expect(try command("run") == "run: []")
    }

    @Test(arguments: [
        ("agent publsh", "Did you mean 'publish'?"), ("agnet publish", "Did you mean 'agent'?"),
        ("agent", "needs one of publish, owner"), ("agent owner", "needs one of add"), ("nope", "no command 'nope'"),
        ("agent publish --tga x", "Did you mean `tag`?"), ("agent publish --sort x", "one of name, stars"),
        ("agent publish --sort", "needs a value"), ("agent publish --dry-run=1", "takes no value"),
        ("agent publish --sort name --sort name", "stands twice"), ("agent publish a b", "does not take 'b'"),
        ("run", "needs NAME: a name"), ("run -x", "no option --x"), ("--json", "a command is missing"),
    ])
    func saysWhatIsWrong(_ line: String, _ words: String) {
        let error = #expect(throws: UsageError.self) { try commands.parse(line.split(separator: " ").map(String.init)) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: ["", "--help", "-h", "help"])
    func helpListsAllCommands(_ line: String) throws {
        let text = try printed(line)
        for name in ["agent publish", "agent owner add", "run", "completion", "man", "--registry URL"] {
            #expect(text.contains(name))
        }
    }

    @Test(arguments: ["help agent publish", "agent publish --help", "agent publish x -h"])
    func helpOfACommandHasItsExamples(_ line: String) throws {
        let text = try printed(line)
        for word in [
            "tool agent publish [PATH] [OPTIONS]", "--sort ORDER", "name, stars", "  tool agent publish .",
            "It's quick.",
        ] {
            #expect(text.contains(word), "\(word)")
        }
    }

    @Test func theTreeIsJSON() throws {
        let tree = try #require(
            try JSONSerialization.jsonObject(with: Data(try printed("help --json").utf8)) as? [String: Any])
        let all = try #require(tree["commands"] as? [[String: Any]])
        #expect(
            all.compactMap { $0["name"] as? String } == [
                "agent publish", "agent owner add", "run", "completion", "man",
            ])
        #expect((all[0]["options"] as? [[String: Any]])?.last?["choices"] as? [String] == ["name", "stars"])
        #expect(tree["version"] as? String == "1.2.3")
    }

    @Test func thePageOfTheManualHasEveryCommand() throws {
        let page = try printed("man")
        #expect(page.hasPrefix(".TH TOOL 1"))
        for line in [".SS tool agent publish [PATH] [OPTIONS]", "\\fB\\-\\-sort ORDER\\fR", ".SH EXIT CODES"] {
            #expect(page.contains(line), "\(line)")
        }
    }

    /// The script that bash reads gives what may come next.
    @Test(arguments: [
        ("tool ", "agent completion man run"), ("tool ag", "agent"), ("tool agent ", "owner publish"),
        ("tool agent owner ", "add"), ("tool agent publish --s", "--sort"),
        ("tool agent publish --sort ", "name stars"),
        ("tool completion ", "--help --json --registry bash fish zsh"), ("tool --registry http://h:1 agent o", "owner"),
    ])
    func bashCompletes(_ line: String, _ wanted: String) throws {
        let script =
            try printed("completion bash") + """

                COMP_LINE='\(line)'
                COMP_POINT=${#COMP_LINE}
                _tool
                printf '%s\\n' "${COMPREPLY[@]}" | sort | tr '\\n' ' '
                """
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", script]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let found = text.split(separator: " ").map(String.init).sorted()
        #expect(found == wanted.split(separator: " ").map(String.init).sorted())
    }

    @Test(arguments: ["zsh", "fish"])
    func otherShellsGetEveryCommandToo(_ shell: String) throws {
        let script = try printed("completion \(shell)")
        for word in ["publish", "owner", "completion", "sort", "stars"] { #expect(script.contains(word)) }
    }
}
