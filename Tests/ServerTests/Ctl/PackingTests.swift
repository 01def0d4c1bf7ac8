import Foundation
import HTTPClient
import JSON
import TestSupport
import Testing

/// What a package holds, what it leaves out, and what stops it: with the real program and the real server.
@Suite struct PackingTests {
    private static let tool = """
        id: ada.tool
        version: 1.0.0
        image: example.org/tool:1.0.0
        runtime: python3.12
        description: Counts.
        command: [python3, src/main.py]
        inputs: []
        outputs: []

        """

    /// A marketplace with an account, and a folder of files.
    private func withFolder(
        _ files: [String: String], _ body: (MarketplaceProcess, Ctl) async throws -> Void
    ) async throws {
        try await withMarketplace { marketplace, _ in
            try await Ctl.with(marketplace.url) { ctl in
                #expect(try await ctl("register", "ada").code == 0)
                let all = files.merging(["manifest.yaml": Self.tool, "src/main.py": "print(1)\n"]) { given, _ in
                    given
                }
                for (name, text) in all where !text.isEmpty {
                    let url = URL(filePath: "\(ctl.home)/a/\(name)")
                    try FileManager.default.createDirectory(
                        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                    try text.write(to: url, atomically: true, encoding: .utf8)
                }
                try await body(marketplace, ctl)
            }
        }
    }

    @Test func theListSaysWhatIsLeftOutByWhichRule() async throws {
        let files = [
            ".gitignore": "*.log\ndist/\n", ".mentatignore": "/tests/\n!dist/\n!build/keep.txt\n", "a.log": "x",
            "dist/a.js": "x",
            "sub/.gitignore": "/secret.txt\n", "sub/secret.txt": "x", "sub/open.txt": "x", "tests/t.py": "x",
            ".env": "A=1",
            ".env.example": "A=", "build/keep.txt": "x", "build/.gitignore": "*", "id_rsa": "x", "README.md": "# Tool",
        ]
        try await withFolder(files) { _, ctl in
            let dry = try await ctl.json("agent", "publish", "a", "--dry-run")
            #expect(
                dry["files"]?.array?.compactMap { $0["name"]?.string } == [
                    ".env.example", ".gitignore", ".mentatignore", "README.md", "build/keep.txt", "dist/a.js",
                    "manifest.yaml",
                    "src/main.py", "sub/.gitignore", "sub/open.txt",
                ])
            let leftOut = Dictionary(
                uniqueKeysWithValues: (dry["left_out"]?.array ?? []).compactMap { left -> (String, String)? in
                    guard let path = left["path"]?.string, let rule = left["rule"]?.string else { return nil }
                    return (path, rule)
                })
            #expect(
                leftOut == [
                    ".env": "a likely secret: .env*", "a.log": ".gitignore:1: *.log",
                    "build/.gitignore": "build/.gitignore:1: *", "id_rsa": "a likely secret: id_rsa*",
                    "sub/secret.txt": "sub/.gitignore:1: /secret.txt", "tests/": ".mentatignore:1: /tests/",
                ])
            let published = try await ctl("agent", "publish", "a", "--claim-namespace")
            #expect(published.code == 0)
            #expect(published.errors.contains("packed 10 files, "), "\(published.errors)")
            #expect(
                published.errors.contains("compressed)\nleft out: a.log (.gitignore:1: *.log)\n"), "\(published.errors)"
            )
            #expect(published.errors.contains("left out: .env (a likely secret: .env*)"), "\(published.errors)")
            // The manifest named alone takes what it names and what describes it.
            let alone = try await ctl.json("agent", "publish", "a/manifest.yaml", "--dry-run")
            #expect(
                alone["files"]?.array?.compactMap { $0["name"]?.string } == [
                    "README.md", "manifest.yaml", "src/main.py",
                ])
        }
    }

    @Test func belowAFolderThatIsLeftOutNothingIsTakenBack() async throws {
        let files = [".gitignore": "dist/\n", ".mentatignore": "!dist/keep.js\n", "dist/keep.js": "x"]
        try await withFolder(files) { _, ctl in
            let checked = try await ctl("agent", "validate", "a")
            #expect(
                checked.errors.contains("'!dist/keep.js' can't take 'dist/keep.js' back")
                    && checked.errors.contains("!/dist/"),
                "\(checked.errors)")
        }
    }

    @Test(arguments: [
        ("dist/main.py", "dist/", "is left out of the package (.gitignore:1: dist/)"), ("a/b.py", "x", "is not there"),
    ])
    func whatTheManifestRunsHasToBeThere(_ file: String, _ rule: String, _ reason: String) async throws {
        let files = [
            "manifest.yaml": Self.tool.replacing("src/main.py", with: file), ".gitignore": "\(rule)\n",
            "dist/main.py": "x",
        ]
        try await withFolder(files) { _, ctl in
            for verb in ["validate", "publish"] {
                let refused = try await ctl("agent", verb, "a", "--json")
                #expect(refused.code == 1 && refused.problem == "missing-file", "\(refused.errors)")
                #expect(refused.errors.contains("'\(file)' \(reason)"), "\(refused.errors)")
                #expect(refused.errors.contains("/command/1"))
            }
        }
    }

    /// A secret stops a publication before anything is sent; only who says so on the command line sends it.
    @Test func aSecretStopsItBeforeAnythingIsSent() async throws {
        let key = try await run(["openssl", "genpkey", "-algorithm", "ED25519"]).output
        try await withFolder(["src/deploy.py": "import os\nKEY = '''\(key)'''\n"]) { marketplace, ctl in
            let head = try await marketplace.head()
            let refused = try await ctl("agent", "publish", "a", "--claim-namespace")
            #expect(
                refused.code == 1 && refused.errors.contains("src/deploy.py:2: this is a private key"),
                "\(refused.errors)")
            #expect(refused.errors.contains("--allow-secret src/deploy.py"))
            #expect(!refused.errors.contains(key.split(separator: "\n")[1]))
            #expect(try await ctl("agent", "validate", "a", "--json").problem == "secret-found")
            #expect(try await marketplace.head() == head)
            let allowed = try await ctl(
                "agent", "publish", "a", "--claim-namespace", "--allow-secret", "src/deploy.py", "--allow-secret",
                "other")
            #expect(allowed.code == 0 && allowed.errors.contains("--allow-secret other"), "\(allowed.errors)")
        }
    }

    /// A token of the marketplace is never published, whoever sends it, and is revoked where one wants it.
    @Test func aTokenIsRefusedAndRevoked() async throws {
        try await withFolder(["src/main.py": ""]) { marketplace, ctl in
            let leaked = try #require(try await ctl.json("token", "new", "ci", "--scope", "review")["token"]?.string)
            let source = "# \(leaked)\n"
            try FileManager.default.createDirectory(atPath: "\(ctl.home)/a/src", withIntermediateDirectories: true)
            try source.write(toFile: "\(ctl.home)/a/src/main.py", atomically: true, encoding: .utf8)
            let head = try await marketplace.head()
            let refused = try await ctl("agent", "publish", "a", "--claim-namespace", "--allow-secret", "src/main.py")
            #expect(
                refused.code == 1
                    && refused.errors.contains("src/main.py:1: this is a token of a MentatLab marketplace"))
            #expect(!refused.errors.contains("--allow-secret"), "\(refused.errors)")
            let wide = HTTPClientRequest.Part(
                name: "readme", bytes: [0xff, 0xfe] + source.utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] })
            for parts in [
                [manifest("ada.x"), part("readme", source)], [manifest("ada.x"), wide],
                [manifest("ada.x"), try package(["a/b": source])],
                [manifest("ada.x"), try package([leaked: "x", "b": "x\(leaked)"])],
            ] {
                expect(try await marketplace.publish(parts), "422 secret-found")
            }
            #expect(try await marketplace.head() == head)
            // Nor does it get into the log by what a page says.
            #expect(try await marketplace.publish([manifest("acme.x")]).status == 201)
            let listing =
                #"{"manifest":{"id":"acme.x","version":"1.0.0","image":"a:1","description":"\#(leaked)","inputs":[],"outputs":[]}}"#
            expect(
                try await marketplace.send(
                    "PUT", "agents/acme.x/versions/1.0.0/listing", listing, token: try marketplace.token),
                "422 secret-found")
            var other = ctl
            other.environment["MENTATLAB_TOKEN"] = leaked
            #expect(try await other("whoami").code == 0)
            let stopped = try await ctl("agent", "publish", "a", "--claim-namespace", "--revoke-leaked", "--json")
            #expect(
                stopped.problem == "secret-found" && stopped.errors.contains("1 of the marketplace's tokens is revoked")
            )
            #expect(!stopped.errors.contains(leaked))
            #expect(try await other("whoami").code == 4)
        }
    }

    /// What is meant to slip through is stopped or said, without a marketplace.
    @Test func nothingSlipsThrough() async throws {
        let key = try await run(["openssl", "genpkey", "-algorithm", "ED25519"]).output
        try await Ctl.with("http://127.0.0.1:9") { ctl in
            func folder(_ name: String, _ files: [String: String], manifest: String = Self.tool) throws -> String {
                let all = files.merging(["manifest.yaml": manifest, "src/main.py": "print(1)\n"]) { given, _ in given }
                for (file, text) in all where !text.isEmpty {
                    let url = URL(filePath: "\(ctl.home)/\(name)/\(file)")
                    try FileManager.default.createDirectory(
                        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                    try text.write(to: url, atomically: true, encoding: .utf8)
                }
                return name
            }
            // Many likely secrets hide no certain one.
            let many = String(
                repeating: "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJ4eXoiLCJhdWQiOiJxIn0.a1B2c3D4e5F6g7H8i9J0\n", count: 30)
            let crowded = try await ctl("agent", "validate", try folder("crowded", ["a.txt": many + key]), "--json")
            #expect(crowded.problem == "secret-found" && crowded.errors.contains("a.txt:31"), "\(crowded.errors)")
            // A manifest that is a link is searched as what it is a link to, or refused.
            _ = try folder("linked", ["manifest.yaml": "", "real/m.yaml": Self.tool])
            try FileManager.default.createSymbolicLink(
                atPath: "\(ctl.home)/linked/manifest.yaml", withDestinationPath: "real/m.yaml")
            #expect(try await ctl("agent", "validate", "linked", "--json").problem == "no-manifest")
            try FileManager.default.createSymbolicLink(atPath: "\(ctl.home)/link", withDestinationPath: "crowded")
            #expect(try await ctl("agent", "validate", "link", "--json").problem == "secret-found")
            // Rules that nobody can read are no rules.
            _ = try folder("wide", [:])
            try Data("secret.txt\n".utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }).write(
                to: URL(filePath: "\(ctl.home)/wide/.mentatignore"))
            #expect(try await ctl("agent", "validate", "wide", "--json").problem == "invalid-package")
            // All spellings of an id are one agent.
            for (number, dependencies) in [
                "[{id: x.my_tool, version: ^1}, {id: x.my-tool, version: ^2}]", "[{id: ADA_tool}, {id: ada.tool}]",
            ].enumerated() {
                let name = try folder("spelled\(number)", [:], manifest: Self.tool + "dependencies: \(dependencies)\n")
                let refused = try await ctl("agent", "validate", name, "--json")
                #expect(
                    refused.problem == "invalid-manifest" && refused.errors.contains("/dependencies/1/id"),
                    "\(refused.errors)")
            }
            // A further word of a command may be its output.
            let output = try await ctl(
                "agent", "validate",
                try folder(
                    "output", [:], manifest: Self.tool.replacing("src/main.py]", with: "src/main.py, --out, result.js]")
                ))
            #expect(output.code == 0 && output.errors.contains("'result.js' is not there"), "\(output)")
        }
    }
}
