import Archive
import Foundation
import TestSupport
import Testing

/// Archives come from strangers: what is not plain is refused, by name and before anything of it can do harm.
@Suite struct ArchiveTests {
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "archive-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    @Test func eachHostileArchiveIsRefusedForItsOwnReason() async throws {
        try await withFolder { folder in
            let cases = try await Oracle.run("hostile_tar", arguments: [folder], input: "")
            #expect(cases.count > 40)
            for (index, line) in cases.enumerated() {
                let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
                let (archive, reason) = ("\(folder)/\(parts[0])", parts[1])
                let target = "\(folder)/out\(index)"
                try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
                if reason == "ok" {
                    try TarGzip.unpack(archive, into: target)
                } else {
                    let read = #expect(throws: ArchiveFault.self, "\(parts[0])") { try TarGzip.read(archive) }
                    #expect(
                        reason.isEmpty || read?.description.contains(reason) == true,
                        "\(parts[0]): \(read?.description ?? "")")
                    let unpacked = #expect(throws: ArchiveFault.self, "\(parts[0])") {
                        try TarGzip.unpack(archive, into: target)
                    }
                    #expect(unpacked == read)
                }
                try? FileManager.default.removeItem(atPath: target)
            }
            // Nothing was written beside the folders.
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/evil"))
            #expect(!FileManager.default.fileExists(atPath: "/tmp/evil"))
        }
    }

    @Test func whatIsUnpackedIsWhatWasPacked() async throws {
        try await withFolder { folder in
            var random = SeededRandom(seed: 3)
            let names = ["b", "a/x.py", "a/é", "z/日本/deep/file", "empty", "a.b"]
            for name in names {
                let path = "\(folder)/in/\(name)"
                try FileManager.default.createDirectory(
                    atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
                try Data(name == "empty" ? [] : random.bytes(random.pick([1, 511, 512, 513, 300_000])))
                    .write(to: URL(filePath: path))
            }
            func sources(_ names: [String]) -> [TarGzip.Source] {
                names.map { TarGzip.Source(name: $0, path: "\(folder)/in/\($0)", isExecutable: $0.hasSuffix(".py")) }
            }
            try TarGzip.pack(sources(names), to: "\(folder)/1.tar.gz")
            // Other times and another order make no difference.
            for name in names {
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: 1_000)], ofItemAtPath: "\(folder)/in/\(name)")
            }
            try TarGzip.pack(sources(names.reversed()), to: "\(folder)/2.tar.gz")
            let first = try Data(contentsOf: URL(filePath: "\(folder)/1.tar.gz"))
            #expect(try first == Data(contentsOf: URL(filePath: "\(folder)/2.tar.gz")))

            try FileManager.default.createDirectory(atPath: "\(folder)/out", withIntermediateDirectories: true)
            let entries = try TarGzip.unpack("\(folder)/1.tar.gz", into: "\(folder)/out")
            #expect(entries.map(\.name) == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
            for entry in entries {
                let path = "\(folder)/out/\(entry.name)"
                #expect(
                    try Data(contentsOf: URL(filePath: path))
                        == Data(contentsOf: URL(filePath: "\(folder)/in/\(entry.name)")))
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode.map { $0 & 0o700 } == (entry.name.hasSuffix(".py") ? 0o700 : 0o600))
            }
            // And Python reads the same names, without times and owners.
            let script = """
                import sys, tarfile
                for m in tarfile.open(sys.argv[1]): print(m.name, m.mtime, m.uid, m.gid, m.uname + m.gname, oct(m.mode))
                """
            let listing = try await Self.python(script, "\(folder)/1.tar.gz")
            #expect(
                listing == entries.map { "\($0.name) 0 0 0  \($0.isExecutable ? "0o755" : "0o644")\n" }.joined())
        }
    }

    private static func python(_ script: String, _ argument: String) async throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-X", "utf8", "-c", script, argument]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    @Test func aNameThatNobodyWouldUnpackIsNotPacked() async throws {
        try await withFolder { folder in
            try Data([1]).write(to: URL(filePath: "\(folder)/x"))
            for name in ["../x", "/x", "a\nb", "a\\b"] {
                #expect(throws: ArchiveFault.self) {
                    try TarGzip.pack(
                        [TarGzip.Source(name: name, path: "\(folder)/x", isExecutable: false)], to: "\(folder)/o")
                }
            }
        }
    }
}
