import Foundation
import TestSupport
import Testing

/// The rules of the house that a compiler does not know.
@Suite struct HouseTests {
    /// What a module may import, of `Sources` and of `Libraries`. Nothing under Libraries imports Sources.
    private static let sources: [String: Set<String>] = [
        "Events": ["JSON", "Crypto", "Text"],
        "Manifest": ["JSON", "Text", "YAML"],
        "Marketplace": ["Events", "Manifest", "Crypto", "Text"],
        "EventLog": ["Events", "Postgres", "JSON", "Crypto", "Logging", "Reactor", "System"],
        "Artifacts": ["System", "Crypto", "Postgres"],
        "AgentIndex": ["Events", "Manifest", "JSON", "Crypto", "System"],
        "Projections": [
            "AgentIndex", "Crypto", "Events", "EventLog", "Following", "Manifest", "OpenSearch", "Postgres", "JSON",
            "Logging",
            "System", "Search",
        ],
        "PackageRules": ["Archive", "Contract", "Crypto", "Events", "Lookalikes", "Manifest"],
        "Search": ["Normalization", "Stemming", "Text"],
        "Contract": ["Events", "JSON", "Crypto", "Manifest", "Text"],
        "Following": ["Events", "Logging", "System"],
        "Streaming": ["EventLog", "Events", "Following", "Kafka", "Logging", "Postgres", "Reactor", "System"],
        "HTTPFront": ["Contract", "Events", "HTTPServer", "Crypto", "Logging", "System"],
        "CommandAPI": [
            "AgentIndex", "Archive", "Logging", "Marketplace", "EventLog", "Artifacts", "Contract", "HTTPFront",
            "Events", "Following", "Manifest", "HTTPServer", "PackageRules", "Postgres", "JSON", "Crypto", "System",
        ],
        "RegistryClient": [
            "CommandLine", "Contract", "Crypto", "Events", "HTTPClient", "JSON", "Manifest", "System",
        ],
        "Packaging": [
            "Archive", "Compression", "Contract", "Crypto", "Events", "Manifest", "Marketplace", "PackageRules",
            "System", "Text",
        ],
        "LocalRegistry": [
            "AgentIndex", "Archive", "Contract", "Crypto", "Events", "JSON", "Manifest", "PackageRules",
            "RegistryClient", "System",
        ],
        "mentatctl": [
            "AgentIndex", "CommandLine", "Contract", "Crypto", "Events", "HTTPClient", "JSON", "LocalRegistry",
            "Manifest",
            "Marketplace", "Packaging", "RegistryClient", "System", "Text",
        ],
        "QueryAPI": [
            "AgentIndex", "Projections", "EventLog", "Artifacts", "Contract", "HTTPFront", "Events", "Manifest",
            "HTTPServer", "Archive", "Compression", "Crypto", "Following", "JSON", "Logging", "Markdown", "Search",
            "System", "Text", "Web",
        ],
        "Web": ["Contract", "Crypto", "Events", "JSON", "Manifest", "Markdown", "Text"],
    ]
    private static let libraries: [String: Set<String>] = [
        "System": ["CLinux"], "Text": [], "Reactor": ["CLinux", "System"], "JSON": ["Text"],
        "Logging": ["JSON", "System"], "Metrics": [],
        "CommandLine": ["Text"], "Compression": ["CZlib"], "HTTPServer": ["CLinux", "Reactor", "System"],
        "Crypto": ["COpenSSL", "Text"], "Archive": ["CArchive", "Compression", "Lookalikes", "System", "Text"],
        "Lookalikes": ["CICU", "Normalization"],
        "Postgres": ["CPostgres", "Reactor", "System"], "EmbeddedPostgres": ["Crypto", "Postgres", "System"],
        "YAML": ["JSON"], "HTTPClient": ["CCurl", "System"], "Normalization": ["CUtf8proc"], "Stemming": ["CStemmer"],
        "Markdown": ["CMarkdown", "JSON", "System"],
        "OpenSearch": ["HTTPClient", "JSON"], "Kafka": ["CKafka", "CLinux", "JSON", "Reactor", "System"],
    ]
    /// The toolchain's own modules that may be imported, and where.
    private static let toolchain: [String: Set<String>] = [
        "Libraries": ["Glibc", "Synchronization", "Dispatch"], "Sources": ["Synchronization"],
    ]

    private struct File {
        let path: String
        let module: String
        let lines: [String]
        var isLibrary: Bool { path.hasPrefix("Libraries/") }
    }

