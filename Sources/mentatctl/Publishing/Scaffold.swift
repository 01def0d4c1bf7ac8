import Events
import System

/// A new agent that runs as it is.
struct Scaffold {
    /// What it is written in.
    enum Language: String, CaseIterable, Sendable {
        case python
        case node
    }

    let id: AgentID
    let language: Language
    let description: String
    let author: String?
    let license: String

    /// Its files by name.
    var files: [(name: String, text: String)] {
        let program = language == .python ? ("src/main.py", Self.python) : ("src/main.js", Self.node)
        return [
            ("manifest.yaml", manifest), ("README.md", readme), program,
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

    private static let python = #"""
        """Reads one JSON object from stdin and answers on stdout, a JSON object a line."""
        import json
        import sys


        def main():
            try:
                request = json.load(sys.stdin)
            except ValueError as error:
                print(json.dumps({"error": f"stdin is no JSON: {error}"}))
                return 2
            spec = request.get("spec", request)
            print(json.dumps({"type": "output", "data": {"key": "echo", "value": spec.get("text", "")}}))
            print(json.dumps({"result": {"echo": spec.get("text", "")}, "mentat_meta": {}}))
            return 0


        sys.exit(main())

        """#

    private static let node = #"""
        // Reads one JSON object from stdin and answers on stdout, a JSON object a line.
        const fs = require('fs');

        const say = (value) => console.log(JSON.stringify(value));

        let request;
        try {
            request = JSON.parse(fs.readFileSync(0, 'utf8'));
        } catch (error) {
            say({ error: `stdin is no JSON: ${error.message}` });
            process.exit(2);
        }
        const spec = request.spec ?? request;
        say({ type: 'output', data: { key: 'echo', value: spec.text ?? '' } });
        say({ result: { echo: spec.text ?? '' }, mentat_meta: {} });

        """#
}
