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
    private func fault(_ files: [(String, String)]) throws -> String? {
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
            try Self.rules.check(package)
            try Self.rules.unpack(package, into: target)
            return nil
        } catch let fault as PackageFault {
            // Both sides say the same.
            #expect(throws: fault) { try Self.rules.unpack(package, into: target) }
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
        ("README.md.", "# Another", "differs from the part 'readme'"),
        ("CHANGELOG.md", "", "differs from the part 'changelog'"),
        ("bin/tool.wasm", "evil", "differs from the part 'wasm_module'"),
        ("BIN/Tool.wasm", "evil", "differs from the part 'wasm_module'"),
        ("manifest.yml", manifest, "is another spelling of manifest.yaml"),
        ("manifest.json", manifest, "is another spelling of manifest.yaml"),
        ("MANIFEST.YAML", manifest, "is another spelling of manifest.yaml"),
        ("Manifest.yml", "x", "is another spelling of manifest.yaml"),
        ("manifest.yaml ", manifest, "is another spelling of manifest.yaml"),
        (".mentatlab/receipt.json", "{}", "has a name that is kept"),
        (".MentatLab/receipt.json", "{}", "has a name that is kept"),
        ("sub/.mentatlab/x", "{}", "has a name that is kept"), (".mentatlab", "{}", "has a name that is kept"),
        (".mentatlab./receipt.json", "{}", "has a name that is kept"),
    ])
    func whatDiffersIsNamed(_ name: String, _ content: String, _ reason: String) throws {
        let fault = try #require(try fault([("src/main.py", "print()"), (name, content), ("z", "last")]))
        #expect(fault.hasPrefix("'\(name)' \(reason)"), "\(fault)")
    }
}
