import Archive
import Crypto
import Events
import Foundation
import Manifest
import PackageRules
import System
import Testing

/// What a package says that other parts of its version say too is the same bytes.
@Suite struct PackageRulesTests {
    private static let manifest = "id: acme.tool\nversion: 1.0.0\nruntime: wasm\nmodule: ./bin/tool.wasm\n"
    private static let parts: [(Artifact.Role, String)] = [
        (.manifest, manifest), (.readme, "# Tool"), (.changelog, "## 1.0.0"), (.wasmModule, "module"),
    ]

    private static let rules = PackageRules(
        AgentManifest(parsing: Array(manifest.utf8)),
        parts.map { Artifact(role: $0, sha256: SHA256Digest(of: Array($1.utf8)), sizeBytes: Int64($1.utf8.count)) })

    /// The description of what is wrong with a package of files; nil where it passes.
    private func fault(_ files: [(String, String)], _ rules: PackageRules = Self.rules) throws -> String? {
        let folder = FileManager.default.temporaryDirectory.appending(path: "rules-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let sources = try files.enumerated().map { index, file in
            let path = folder.appending(path: "\(index)").path
            try file.1.write(toFile: path, atomically: true, encoding: .utf8)
            return TarGzip.Source(name: file.0, path: path, isExecutable: false)
        }
        let package = folder.appending(path: "package.tar.gz").path
        let target = folder.appending(path: "out").path
        try TarGzip.pack(sources, to: package)
        try FileSystem.makeDirectory(target)
        do {
            try rules.check(package)
            try rules.unpack(package, into: target)
            return nil
        } catch let fault as PackageFault {
            // Both sides say the same.
            #expect(throws: fault) { try rules.unpack(package, into: target) }
            return fault.description
        }
    }

    @Test(
        arguments: [
            [("manifest.yaml", manifest)], [("README.md", "# Tool")], [("CHANGELOG.md", "## 1.0.0")],
            [("bin/tool.wasm", "module")], [("src/main.py", "print()")],
            // Elsewhere these names mean nothing.
            [("docs/README.md", "x"), ("src/manifest.yaml", "x"), ("src/manifest.json", "x"), ("agent.wasm", "x")],
            [("README", "x"), ("README.md.txt", "x"), ("manifest.yaml.orig", "x"), ("mentatlab/receipt.json", "x")],
            // The same bytes under a spelling that a system may take for it.
            [("readme.md", "# Tool")],
        ] as [[(String, String)]])
    func whatIsTheSamePasses(_ files: [(String, String)]) throws {
        #expect(try fault(files) == nil)
    }

    @Test(arguments: [
        ("manifest.yaml", manifest + " ", "differs from the part 'manifest'"),
        ("manifest.yaml", "", "differs from the part 'manifest'"),
        ("README.md", "# Another", "differs from the part 'readme'"),
        ("readme.MD", "# Another", "differs from the part 'readme'"),
        ("CHANGELOG.md", "", "differs from the part 'changelog'"),
        ("bin/tool.wasm", "evil", "differs from the part 'wasm_module'"),
        ("BIN/Tool.wasm", "evil", "differs from the part 'wasm_module'"),
        ("manifest.yml", manifest, "is another spelling of manifest.yaml"),
        ("manifest.json", manifest, "is another spelling of manifest.yaml"),
        ("MANIFEST.YAML", manifest, "is another spelling of manifest.yaml"),
        ("Manifest.yml", "x", "is another spelling of manifest.yaml"),
        // A folder where the manifest is put, which has no entry of its own.
        ("manifest.yaml/x", "x", "is another spelling of manifest.yaml"),
        (".mentatlab/receipt.json", "{}", "has a name that is kept"),
        (".MentatLab/receipt.json", "{}", "has a name that is kept"),
        ("sub/.mentatlab/x", "{}", "has a name that is kept"), (".mentatlab", "{}", "has a name that is kept"),
        // Names that look like those above: of other letters of ASCII, and of another script.
        ("rnanifest.yaml", manifest, "looks like 'manifest.yaml', a part of the version, and is another"),
        ("MANlFEST.YAML", manifest, "looks like 'manifest.yaml', a part of the version, and is another"),
        ("manifest.yrnl", manifest, "is another spelling of manifest.yaml"),
        (".rnentatlab/receipt.json", "{}", "has a name that is kept"),
        (".mentatIab/receipt.json", "{}", "has a name that is kept"),
        ("rEADrnE.md", "# Tool", "looks like 'readme.md', a part of the version, and is another"),
        ("ＲＥＡＤＭＥ.md", "# Another", "looks like 'readme.md', a part of the version, and is another"),
        ("ꓣꓰꓮꓓꓟꓰ.md", "# Another", "looks like 'readme.md', a part of the version, and is another"),
        ("bin/too1.wasm", "evil", "looks like 'bin/tool.wasm', a part of the version, and is another"),
    ])
    func whatDiffersIsNamed(_ name: String, _ content: String, _ reason: String) throws {
        let fault = try #require(try fault([("src/main.py", "print()"), (name, content), ("z", "last")]))
        #expect(fault.hasPrefix("'\(name)' \(reason)"), "\(fault)")
    }

