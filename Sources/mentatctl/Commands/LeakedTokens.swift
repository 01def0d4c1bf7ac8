import CommandLine
import Contract
import Packaging
import RegistryClient
import System

/// What is done about secrets in files that were about to be published.
struct LeakedTokens {
    private let context: Context

    init(_ context: Context) {
        self.context = context
    }

    /// Offers to revoke the tokens of the marketplace among them; the failure that ends the command.
    func failure(_ secrets: [FoundSecret]) async -> Failure {
        var tokens: [String] = []
        for token in secrets.compactMap(\.token) where !tokens.contains(token) { tokens.append(token) }
        var revoked = 0
        if !tokens.isEmpty, wantsToRevoke(tokens.count) {
            for token in tokens where await revoke(token) { revoked += 1 }
        }
        let findings = secrets.map {
            Problem.Finding(
                severity: "error", path: "\($0.file):\($0.line)", message: "this is \($0.what)")
        }
        // A marketplace takes its own tokens from nobody.
        let paths = Set(secrets.filter { $0.token == nil }.map(\.file)).sorted()
        var fix = "take it out and end it where it is used; or leave the file out by .mentatignore"
        if !paths.isEmpty {
            fix +=
                "; or, where it is meant to be public: \(paths.map { "--allow-secret \($0)" }.joined(separator: " "))"
        }
        if revoked < tokens.count {
            fix += "; --revoke-leaked has the registry in use revoke tokens of its own"
        }
        let ended =
            revoked == 0 ? "" : "; \(revoked) of the marketplace's tokens \(revoked == 1 ? "is" : "are") revoked"
        return Failure(
            .permanent, "secret-found", "nothing was sent: files of the package hold secrets\(ended)", fix: fix,
            findings: findings)
    }

    /// True with `--revoke-leaked`, or after a yes to the question that `agent publish` asks on a terminal. The
    /// question names the registry, since the tokens are sent there.
    private func wantsToRevoke(_ count: Int) -> Bool {
        if context.flag("revoke-leaked") { return true }
        guard context.invocation.command.name == "agent publish", !context.flag("dry-run"), Host.isTerminal(0),
            Host.isTerminal(2), let origin = try? context.origin()
        else { return false }
        let what =
            count == 1
            ? "a token of a marketplace is in a file: revoke it at"
            : "\(count) tokens of marketplaces are in files: revoke them at"
        let answer = Terminal.ask("\(what) \(origin)? [y/N] ") ?? ""
        return ["y", "yes"].contains(answer.lowercased().filter { !$0.isWhitespace })
    }

    /// Revokes a token by itself; false where the marketplace does not know it or can't be reached.
    private func revoke(_ token: String) async -> Bool {
        do {
            let registry = try context.registry(at: context.origin(), token: token)
            _ = try await registry.send(
                Endpoints.revokeToken, TokenParameters(token: "current"),
                Revocation(withDescendants: true, isLeaked: true))
            return true
        } catch {
            context.console.warn("a token could not be revoked: \(Failure(error).redacted.message)")
            return false
        }
    }
}
