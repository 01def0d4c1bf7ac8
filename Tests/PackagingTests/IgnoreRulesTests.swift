import Foundation
import System
import TestSupport
import Testing

@testable import Packaging

/// What a package leaves out, held to git itself where the rules are git's.
@Suite struct IgnoreRulesTests {
    private static let patterns = [
        "*.log", "/build", "build/", "!keep.log", "docs/*.txt", "docs/**/deep.md", "**/temp", "a?c", "[ab].c", "[!x]y",
        "\\!odd", "\\#odd", "# comment", "space\\ ", "tail ", "foo/**", "/only/here.md", "*", "!*/", "!*.swift", "é*",
        "[a-c]-[0-9]", "a**b", "x/*/y", "**", "!/a.log", "dir/sub/", "*.t[a-z]t", "**/test", "test/**", "a/**/c",
        "**/one/**", "x**/y", "/**/deep.md", "***", "[[:digit:]]*", "[[:alpha:]]-1", "[\\]]", "[!]-]", "[]-]x", "[a",
        "[]",
        "[[:digit]]", "[[:nope:]]", "[a-]", "[-a]*", "[\\a-\\c].c", "[^a-z]*", "a\\*c", "\\a.log", "a.log\\", "*\\",
        "??",
        "d?rs", "docs/", "!docs/a.txt", "/", "!", "\\", " ", "  # no comment", "src//x", "*/build", "*/*/x", "b*d",
        "[e-g]oo**/c", "a?**/c", "tail\\  ", "a\tb", "[[:upper:]][[:lower:]]*", "[[:punct:]]odd", "foo/b", "!foo/b/",
        "sub/**/x", "**/",
    ]
    private static let files = [
        "a.log", "keep.log", "src/build/x", "docs/a.txt", "docs/sub/a.txt", "docs/deep.md", "docs/one/two/deep.md",
        "temp",
        "one/temp", "abc", "ac", "a/c", "a/b/c", "a.c", "b.c", "d.c", "xy", "zy", "!odd", "#odd", "space ", "tail",
        "tail ",
        "foo/a", "foo/b/c", "foo/b/d/e", "only/here.md", "sub/only/here.md", "main.swift", "src/main.swift", "étude",
        "a-1", "b-22", "aXb", "axxb", "ax/xb", "x/1/y", "x/1/2/y", "xx/z/y", "dir/sub/f", "other/dir/sub/f",
        "dir/subway/f",
        "n.txt", "n.tat", "src/latest", "src/test", "test/a", "7", "7up", "Zz", "]", "]x", "-", "a*c", "a\\", "sub/w",
        "sub/a/x", "sub/a/b/x", "build/x", "a\tb", "[a", "dirs", "bad", "b/d", "src/one/two", "sub/foo/b/c",
    ]

    /// For generated trees of files and ignore files, git and the rules say the same of each file: nested files, those of
    /// the repository and of the user, and the package at the root or below it.
    @Test func theRulesAreGits() async throws {
        // Waiting for another program blocks.
        let worker = Worker(name: "git")
        let (cases, differences) = try await worker.run { try Self.differences() }
        worker.stop()
        print("ignore rules: \(cases) files held to git check-ignore")
        #expect(differences.isEmpty, "\(differences.prefix(20).joined(separator: "\n"))")
    }

