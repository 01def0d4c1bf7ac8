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
