import Foundation
import JSON
import TestSupport
import Testing

/// A registry that does not mean well installs nothing, whatever it answers, and the message says what was wrong.
@Suite struct HostileRegistryTests {
    private static let cases: [(agent: String, code: String, exit: Int32)] = [
        ("wrong-digest", "wrong-digest", 1), ("wrong-manifest", "wrong-digest", 1),
        ("another-agent", "another-agent", 1), ("odd-name", "broken-index", 1), ("odd-version", "broken-index", 1),
        ("negative-size", "broken-index", 1), ("future-format", "broken-index", 1), ("no-json", "no-marketplace", 1),
        ("redirect-elsewhere", "redirected-elsewhere", 1), ("redirect-to-file", "redirected-elsewhere", 1),
        ("redirect-without-scheme", "redirected-elsewhere", 1), ("no-location", "no-redirect", 1),
        ("half-body", "registry-unreachable", 3), ("short-body", "cut-off", 3), ("long-body", "too-many-bytes", 1),
        ("endless-body", "too-many-bytes", 1), ("refused", "gone", 1), ("traversal", "refused-package", 1),
        ("link", "refused-package", 1), ("late-link", "refused-package", 1), ("receipt", "refused-package", 1),
        ("receipt-in-capitals", "refused-package", 1), ("other-manifest", "refused-package", 1),
        ("other-spelling", "refused-package", 1), ("other-readme", "refused-package", 1),
        ("other-module", "refused-package", 1), ("wrong-release", "broken-index", 1),
        ("changed-page", "broken-index", 1), ("foreign-page", "broken-index", 1), ("gone-page", "index-changes", 3),
        ("bomb", "refused-package", 1),
    ]

    @Test func nothingIsLeftAndTheMessageSaysWhatWasWrong() async throws {
        let registry = try OracleProcess("hostile_registry", [])
        let port = try await registry.line("port ").dropFirst(5)
        try await Ctl.with("http://127.0.0.1:\(port)") { ctl in
            for (agent, code, exit) in Self.cases {
                let outcome = try await ctl("agent", "install", "bad.\(agent)", "--json")
                #expect(outcome.problem == code, "\(agent): \(outcome.errors)")
                #expect(outcome.code == exit && outcome.output.isEmpty, "\(agent)")
                #expect(!outcome.errors.contains("\u{1b}"), "\(agent)")
                let root = "\(ctl.home)/.mentatlab/registry"
                let left = (FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []).sorted()
                #expect(left == [".incoming", ".lock"], "\(agent): \(left)")
            }
            // A page that has more rows than anybody asked for.
            let long = try await ctl("agent", "dependents", "bad.long", "--json")
            #expect(long.problem == "list-too-long" && long.output.isEmpty, "\(long.errors)")
            let large = try await ctl("agent", "dependents", "bad.large", "--json")
            #expect(large.problem == "answer-too-large" && large.output.isEmpty, "\(large.errors)")
            // The same registry when it means well, when it is busy, and over a connection that breaks again and again.
            for agent in ["nothing", "busy", "flaky", "same-parts", "good-page"] {
                let good = try await ctl("agent", "install", "bad.\(agent)", "--json")
                #expect(good.code == 0, "\(agent): \(good.errors)")
            }
            // By way of a proxy that the environment names.
            var behind = ctl
            behind.environment["MENTATLAB_REGISTRY"] = "http://registry.invalid"
            behind.environment["http_proxy"] = "http://127.0.0.1:\(port)"
            let far = try await behind("agent", "install", "bad.far", "--json")
            #expect(far.code == 0, "\(far.errors)")
        }
        await registry.stop()
    }

    /// A certificate that nobody vouches for is refused, before anything is asked; one in the folder is taken.
    @Test func aRegistryShowsACertificateThatIsTrusted() async throws {
        try await withFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/certs", withIntermediateDirectories: true)
            let made = try await run([
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "\(folder)/key.pem", "-out", "\(folder)/cert.pem",
            ])
            try #require(made.code == 0, "\(made.errors)")
            let hash = try await run(["openssl", "x509", "-noout", "-hash", "-in", "\(folder)/cert.pem"]).output
            try FileManager.default.copyItem(
                atPath: "\(folder)/cert.pem",
                toPath: "\(folder)/certs/\(hash.trimmingCharacters(in: .whitespacesAndNewlines)).0")
            let registry = try OracleProcess("hostile_registry", ["\(folder)/cert.pem", "\(folder)/key.pem"])
            let port = try await registry.line("port ").dropFirst(5)
            try await Ctl.with("https://127.0.0.1:\(port)") { ctl in
                let refused = try await ctl("agent", "install", "bad.nothing", "--json")
                #expect(refused.code == 1 && refused.problem == "untrusted-registry", "\(refused.errors)")
                var trusting = ctl
                trusting.environment["SSL_CERT_DIR"] = "\(folder)/certs"
                let taken = try await trusting("agent", "install", "bad.nothing", "--json")
                #expect(taken.code == 0, "\(taken.errors)")
                trusting.environment["MENTATLAB_REGISTRY"] = "https://localhost:\(port)"
                #expect(
                    try await trusting("agent", "install", "bad.other-name", "--json").problem == "untrusted-registry")
            }
            await registry.stop()
        }
    }
}