    private static func files(_ folders: [String]) throws -> [File] {
        try folders.flatMap { folder -> [File] in
            let paths =
                FileManager.default.enumerator(atPath: Oracle.root.appending(path: folder).path)?
                .compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") } ?? []
            return try paths.map { path in
                let text = try String(contentsOf: Oracle.root.appending(path: "\(folder)/\(path)"), encoding: .utf8)
                return File(
                    path: "\(folder)/\(path)", module: path.split(separator: "/").first.map(String.init) ?? "",
                    lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
            }
        }
    }

    private static func imports(_ line: String) -> String? {
        let words = line.split(separator: " ").map(String.init)
        guard let index = words.firstIndex(of: "import"),
            words[..<index].allSatisfy({ $0 == "public" || $0 == "package" || $0.hasPrefix("@") })
        else { return nil }
        return words.last
    }

    @Test func modulesImportWhatTheTableSays() throws {
        let files = try Self.files(["Libraries", "Sources"])
        #expect(files.count > 50)
        for file in files where file.module != "MarketplaceServer" {
            let table = file.isLibrary ? Self.libraries : Self.sources
            let allowed = try #require(table[file.module], "\(file.module) is not in the table")
            let common = Self.toolchain[file.isLibrary ? "Libraries" : "Sources"] ?? []
            for module in file.lines.compactMap(Self.imports) {
                #expect(allowed.contains(module) || common.contains(module), "\(file.path) imports \(module)")
            }
        }
    }

    @Test func everyModuleOfTheTableExists() throws {
        let modules = Set(try Self.files(["Libraries", "Sources"]).map(\.module))
        #expect(modules == Set(Self.sources.keys).union(Self.libraries.keys).union(["MarketplaceServer"]))
    }

    @Test func unsafeStaysUnderLibraries() throws {
        for file in try Self.files(["Sources"]) {
            // Regular expressions are slow, and few lines are worth one.
            for line in file.lines where ["unsafe", "@unchecked", "@safe"].contains(where: line.utf8.holds) {
                guard !line.trimmingCharacters(in: .whitespaces).hasPrefix("//") else { continue }
                #expect(
                    line.firstMatch(of: /\bunsafe\b|@unchecked|nonisolated\(unsafe\)|@safe\b/) == nil,
                    "\(file.path): \(line)")
            }
        }
    }

    /// Members that a protocol asks for are documented there.
    private static let witnesses: Set<String> = [
        "actor", "decide", "handled", "now", "principal", "streams", "description", "init", "name", "apply",
        "declaration",
        "evolve", "kind", "claims", "entries", "refuse",
    ]

    @Test func publicDeclarationsAreDocumented() throws {
        for file in try Self.files(["Libraries", "Sources"]) {
            for (index, line) in file.lines.enumerated() where line.utf8.holds("public ") {
                let text = line.trimmingCharacters(in: .whitespaces)
                guard
                    let match = text.firstMatch(
                        of:
                            /^public (?:static |final |mutating |borrowing |nonisolated |indirect )*(?:let|var|func|init|struct|enum|class|actor|protocol|typealias|subscript)\b ?`?(\w*)/
                    )
                else { continue }
                let name = text.contains("public init") ? "init" : String(match.1)
                var above = index - 1
                while above >= 0, file.lines[above].trimmingCharacters(in: .whitespaces).hasPrefix("@") { above -= 1 }
                let isDocumented = above >= 0 && file.lines[above].trimmingCharacters(in: .whitespaces).hasPrefix("///")
                let isInline = text.hasPrefix("@")
                #expect(isDocumented || isInline || Self.witnesses.contains(name), "\(file.path):\(index + 1): \(text)")
            }
        }
    }

    @Test func filesStaySmall() throws {
        for file in try Self.files(["Libraries", "Sources", "Tests"]) {
            #expect(file.lines.count <= 420, "\(file.path) has \(file.lines.count) lines")
        }
    }

    /// Each access to a closure in a generic container that is passed on by reference wraps it once more, without end.
    @Test func noLockIsAroundAClosure() throws {
        for file in try Self.files(["Libraries", "Sources", "Tests"]) {
            for line in file.lines where line.utf8.holds("Mutex<") {
                #expect(line.firstMatch(of: /Mutex<[^{]*->/) == nil, "\(file.path): \(line)")
            }
        }
    }

    @Test func nothingIsLeftUndone() throws {
        for file in try Self.files(["Libraries", "Sources"]) {
            for line in file.lines where ["TODO", "FIXME", "XXX"].contains(where: line.utf8.holds) {
                #expect(line.firstMatch(of: /\b(TODO|FIXME|XXX)\b/) == nil, "\(file.path): \(line)")
            }
        }
    }

    /// An upcoming feature whose name the compiler does not know passes silently.
    @Test func upcomingFeaturesAreKnownToTheCompiler() throws {
        let manifest = try String(contentsOf: Oracle.root.appending(path: "Package.swift"), encoding: .utf8)
        let features = manifest.matches(of: /enableUpcomingFeature\("(\w+)"\)/).map { String($0.1) }
        #expect(features.count == 6)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["swiftc", "-print-supported-features"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        for feature in features { #expect(text.contains("\"\(feature)\""), "\(feature)") }
    }
}

extension String.UTF8View {
    /// True where the text has a word in it.
    fileprivate func holds(_ word: String) -> Bool {
        let word = Array(word.utf8)
        guard let first = word.first else { return true }
        var rest = self[...]
        while let place = rest.firstIndex(of: first) {
            if rest[place...].starts(with: word) { return true }
            rest = rest[index(after: place)...]
        }
        return false
    }
}
