// swift-tools-version: 6.3
import PackageDescription

/// What every target is compiled with. An unknown upcoming feature passes silently, so a test of the
/// house checks that each of these names is one that the compiler knows.
let settings: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
]

/// A Swift module over the outside world; `c` names the folder of its C module map, if it has one.
func library(_ name: String, _ dependencies: [Target.Dependency] = [], c: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Libraries/\(name)", exclude: c, swiftSettings: settings)
}

/// The C headers of one Debian package.
func headers(_ name: String, of library: String, pkgConfig: String? = nil, apt: String? = nil) -> Target {
    .systemLibrary(
        name: name, path: "Libraries/\(library)/\(name)", pkgConfig: pkgConfig,
        providers: apt.map { [.apt([$0])] })
}

/// A module of the marketplace; the files of the folders `embedding` are compiled in.
func module(_ name: String, _ dependencies: [Target.Dependency], embedding folders: String...) -> Target {
    .target(
        name: name, dependencies: dependencies, resources: folders.map { .embedInCode($0) }, swiftSettings: settings)
}

/// The tests of a module.
func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let package = Package(
    name: "mentatlab-marketplace",
    products: [
        .executable(name: "marketplace", targets: ["MarketplaceServer"]),
        .executable(name: "mentatctl", targets: ["mentatctl"]),
    ],
    targets: [
        headers("CLinux", of: "System"),
        library("System", ["CLinux"], c: ["CLinux"]),
        library("Reactor", ["System", "CLinux"]),
        library("JSON", ["Text"]),
        library("Text"),
        library("Logging", ["JSON", "System"]),
        library("Metrics"),
        library("HTTPServer", ["Reactor", "System", "CLinux"]),
        library("CommandLine", ["Text"]),
        headers("CZlib", of: "Compression", pkgConfig: "zlib", apt: "zlib1g-dev"),
        library("Compression", ["CZlib"], c: ["CZlib"]),
        headers("CICU", of: "Lookalikes", apt: "libicu-dev"),
        library("Lookalikes", ["CICU", "Normalization"], c: ["CICU"]),
        headers("CArchive", of: "Archive", pkgConfig: "libarchive", apt: "libarchive-dev"),
        library("Archive", ["CArchive", "Compression", "Lookalikes", "System", "Text"], c: ["CArchive"]),
        headers("COpenSSL", of: "Crypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        library("Crypto", ["COpenSSL", "Text"], c: ["COpenSSL"]),
        headers("CPostgres", of: "Postgres", pkgConfig: "libpq", apt: "libpq-dev"),
        library("Postgres", ["CPostgres", "Reactor", "System"], c: ["CPostgres"]),
        library("EmbeddedPostgres", ["Crypto", "Postgres", "System"]),
        library("YAML", ["JSON"]),
        headers("CCurl", of: "HTTPClient", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),
        library("HTTPClient", ["CCurl", "System"], c: ["CCurl"]),
        library("OpenSearch", ["HTTPClient", "JSON"]),
        headers("CUtf8proc", of: "Normalization", apt: "libutf8proc-dev"),
        library("Normalization", ["CUtf8proc"], c: ["CUtf8proc"]),
        headers("CStemmer", of: "Stemming", apt: "libstemmer-dev"),
        library("Stemming", ["CStemmer"], c: ["CStemmer"]),
        headers("CMarkdown", of: "Markdown", pkgConfig: "libcmark-gfm", apt: "libcmark-gfm-extensions-dev"),
        library("Markdown", ["CMarkdown", "JSON", "System"], c: ["CMarkdown"]),
        headers("CKafka", of: "Kafka", pkgConfig: "rdkafka", apt: "librdkafka-dev"),
        library("Kafka", ["CKafka", "CLinux", "JSON", "Reactor", "System"], c: ["CKafka"]),
        module("Search", ["Normalization", "Stemming", "Text"]),
        module("Events", ["JSON", "Crypto", "Text"]),
        module(
            "EventLog", ["Events", "Postgres", "JSON", "Crypto", "Logging", "Reactor", "System"], embedding: "SQL"),
        module("Following", ["Events", "Logging", "System"]),
        module(
            "Streaming",
            ["EventLog", "Events", "Following", "Kafka", "Logging", "Postgres", "Reactor", "System"],
            embedding: "SQL"),
        module("Manifest", ["JSON", "Text", "YAML"], embedding: "Tables"),
        module("Marketplace", ["Events", "Manifest", "Crypto", "Text"]),
        module("PackageRules", ["Archive", "Contract", "Crypto", "Events", "Lookalikes", "Manifest"]),
        module("Contract", ["Events", "JSON", "Crypto", "Manifest", "Text"]),
        module("HTTPFront", ["Contract", "Events", "HTTPServer", "Crypto", "Logging", "System"]),
        module("Artifacts", ["System", "Crypto", "Postgres"], embedding: "SQL"),
        module("AgentIndex", ["Events", "Manifest", "JSON", "Crypto", "System"]),
        module(
            "Projections",
            [
                "AgentIndex", "Events", "EventLog", "Following", "Manifest", "OpenSearch", "Postgres", "JSON",
                "Logging",
                "Search", "System",
            ],
            embedding: "Agents/SQL", "Analytics/SQL", "Audit/SQL", "Builds/SQL", "Dependents/SQL", "Files/SQL",
            "Flags/SQL", "Index/SQL", "Sharing/SQL",
            "OpenSearch/Definition",
            "OpenSearch/SQL", "Past/SQL", "Popular/SQL", "Publishers/SQL", "Reputation/SQL", "Search/SQL",
            "Servers/SQL"),
        module(
            "CommandAPI",
            [
                "AgentIndex", "Archive", "Marketplace", "EventLog", "Artifacts", "Contract", "HTTPFront", "Events",
                "Following", "Manifest", "PackageRules",
                "HTTPServer", "Postgres", "JSON", "Crypto", "Logging", "System",
            ]),
        module(
            "QueryAPI",
            [
                "AgentIndex", "Projections", "EventLog", "Artifacts", "Contract", "Following", "HTTPFront", "Events",
                "Archive", "Manifest", "Markdown", "HTTPServer", "Compression", "Crypto", "JSON", "Logging", "Search",
                "System", "Text", "Web",
            ]),
        module(
            "Web", ["Contract", "Crypto", "Events", "JSON", "Manifest", "Markdown", "Text"],
            embedding: "Assets", "Documents"),
        .executableTarget(
            name: "MarketplaceServer",
            dependencies: [
                "AgentIndex", "CommandAPI", "Compression", "QueryAPI", "Projections", "EventLog", "Artifacts",
                "Contract",
                "HTTPFront", "Events", "Following", "Kafka", "Streaming",
                "Manifest", "Markdown", "HTTPServer", "HTTPClient", "Reactor", "Postgres", "EmbeddedPostgres", "JSON",
                "Crypto",
                "Logging", "CommandLine", "Metrics", "System", "Text",
            ], swiftSettings: settings),
        module(
            "RegistryClient",
            ["CommandLine", "Contract", "Crypto", "Events", "HTTPClient", "JSON", "Manifest", "System"]),
        module(
            "Packaging",
            [
                "Archive", "Compression", "Contract", "Crypto", "Events", "Manifest", "Marketplace", "PackageRules",
                "System", "Text",
            ],
            embedding: "Templates"),
        module(
            "LocalRegistry",
            [
                "AgentIndex", "Archive", "Contract", "Crypto", "Events", "JSON", "Manifest", "PackageRules",
                "RegistryClient", "System",
            ]),
        .executableTarget(
            name: "mentatctl",
            dependencies: [
                "AgentIndex", "CommandLine", "Contract", "Crypto", "Events", "HTTPClient", "JSON", "LocalRegistry",
                "Manifest", "Marketplace", "Packaging", "RegistryClient", "System", "Text",
            ], swiftSettings: settings),
        .target(
            name: "TestSupport",
            dependencies: [
                "CKafka", "Crypto", "EventLog", "Events", "Kafka", "Postgres", "Projections", "Reactor", "Streaming",
                "System",
            ],
            path: "Tests/TestSupport",
            swiftSettings: settings),
        tests("House", ["TestSupport"]),
        tests("System", ["System"]),
        tests("Reactor", ["Reactor", "System", "TestSupport"]),
        tests("Logging", ["JSON", "Logging", "System"]),
        tests("HTTPClient", ["HTTPClient", "HTTPServer", "Reactor"]),
        tests("Contract", ["Contract", "Events", "JSON", "Manifest"]),
        tests(
            "Packaging",
            [
                "Archive", "Contract", "Crypto", "Events", "Manifest", "PackageRules", "Packaging", "System",
                "TestSupport",
            ]),
        tests("JSON", ["JSON", "TestSupport"]),
        tests("Text", ["Text"]),
        tests("Lookalikes", ["Lookalikes"]),
        tests("Normalization", ["Normalization", "TestSupport"]),
        tests("Stemming", ["Stemming", "TestSupport"]),
        tests("Metrics", ["JSON", "Metrics", "TestSupport"]),
        tests("Markdown", ["JSON", "Markdown", "TestSupport"]),
        tests("Web", ["Contract", "Markdown", "TestSupport", "Web"]),
        tests("Search", ["Search", "TestSupport"]),
        tests("YAML", ["JSON", "TestSupport", "YAML"]),
        tests("HTTPServer", ["HTTPServer", "Reactor", "TestSupport"]),
        tests("Manifest", ["Manifest", "TestSupport"]),
        tests("Events", ["Events", "JSON", "Crypto", "TestSupport"], exclude: ["Golden", "make_golden.py"]),
        tests("Kafka", ["Kafka", "Reactor", "TestSupport"]),
        tests("Postgres", ["Postgres", "Reactor", "System", "TestSupport"]),
        tests("EventLog", ["EventLog", "Events", "Postgres", "Crypto", "System", "TestSupport"]),
        tests(
            "Projections",
            [
                "AgentIndex", "Projections", "EventLog", "Events", "Following", "Manifest", "Postgres", "Crypto",
                "Search",
                "Logging",
                "Reactor", "System", "TestSupport",
            ]),
        tests(
            "Streaming",
            [
                "Crypto", "EventLog", "Events", "Following", "HTTPClient", "JSON", "Kafka", "Logging", "Postgres",
                "Projections", "Reactor", "Streaming", "System", "TestSupport",
            ]),
        tests("Following", ["Following", "Events", "Logging", "TestSupport"]),
        tests("Archive", ["Archive", "TestSupport"]),
        tests("CommandLine", ["CommandLine"]),
        tests("Artifacts", ["Artifacts", "Postgres", "Crypto", "System", "TestSupport"]),
        tests(
            "Server",
            [
                "Archive", "CommandAPI", "Contract", "EventLog", "Events", "HTTPClient", "JSON", "Crypto",
                "Marketplace", "Postgres", "Projections", "QueryAPI", "System", "TestSupport", "Web",
            ]),
        tests("Marketplace", ["Marketplace", "Events", "Manifest", "Crypto"]),
    ],
    swiftLanguageModes: [.v6]
)

// Fuzzers have libFuzzer's `main` and are built by scripts/fuzz alone.
if Context.environment["MENTATLAB_FUZZING"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzzing",
            dependencies: [
                "AgentIndex", "Archive", "CommandAPI", "Compression", "Contract", "Crypto", "Events", "HTTPServer",
                "JSON",
                "Manifest",
                "Markdown", "Marketplace", "Search", "System", "Web", "YAML",
            ],
            path: "Tests/Fuzzing",
            exclude: ["Seeds"], swiftSettings: settings))
}

// Benchmarks are built by Benchmarks/run alone.
if Context.environment["MENTATLAB_BENCHMARKS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "log-bench", dependencies: ["Crypto", "EventLog", "Events", "Postgres"], path: "Benchmarks/LogBench",
            swiftSettings: settings))
}
