/// Output for shells, `man` and other programs.
extension CommandSet {
    /// All commands with their arguments and options as one JSON document.
    var json: String {
        func quoted(_ text: String) -> String {
            var quoted = "\""
            for scalar in text.unicodeScalars {
                switch scalar {
                case "\"": quoted += "\\\""
                case "\\": quoted += "\\\\"
                case "\n": quoted += "\\n"
                default: quoted.unicodeScalars.append(scalar)
                }
            }
            return quoted + "\""
        }
        func list(_ elements: [String]) -> String { "[\(elements.joined(separator: ","))]" }
        func option(_ option: Subcommand.Option) -> String {
            let value = option.placeholder.map(quoted) ?? "null"
            return "{\"choices\":\(list(option.choices.map(quoted))),\"name\":\(quoted(option.name)),"
                + "\"repeated\":\(option.isRepeated),\"summary\":\(quoted(option.summary)),\"value\":\(value)}"
        }
        let commands = commands.map { command in
            let arguments = command.arguments.map { argument in
                "{\"arity\":\(quoted(argument.arity.rawValue)),\"choices\":\(list(argument.choices.map(quoted))),"
                    + "\"name\":\(quoted(argument.name)),\"summary\":\(quoted(argument.summary))}"
            }
            return "{\"arguments\":\(list(arguments)),\"examples\":\(list(command.examples.map(quoted))),"
                + "\"name\":\(quoted(command.name)),\"notes\":\(quoted(command.notes)),"
                + "\"options\":\(list(command.options.map(option))),\"summary\":\(quoted(command.summary))}"
        }
        return "{\"commands\":\(list(commands)),\"options\":\(list(globals.map(option))),"
            + "\"program\":\(quoted(program)),\"summary\":\(quoted(summary)),\"version\":\(quoted(version))}\n"
    }

    // MARK: The manual

    /// The page of the manual in the markup of `man(7)`.
    var man: String {
        func escaped(_ text: String) -> String {
            // Characters that `man` would print as typographic ones, such as a curly quote in place of a typed quote.
            let safe = text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("'", with: "\\(aq")
                .replacing("^", with: "\\(ha").replacing("~", with: "\\(ti").replacing("`", with: "\\(ga")
            // A line that begins with a dot would be a command of the markup.
            let ascii = safe.unicodeScalars.map { scalar in
                scalar.isASCII
                    ? String(scalar) : "\\[u\(String(scalar.value + 0x1_0000, radix: 16, uppercase: true).suffix(4))]"
            }.joined()
            return ascii.hasPrefix(".") ? "\\&\(ascii)" : ascii
        }
        func entry(_ term: String, _ text: String) -> String { ".TP\n\\fB\(escaped(term))\\fR\n\(escaped(text))\n" }
        var page = ".TH \(program.uppercased()) 1 \"\" \"\(program) \(version)\"\n"
        page += ".SH NAME\n\(escaped(program)) \\- \(escaped(summary))\n"
        page += ".SH SYNOPSIS\n\\fB\(escaped(program))\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n.SH COMMANDS\n"
        for command in commands {
            page += ".SS \(escaped(usage(command)))\n\(escaped(command.summary))\n"
            if !command.notes.isEmpty { page += ".PP\n\(escaped(command.notes))\n" }
            for argument in command.arguments {
                page += entry(argument.name, Self.summary(argument.summary, argument.choices))
            }
            for option in command.options { page += entry(option.usage, Self.summary(option.summary, option.choices)) }
            guard !command.examples.isEmpty else { continue }
            page += ".PP\nExamples:\n.nf\n" + command.examples.map { "    \(escaped($0))\n" }.joined() + ".fi\n"
        }
        if !globals.isEmpty {
            page += ".SH OPTIONS OF EVERY COMMAND\n"
            for option in globals { page += entry(option.usage, Self.summary(option.summary, option.choices)) }
        }
        for section in manual {
            page += ".SH \(escaped(section.heading.uppercased()))\n"
            for (term, text) in section.lines { page += entry(term, text) }
        }
        return page
    }

    // MARK: Completion

    func completion(for shell: String) -> String {
        switch shell {
        case "zsh": zsh
        case "fish": fish
        default: bash
        }
    }

    /// The words that may follow each beginning of a command, such as `log` and then `verify`.
    private var nodes: [(path: String, next: [String])] {
        var nodes: [(path: String, next: [String])] = []
        for command in commands {
            for (index, word) in command.words.enumerated() {
                let path = command.words[..<index].joined(separator: " ")
                if let known = nodes.firstIndex(where: { $0.path == path }) {
                    if !nodes[known].next.contains(word) { nodes[known].next.append(word) }
                } else {
                    nodes.append((path, [word]))
                }
            }
        }
        return nodes
    }

    private func words(after command: Subcommand) -> [String] {
        (command.options + globals).map { "--\($0.name)" } + ["--help"] + (command.arguments.first?.choices ?? [])
    }

