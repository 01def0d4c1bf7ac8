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
        ("half-body", "no-ranges", 1), ("short-body", "no-ranges", 1), ("long-body", "too-many-bytes", 1),
        ("endless-body", "too-many-bytes", 1), ("refused", "gone", 1), ("traversal", "refused-package", 1),
        ("link", "refused-package", 1), ("late-link", "refused-package", 1), ("receipt", "refused-package", 1),
        ("receipt-in-capitals", "refused-package", 1), ("bomb", "refused-package", 1),
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
            // The same registry, when it means well.
            let good = try await ctl("agent", "install", "bad.nothing", "--json")
            #expect(good.code == 0, "\(good.errors)")
        }
        await registry.stop()
    }
}
