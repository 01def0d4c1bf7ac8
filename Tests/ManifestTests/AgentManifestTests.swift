import Foundation
import Manifest
import Testing

@Suite struct AgentManifestTests {
    private let sound = """
        id: acme.tool
        version: 1.0.0
        image: acme/tool:1.0.0
        description: Does things.
        inputs: []
        outputs: []

        """

    private func read(_ text: String) -> AgentManifest { AgentManifest(parsing: Array(text.utf8)) }

    @Test func takesWhatIsSound() {
        #expect(read(sound).findings.isEmpty)
        #expect(
            read(#"{"id":"a","version":"1.0.0","image":"a:1","description":"d","inputs":[],"outputs":[]}"#)
                .isPublishable)
    }

    @Test func findsEverythingAtOnce() {
        let manifest = read(
            """
            id: "a b"
            version: "1.0"
            image: ""
            inputs:
              - {name: x, type: text}
              - {type: json}
              - {name: y, type: json}
              - {name: y, type: json}
            outputs: nothing
            """)
        let errors = manifest.findings.filter { $0.severity == .error }.map(\.path)
        #expect(
            errors == [
                "/id", "/version", "/image", "/description", "/inputs/0/type", "/inputs/1/name", "/inputs/3/name",
                "/outputs",
            ])
        #expect(!manifest.isPublishable)
    }

    /// What is no error in permissive mode is a warning, and what is faulty is left out.
    @Test(arguments: [
        ("image: acme/tool", "/image"), ("runtime: Python 3", "/runtime"), ("license: unknown", "/license"),
        ("env: [PLAIN]", "/env/0"), ("env: x", "/env"), ("ui: text", "/ui"),
        ("resources: {max_concurrent: -1}", "/resources/max_concurrent"),
        ("capabilities: 7", "/capabilities"), ("capabilities: [a b]", "/capabilities/0"),
        ("min_mentat_version: new", "/min_mentat_version"),
        ("source_url: javascript:alert(1)", "/source_url"), ("ui: {catalog: {tags: [1]}}", "/ui/catalog/tags"),
        ("ui: {title: [1]}", "/ui/title"),
    ])
    func warns(_ line: String, _ path: String) {
        let name = line.prefix { $0 != ":" }
        let lines = sound.split(separator: "\n").filter { !$0.hasPrefix("\(name):") }
        let manifest = read(lines.joined(separator: "\n") + "\n\(line)\n")
        #expect(manifest.findings.map(\.path) == [path])
        #expect(manifest.isPublishable)
    }

    /// What nothing reads is warned of with what was perhaps meant; names of one's own pass.
    @Test(arguments: [
        ("licence: MIT", "/licence", "license"), ("Runtime: python3.12", "/Runtime", nil),
        ("dependecies: []", "/dependecies", "dependencies"), ("ui: {titel: x}", "/ui/titel", "title"),
        ("ui: {catalog: {catgory: x}}", "/ui/catalog/catgory", "category"), ("wasm: {sha: x}", "/wasm/sha", nil),
        ("resources: {timeout_second: 1}", "/resources/timeout_second", "timeout_seconds"),
        ("env: [{name: A, valeu: b, value: c}]", "/env/0/valeu", "value"), ("homepage: x", "/homepage", nil),
    ])
    func namesWhatWasPerhapsMeant(_ line: String, _ path: String, _ meant: String?) throws {
        let manifest = read("\(sound)\(line)\n")
        #expect(manifest.findings.map(\.path) == [path] && manifest.isPublishable)
        let message = try #require(manifest.findings.first?.message)
        if let meant { #expect(message.contains("did you mean '\(meant)'?"), "\(message)") }
    }

    @Test func namesOfOnesOwnPass() {
        #expect(read("\(sound)x-team: a\nui: {x-b: 1}\ncapabilities: {anything: true}\n").findings.isEmpty)
    }

    /// What would mean something else than it says is an error that says what to write.
    @Test(arguments: [
        ("dependencies: [{id: a.b, version: 1.2}]", "/dependencies/0/version", "\"1.2\""),
        ("dependencies: [{id: a.b, version: 1}]", "/dependencies/0/version", "\"1\""),
        ("dependencies: [{id: a.b, version: true}]", "/dependencies/0/version", "has to be a string"),
        ("dependencies: [{id: a.b, verison: ^1}]", "/dependencies/0/verison", "did you mean 'version'?"),
        ("peer_dependencies: [{id: a.b, optional: true}]", "/peer_dependencies/0/optional", "id and version"),
        ("dependencies: [{id: a.b, version: ^1, range: ^2}]", "/dependencies/0/range", "not both"),
        ("dependencies: [a.b]", "/dependencies/0", "mapping of id and version"),
        ("dependencies: {a: 1}", "/dependencies", "list"),
        ("dependencies: [{id: a.b, version: ^1}, {id: A.b, version: ^2}]", "/dependencies/1/id", "stands twice"),
        ("dependencies: [{id: Acme.Tool}]", "/dependencies/0/id", "on itself"),
        ("peer_dependencies: [{id: acme.tool}]", "/peer_dependencies/0/id", "on itself"),
        ("ui: {catalog: {visible: no}}", "/ui/catalog/visible", "write false"),
        ("capabilities: {network: yes}", "/capabilities/network", "write true"),
        ("capabilities: {gpu: 'On'}", "/capabilities/gpu", "write true"),
        ("longRunning: 1", "/longRunning", "write true"),
        ("main: ../x.py", "/main", "within the agent's folder"),
        ("wasm: {capabilities: {network: yes}}", "/wasm/capabilities/network", "write true"),
        ("ui: {catalog: hidden}", "/ui/catalog", "has to be a mapping"),
        ("ui: {catalog: {visible: 'no '}}", "/ui/catalog/visible", "true or false"),
        ("wasm: {sha256: 'sha256:9f86'}", "/wasm/sha256", "64 hexadecimal digits"),
        // Names, addresses and the like are shown as they are.
        ("packages: [{registry: npm, identifier: \"a\u{202e}b\"}]", "/packages/0/identifier", "mark of direction"),
        ("packages: [{registry: npm, identifier: a, version: \"1\u{e0041}\"}]", "/packages/0/version", "invisible"),
        ("mcp: {remotes: [{type: \"sse\u{200b}\", url: 'https://a.example'}]}", "/mcp/remotes/0/type", "invisible"),
        ("mcp: {packages: [{registry: npm, identifier: \"a\u{a0}\"}]}", "/mcp/packages/0/identifier", "unusual space"),
        ("source_url: \"https://a.example/\u{2066}\"", "/source_url", "mark of direction"),
        ("ui: {icon: \"i\u{e0041}\"}", "/ui/icon", "invisible"),
        ("dependencies: [{id: \"a.b\u{200d}\"}]", "/dependencies/0/id", "invisible"),
    ])
    func refusesWhatWouldMeanSomethingElse(_ line: String, _ path: String, _ words: String) throws {
        let manifest = read("\(sound)\(line)\n")
        #expect(manifest.findings.map(\.path) == [path] && !manifest.isPublishable, "\(manifest.findings)")
        #expect(manifest.findings.first?.message.contains(words) == true, "\(manifest.findings)")
    }

    @Test func oneAgentMayStandInBothLists() {
        #expect(
            read("\(sound)dependencies: [{id: a.b, version: ^1}]\npeer_dependencies: [{id: a.b}]\n").findings.isEmpty)
    }

    @Test(arguments: ["\u{feff}", ""])
    func aMarkAtTheStartIsSkipped(_ mark: String) {
        #expect(read(mark + sound).findings.isEmpty)
        #expect(
            read(mark + #"{"id":"a","version":"1.0.0","image":"a:1","description":"d","inputs":[],"outputs":[]}"#)
                .isPublishable)
    }

    @Test(arguments: [
        ("Apache 2.0", "Apache-2.0"), ("GPLv3", "GPL-3.0-only"), ("GPLv2+", "GPL-2.0-or-later"), ("MIT License", "MIT"),
        ("BSD", "BSD-3-Clause"), ("Apache-2", "Apache-2.0"), ("apache-2.O", "Apache-2.0"),
        ("BSD 3-Clause", "BSD-3-Clause"),
        ("mti", "MIT"), ("Apache 2.0 License", "Apache-2.0"), ("MIT/Apache-2.0", "MIT OR Apache-2.0"),
        ("MIT or Apache-2.0", "MIT OR Apache-2.0"), ("proprietary", "LicenseRef-Proprietary"),
    ])
    func theNearestLicenceIsNamed(_ text: String, _ nearest: String) {
        let manifest = read("\(sound)license: \(text)\n")
        #expect(manifest.findings.map(\.path) == ["/license"])
        #expect(manifest.findings.first?.message.contains("such as \(nearest);") == true, "\(manifest.findings)")
    }

    /// A text of many marks costs no more than another.
    @Test func noLicenceTakesLong() {
        let manifest = read("\(sound)license: a\(String(repeating: "\u{301}", count: 100_000))\n")
        #expect(manifest.findings.first?.message.utf8.count ?? .max < 1_000)
    }

    /// The files that are run are told from other words.
    @Test(arguments: [
        ("command: [python3, src/main.py, --port, 8080]", ["src/main.py"]), ("command: python3 main.py", ["main.py"]),
        ("command: [./bin/run]", ["bin/run"]), ("command: [npx, -y, '@scope/server']", []),
        ("command: [uvicorn, app.main:app]", []), ("command: [docker, run, image/name]", []),
        ("main: index.js", ["index.js"]),
        ("command: [/usr/bin/env, python3]", []), ("command: [node, $HOME/x.js]", []),
        ("command: [sh, -c, 'exec python3 src/main.py']", []),
        ("command: [python, -m, tool.main]", []),
        ("module: bin/agent.wasm", ["bin/agent.wasm"]),
    ])
    func namesTheFilesThatAreRun(_ line: String, _ files: [String]) {
        #expect(read("\(sound)\(line)\n").programs.map(\.file) == files)
    }

    @Test(arguments: ["", "- a\n", "a: &x 1\n", "text", "{\"id\":1,\"id\":2}", "{", "a: 1\n---\nb: 1\n"])
    func refusesWhatIsNoMapping(_ text: String) {
        let manifest = read(text)
        #expect(manifest.findings.map(\.path) == [""])
        #expect(!manifest.isPublishable)
    }

    @Test func boundsWhatBecomesPublic() {
        let many = (0..<257).map { "a\($0)" }.joined(separator: ", ")
        #expect(!read("\(sound)capabilities: [\(many)]\n").isPublishable)
        #expect(!read("\(sound)capabilities: [\(String(repeating: "a", count: 201))]\n").isPublishable)
        #expect(
            !read("\(sound)dependencies: [{id: a, version: '\(String(repeating: "1", count: 129))'}]\n").isPublishable)
        #expect(!read(sound.replacing("Does things.", with: String(repeating: "d", count: 8193))).isPublishable)
        #expect(
            !read(sound.replacing("version: 1.0.0", with: "version: 1.0.0-\(String(repeating: "a", count: 128))"))
                .isPublishable)
    }

    @Test func readsCapabilitiesOfEveryForm() {
        let manifest = read(
            "\(sound)capabilities: {actions: [count], gpu: true, network: false}\nwasm: {capabilities: ['env:HOME', 'env:HOME']}\n"
        )
        #expect(manifest.capabilities == ["action:count", "gpu", "env:HOME"])
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["MENTATLAB_TEST_DATA"] != nil))
    func takesRealManifests() throws {
        let data = try #require(ProcessInfo.processInfo.environment["MENTATLAB_TEST_DATA"])
        let folder = URL(filePath: data).appending(path: "mentatlab/manifests")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        #expect(files.count == 3)
        for file in files {
            let manifest = AgentManifest(parsing: Array(try Data(contentsOf: file)))
            #expect(manifest.isPublishable, "\(file.lastPathComponent): \(manifest.findings)")
            #expect(manifest.isListed == (manifest.id != "loom-mcp-executor"))
        }
    }
}

extension AgentManifest {
    /// True where nothing stands against publishing.
    fileprivate var isPublishable: Bool { !findings.contains { $0.severity == .error } }
}