    /// The part of the script that bash and zsh share.
    ///
    /// It skips options and their values, joins the other words to a path, and looks up the candidates of the longest
    /// command that the path begins with.
    ///
    /// - Parameters:
    ///   - words: how the shell loops over the words before the current one.
    ///   - word: the shell expression for the word at `index`.
    private func choosing(_ words: String, word: String) -> String {
        let valued = Set((commands.flatMap(\.options) + globals).filter { $0.placeholder != nil }.map(\.name)).sorted()
        var text = """
                for ((\(words); index++)); do
                    word=\(word)
                    case $word in
                        \(valued.map { "--\($0)" }.joined(separator: "|"))) index=$((index + 1)) ;;
                        -*) ;;
                        *) typed_path="$typed_path${typed_path:+ }$word" ;;
                    esac
                done
                case $typed_path in

            """
        for node in nodes { text += "        '\(node.path)') candidates='\(node.next.joined(separator: " "))' ;;\n" }
        for command in commands {
            let next = self.words(after: command).joined(separator: " ")
            text += "        '\(command.name)'|'\(command.name) '*) candidates='\(next)'\n"
            let choosing = command.options.filter { !$0.choices.isEmpty }
            if !choosing.isEmpty {
                text += "            case $previous in\n"
                for option in choosing {
                    text +=
                        "                --\(option.name)) candidates='\(option.choices.joined(separator: " "))' ;;\n"
                }
                text += "            esac\n"
            }
            text += "            takes_files=yes ;;\n"
        }
        return text + "    esac\n"
    }

    private var function: String { "_\(program.replacing("-", with: "_"))" }

    private var bash: String {
        """
        # Completion of \(program). In bash: source <(\(program) completion bash)
        \(function)() {
            # By spaces alone: in the shell's own words an address is several.
            local line=${COMP_LINE:0:COMP_POINT} current= previous= typed_path= candidates= takes_files= index word
            local -a typed
            read -ra typed <<< "$line"
            [[ $line = *[[:space:]] ]] && typed+=("")
            local last=$((${#typed[@]} - 1))
            current=${typed[last]}
            # What is quoted is left to the shell.
            case $line in *\\\\*|*\\\"*|*\\'*) current=${COMP_WORDS[COMP_CWORD]} ;; esac
            [ "$last" -gt 0 ] && previous=${typed[last-1]}
        \(choosing("index = 1; index < last", word: "${typed[index]}"))
            COMPREPLY=($(compgen -W "$candidates" -- "$current"))
            # Where a command takes arguments, files may be among them.
            if [ -n "$takes_files" ] && [ ${#COMPREPLY[@]} -eq 0 ]; then
                mapfile -t COMPREPLY < <(compgen -f -- "$current")
                compopt -o filenames 2> /dev/null
            fi
            # The shell replaces its own word, which is the end of ours where that has a ':' or '=' in it.
            if [ ${#COMP_WORDS[@]} -gt 0 ]; then
                word=${COMP_WORDS[COMP_CWORD]}
                [ "$current" != "$word" ] && COMPREPLY=("${COMPREPLY[@]#"${current%"$word"}"}")
            fi
            return 0
        }
        complete -F \(function) \(program)

        """
    }

    private var zsh: String {
        """
        #compdef \(program)
        # Completion of \(program). In zsh: source <(\(program) completion zsh)
        \(function)() {
            local previous=${words[CURRENT-1]} typed_path= candidates= takes_files= index word
        \(choosing("index = 2; index < CURRENT", word: "${words[index]}"))
            compadd -- ${=candidates}
            [ -n "$takes_files" ] && _files
            return 0
        }
        if [ "${funcstack[1]}" = "\(function)" ]; then \(function) "$@"; else compdef \(function) \(program); fi

        """
    }

    private var fish: String {
        func quoted(_ text: String) -> String { "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'" }
        let path = "__\(program.replacing("-", with: "_"))_path"
        var text = """
            # Completion of \(program). In fish: \(program) completion fish | source
            function \(path)
                set -l plain
                for word in (commandline -opc)[2..-1]
                    string match -q -- '-*' $word; or set -a plain $word
                end
                echo "$plain"
            end
            complete -c \(program) -f

            """
        for node in nodes {
            for word in node.next {
                let whole = node.path.isEmpty ? word : "\(node.path) \(word)"
                let about = commands.first { $0.name == whole }?.summary ?? "\(whole) …"
                text += "complete -c \(program) -n 'test (\(path)) = \"\(node.path)\"' -a \(word) -d \(quoted(about))\n"
            }
        }
        for command in commands {
            let condition = "-n 'string match -q -- \"\(command.name)*\" (\(path))'"
            for option in command.options + globals {
                var line = "complete -c \(program) \(condition) -l \(option.name) -d \(quoted(option.summary))"
                if option.placeholder != nil { line += option.choices.isEmpty ? " -r -F" : " -x" }
                if !option.choices.isEmpty { line += " -a \(quoted(option.choices.joined(separator: " ")))" }
                text += line + "\n"
            }
            for choice in command.arguments.first?.choices ?? [] {
                text += "complete -c \(program) \(condition) -a \(choice)\n"
            }
            if command.arguments.contains(where: { $0.choices.isEmpty }) {
                text += "complete -c \(program) \(condition) -F\n"
            }
        }
        return text
    }
}
