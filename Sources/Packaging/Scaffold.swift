package import Events

/// A new agent that runs as it is.
package struct Scaffold {
    /// What it is written in.
    package enum Language: String, CaseIterable, Sendable {
        case python
        case node
    }

    let id: AgentID
    let language: Language
    let description: String
    let author: String?
    let license: String

    package init(id: AgentID, language: Language, description: String, author: String?, license: String) {
        self.id = id
        self.language = language
        self.description = description
        self.author = author
        self.license = license
    }

    /// Its files by name.
    package var files: [(name: String, text: String)] {
        let (path, program) =
            language == .python ? ("src/main.py", PackageResources.main_py) : ("src/main.js", PackageResources.main_js)
        return [
            ("manifest.yaml", manifest), ("README.md", readme), (path, String(decoding: program, as: UTF8.self)),
            (".mentatignore", "# What the package leaves out, in patterns as .gitignore has them.\n/tests/\n*.log\n"),
        ]
    }

    private var manifest: String {
        let (runtime, command) =
            language == .python ? ("python3.11", "[python3, src/main.py]") : ("nodejs18", "[node, src/main.js]")
        let name = id.description.split(separator: ".").last.map(String.init) ?? id.description
        return """
            id: \(id)
            version: 0.1.0
            image: \(id.key.description.replacing(".", with: "/")):0.1.0
            runtime: \(runtime)
            license: \(license)
            \(author.map { "author: \(Self.quoted($0))\n" } ?? "")description: \(Self.quoted(description))
            inputs:
              - name: text
                type: string
                description: A text.
            outputs:
              - name: echo
                type: string
                description: The same text.
            command: \(command)
            ui:
              title: \(name)
              catalog:
                visible: true

            """
    }

    /// A text in YAML's double quotes, which JSON's rules are a part of.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
    }

    private var readme: String {
        let run = language == .python ? "python3 src/main.py" : "node src/main.js"
        return """
            # \(id)

            \(description)

                echo '{"spec":{"text":"hello"}}' | \(run)

            """
    }
}