    /// Names that Windows takes for those above are none in any archive.
    @Test(arguments: ["README.md.", "manifest.yaml ", ".mentatlab./receipt.json", "bin./tool.wasm"])
    func whatWindowsTakesForThemIsNoName(_ name: String) {
        #expect(throws: ArchiveFault.self) { try fault([(name, "x")]) }
    }

    /// The rules of a manifest and the parts beside it, for one file.
    private func fault(_ manifest: String, _ parts: [(Artifact.Role, String)], _ name: String, _ content: String) throws
        -> String?
    {
        try fault(
            [(name, content)],
            PackageRules(
                AgentManifest(parsing: Array(manifest.utf8)),
                parts.map { Artifact(role: $0, sha256: SHA256Digest(of: Array($1.utf8)), sizeBytes: 1) }))
    }

    /// However the manifest names the module, what runs is what is shown.
    @Test func theModuleIsTheOneThatIsShown() throws {
        let digest = SHA256Digest(of: Array("module".utf8))
        let stated = "runtime: wasm\nmodule: agent.wasm\nwasm: {sha256: \(digest)}\n"
        #expect(try fault(stated, [], "agent.wasm", "module") == nil)
        #expect(
            try fault(stated, [], "agent.wasm", "evil") == "'agent.wasm' differs from 'wasm.sha256' of the manifest")
        let below = "runtime: wasm\nmodule: bin/agent.wasm\n"
        for name in ["BIN/agent.wa\u{17f}m", "bin/AGENT.WASM"] {
            #expect(
                try fault(below, [(.wasmModule, "module")], name, "evil")?.contains("differs from the part") == true)
        }
        // A name that two parts claim has to be both.
        let twice = "runtime: wasm\nmodule: README.md\n"
        let parts: [(Artifact.Role, String)] = [(.readme, "# Tool"), (.wasmModule, "module")]
        #expect(try fault(twice, parts, "README.md", "module")?.contains("differs from the part 'readme'") == true)
        #expect(try fault(twice, parts, "README.md", "# Tool")?.contains("differs from the part 'wasm_module'") == true)
        for path in ["../agent.wasm", "x/../agent.wasm", "/agent.wasm", "", "a//b", "a/./b", "a\\b", "a/.."] {
            let manifest = AgentManifest(parsing: Array("module: '\(path)'\n".utf8))
            #expect(manifest.findings.contains { $0.path == "/module" && $0.severity == .error }, "\(path)")
        }
        for path in ["agent.wasm", "./agent.wasm", "bin/x/agent.wasm", "..agent.wasm"] {
            let manifest = AgentManifest(parsing: Array("module: '\(path)'\n".utf8))
            #expect(!manifest.findings.contains { $0.path == "/module" }, "\(path)")
        }
    }
}
