import JSON

extension AgentManifest {
    /// Endings of files that are run.
    private static let endings: Set<String> = [
        "bat", "cjs", "exe", "go", "jar", "jl", "js", "lua", "mjs", "php", "pl", "ps1", "py", "pyc", "r", "rb", "rs",
        "sh",
        "ts", "wasm",
    ]

    /// Reads which files of the agent's folder `command`, `main` and `module` name.
    mutating func readPrograms(_ document: JSONValue) {
        switch document["command"] {
        case .string(let text)?:
            addPrograms(text.split(whereSeparator: \.isWhitespace).map { ("/command", String($0)) })
        case .array(let words)?:
            addPrograms(words.enumerated().compactMap { index, word in word.string.map { ("/command/\(index)", $0) } })
        case nil, .null?: break
        case let other?: warn("/command", "'command' has to be a list of words, not \(other.kind)")
        }
        if let main = optionalText("main", document["main"]) {
            if Self.isInside(main) {
                programs.append(Program(path: "/main", file: Self.plain(main), isRequired: true))
            } else {
                findings.append(
                    Finding(
                        .error, "/main",
                        "'\(main.prefix(128))' has to be a path within the agent's folder, such as src/main.py"))
            }
        }
        if let module = wasmModule, Self.isInside(module) {
            programs.append(Program(path: "/module", file: Self.plain(module), isRequired: true))
        }
    }

    /// Adds the words of a command that are files of the agent: the first where it is a path, and others where they end as
    /// programs do.
    private mutating func addPrograms(_ words: [(path: String, text: String)]) {
        for (index, word) in words.enumerated() {
            let ending = word.text.split(separator: "/").last.map { $0.split(separator: ".") } ?? []
            let isProgram = ending.count > 1 && ending.last.map { Self.endings.contains($0.lowercased()) } == true
            guard isProgram || (index == 0 && word.text.contains("/")), Self.isInside(word.text),
                !"-@".contains(word.text.first ?? "-"),
                // A line for a shell is no file.
                !word.text.contains(where: { $0.isWhitespace || ":$&|;<>()`*?".contains($0) })
            else { continue }
            // What comes behind the program may be its output as well.
            let isFirst = !programs.contains { $0.path.hasPrefix("/command") }
            programs.append(Program(path: word.path, file: Self.plain(word.text), isRequired: isFirst))
        }
    }

    /// A path without `./` at its start.
    private static func plain(_ path: String) -> String {
        path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    }
}
