import Foundation
import Packaging
import System
import TestSupport
import Testing

/// What a package leaves out, held to git itself where the rules are git's.
@Suite struct IgnoreRulesTests {
    private static let patterns = [
        "*.log", "/build", "build/", "!keep.log", "docs/*.txt", "docs/**/deep.md", "**/temp", "a?c", "[ab].c", "[!x]y",
        "\\!odd", "\\#odd", "# comment", "space\\ ", "tail ", "foo/**", "/only/here.md", "*", "!*/", "!*.swift", "é*",
        "[a-c]-[0-9]", "a**b", "x/*/y", "**", "!/a.log", "dir/sub/", "*.t[a-z]t",
    ]
    private static let files = [
        "a.log", "keep.log", "build", "build/x", "src/build/x", "docs/a.txt", "docs/sub/a.txt", "docs/deep.md",
        "docs/one/two/deep.md", "temp", "one/temp", "abc", "ac", "a/c", "a.c", "b.c", "d.c", "xy", "zy", "!odd", "#odd",
        "space ", "tail", "foo/a", "foo/b/c", "only/here.md", "sub/only/here.md", "main.swift", "src/main.swift",
        "étude",
        "a-1", "b-22", "aXb", "axxb", "x/1/y", "x/1/2/y", "dir/sub/f", "other/dir/sub/f", "n.txt", "n.tat",
    ]

    /// For each set of rules and each file, git and the rules say the same.
    @Test func theRulesAreGits() async throws {
        // Waiting for another program blocks.
        let worker = Worker(name: "git")
        let differences = try await worker.run { try Self.differences() }
        worker.stop()
        #expect(differences.isEmpty, "\(differences.prefix(20).joined(separator: "\n"))")
    }

    private static func differences() throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ignore-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        _ = try Self.git(["init", "-q"], in: folder, input: "")
        var random = SeededRandom(seed: 14)
        var differences: [String] = []
        for round in 0..<60 {
            let rules = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                Self.patterns.randomElement(using: &random) ?? ""
            }.joined(separator: "\n")
            try rules.write(to: folder.appending(path: ".gitignore"), atomically: true, encoding: .utf8)
            let output = try Self.git(
                ["-c", "core.quotePath=false", "check-ignore", "--no-index", "-z", "--stdin"], in: folder,
                input: Self.files.map { "\($0)\0" }.joined())
            let ignored = Set(output.split(separator: "\0").map(String.init))
            let ours = IgnoreRules(rules)
            for file in Self.files where ours.leavesOut(file) != ignored.contains(file) {
                differences.append(
                    "round \(round): '\(file)' under \(rules.debugDescription): git \(ignored.contains(file))")
            }
        }
        return differences
    }

    private static func git(_ arguments: [String], in folder: URL, input: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/git")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        try process.run()
        stdin.fileHandleForWriting.write(Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = stdout.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }

    @Test func whatNoPackageHoldsIsLeftOutWhateverTheRulesSay() {
        let rules = IgnoreRules("!.git\n!.env\n!node_modules/\n")
        for path in [".git", ".env", "sub/.env"] { #expect(rules.ignores(path, isFolder: false), "\(path)") }
        for path in ["node_modules", "sub/node_modules", ".mentatlab"] {
            #expect(rules.ignores(path, isFolder: true), "\(path)")
        }
    }

    @Test func noPatternTakesLong() {
        let rules = IgnoreRules(String(repeating: "*a", count: 200) + "b")
        #expect(!rules.ignores(String(repeating: "a", count: 2_000), isFolder: false))
    }
}

extension IgnoreRules {
    /// True where a file or one of the folders above it is left out, as whoever walks a tree meets them.
    fileprivate func leavesOut(_ path: String) -> Bool {
        let parts = path.split(separator: "/").map(String.init)
        return parts.indices.contains { index in
            ignores(parts[...index].joined(separator: "/"), isFolder: index < parts.count - 1)
        }
    }
}