    private static func differences() throws -> (cases: Int, differences: [String]) {
        let manager = FileManager.default
        let folder = manager.temporaryDirectory.appending(path: "ignore-\(UUID().uuidString)")
        defer { try? manager.removeItem(at: folder) }
        let (top, work) = (folder.appending(path: "top"), folder.appending(path: "work"))
        try manager.createDirectory(at: work, withIntermediateDirectories: true)
        try manager.createDirectory(at: top, withIntermediateDirectories: true)
        _ = try git(["init", "-q"], in: top)
        let excludes = folder.appending(path: "excludes")
        _ = try git(["config", "core.excludesFile", excludes.path], in: top)
        for place in ["", "sub/", "sub/agent/"] {
            for file in files {
                let url = top.appending(path: place + file)
                try manager.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data().write(to: url)
            }
        }
        var random = SeededRandom(seed: 17)
        var differences: [String] = []
        var cases = 0
        for round in 0..<200 {
            var written: [String: String] = [:]
            let places = [
                ".gitignore", "sub/.gitignore", "sub/agent/.gitignore", "sub/agent/foo/.gitignore", "docs/.gitignore",
                ".git/info/exclude", "../excludes",
            ]
            for place in places {
                let url = top.appending(path: place)
                try? manager.removeItem(at: url)
                guard Bool.random(using: &random) else { continue }
                let rules = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                    pattern(&random)
                }.joined(separator: Bool.random(using: &random) ? "\n" : "\r\n")
                written[place] = rules
                try Data(((round % 5 == 0 ? "\u{feff}" : "") + rules).utf8).write(to: url)
            }
            let root = round % 2 == 0 ? "" : "sub/agent/"
            let packed = try PackedFiles(
                of: top.appending(path: root).path, manifestName: "manifest.yaml", work: work.path)
            let ours = Set(packed.files.map(\.name))
            let inside = ["", "sub/", "sub/agent/"].filter { $0.hasPrefix(root) }.map {
                String($0.dropFirst(root.count))
            }
            let all: [String] = inside.flatMap { place in files.map { place + $0 } }
            let ignored = Set(
                try git(
                    ["-c", "core.quotePath=false", "check-ignore", "--no-index", "-z", "--stdin"],
                    in: top,
                    input: (all.map { root + $0 } + (root.isEmpty ? [] : ["sub", "sub/agent"])).map { "\($0)\0" }
                        .joined()
                ).split(separator: "\0").map(String.init))
            // Who names a folder that git ignores means what is in it; that is no question for git.
            guard ignored.isDisjoint(with: ["sub", "sub/agent"]) else { continue }
            for file in all {
                cases += 1
                if ours.contains(file) == ignored.contains(root + file) {
                    differences.append(
                        "round \(round): '\(root)\(file)' under \(written): packed \(ours.contains(file))")
                }
            }
        }
        return (cases, differences)
    }

    /// A pattern of the list, or one that is put together from what patterns are made of.
    private static func pattern(_ random: inout SeededRandom) -> String {
        guard Bool.random(using: &random) else { return patterns.randomElement(using: &random) ?? "" }
        let pieces = [
            "*", "**", "?", "/", "/**/", "**/", "a", "b", "c", "x", "log", ".", "[", "]", "[a-c]", "!", "-", "\\",
            "foo",
            "docs", "src", "test", "[!a]", " ",
        ]
        return (0..<Int.random(in: 1...5, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
            .joined()
    }

    private static func git(_ arguments: [String], in folder: URL, input: String = "") throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/git")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        try process.run()
        // A pipe holds less than all names.
        let writer = Thread {
            stdin.fileHandleForWriting.write(Data(input.utf8))
            try? stdin.fileHandleForWriting.close()
        }
        writer.start()
        let output = stdout.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }

    @Test func whatNoPackageHoldsIsLeftOutWhateverTheRulesSay() throws {
        for path in [".git", ".mentatlab", ".hg", "sub/.git"] {
            #expect(IgnoreRules.isNeverPacked(path, isFolder: true), "\(path)")
        }
        #expect(IgnoreRules.isNeverPacked("package.tar.gz", isFolder: false))
        #expect(!IgnoreRules.isNeverPacked("data/package.tar.gz", isFolder: false))
    }

    /// Files whose names say that they hold secrets are left out; `!` takes back what it names, and no more.
    @Test(
        arguments: [
            ".env", ".env.production", "prod.env", ".npmrc", ".pypirc", ".netrc", ".git-credentials", "id_rsa",
            "id_rsa.pub",
            "id_ed25519_work", "tls.key", "store.P12", ".bash_history", "sub/.env", "deep/er/ID_RSA",
            "home/.docker/config.json", "a/.cargo/credentials.toml", ".npmrc.bak",
        ])
    func likelySecretsAreLeftOutUnlessNamed(_ path: String) {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        for (own, isPacked) in [
            ("", false), ("!.*", false), ("!**/.*", false), ("!*.*", false), ("![.]*", false), ("!*", false),
            ("!**", false), ("!*\n!\(name)", true), ("!\(name)", true),
        ] {
            var rules = IgnoreRules()
            rules.addGit(Array("!\(name)\n".utf8), of: "")
            rules.addOwn(Array(own.utf8), of: "")
            #expect((rules.rule(path, isFolder: false) == nil) == isPacked, "\(own)")
        }
    }

    @Test(arguments: [".env.example", "environment.yml", "key.txt", "sample.env", "monkey", "id_card.png", "env"])
    func whatOnlyResemblesASecretIsPacked(_ path: String) {
        #expect(IgnoreRules().rule(path, isFolder: false) == nil)
    }

    @Test func aPEMIsJudgedByItsContent() {
        let rules = IgnoreRules()
        let certificates = rules.rule("ca.pem", isFolder: false) { false }
        let key = rules.rule("key.pem", isFolder: false) { true }
        #expect(certificates == nil)
        #expect(key == "a likely secret: *.pem with a private key")
    }

    @Test func ownRulesGoBeforeGits() {
        var rules = IgnoreRules()
        rules.addGit(Array("dist/\n*.log\n".utf8), of: "")
        rules.addOwn(Array("# taken back\n!dist/\n/tests/\n".utf8), of: "")
        #expect(rules.rule("dist", isFolder: true) == nil)
        #expect(rules.rule("tests", isFolder: true) == ".mentatignore:3: /tests/")
        #expect(rules.rule("a.log", isFolder: false) == ".gitignore:2: *.log")
        #expect(rules.rule("node_modules", isFolder: true) == "by default: node_modules/")
    }

    @Test func noPatternTakesLong() {
        var rules = IgnoreRules()
        rules.addOwn(Array((String(repeating: "*a", count: 200) + "b").utf8), of: "")
        #expect(rules.rule(String(repeating: "a", count: 2_000), isFolder: false) == nil)
    }
}
