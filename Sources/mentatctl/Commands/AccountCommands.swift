import CommandLine
import Contract
import Events
import RegistryClient

/// Who one is, and one's tokens.
enum AccountCommands {
    static let all = [register, whoami, newToken, listTokens, revokeToken]

    private static let register = RunnableCommand(
        Subcommand(
            "register", "Makes an account and keeps its token.",
            arguments: [Subcommand.Argument("NAME", "2 to 39 letters, digits, '-' and '_'")],
            options: [.value("email", "ADDRESS", "where to reach you; shown to nobody")],
            examples: ["mentatctl register ada"])
    ) { context in
        let registry = try await context.registry()
        // The token is shown nowhere, so there has to be a place for it.
        guard try !context.settings.keepsToken(for: registry.origin) else {
            throw Failure(
                .permanent, "token-kept", "a token is kept for \(registry.origin) already",
                fix: "mentatctl whoami shows whose; mentatctl config logout forgets it")
        }
        let text = context.argument(0) ?? ""
        guard let name = Username(text) else {
            throw Failure(
                .usage, "usage",
                "NAME is '\(text.prefix(64))'; it has to be 2 to 39 letters, digits, '-' and '_', beginning and ending with a letter or digit."
            )
        }
        let answer = try await registry.send(
            Endpoints.register, NoParameters(), NewUser(name: name, email: context.option("email"))
        ).value
        let kept = Settings.KeptToken(
            answer.token, user: answer.name, expires: answer.credential.expires, scopes: answer.credential.scopes)
        try context.settings.keep(kept, for: registry.origin)
        // The token is kept, and shown nowhere.
        return Report(
            Registration(
                name: answer.name, registry: registry.origin, scopes: answer.credential.scopes, user: answer.user),
            lines: { [$0.name.shown] }
        ) { registration, _ in
            "\(registration.name.shown) is registered at \(registration.registry), and the token is kept"
        }
    }

    private static let whoami = RunnableCommand(
        Subcommand("whoami", "Shows whose token is used, and what it permits.")
    ) { context in
        let answer = try await context.registry().send(Endpoints.showMe, NoParameters())
        return Report(answer.value, lines: { [$0.name.shown] }) { me, style in
            """
            \(style.bold(me.name.shown)) (\(me.user))
            token \(me.token.id) permits \(words(me.token.scopes)) until \(me.token.expires)
            """
        }
    }

    private static func words(_ scopes: [PermissionWord]) -> String {
        scopes.map(\.description).joined(separator: ", ")
    }

    private static let newToken = RunnableCommand(
        Subcommand(
            "token new", "Issues a token and prints it once.",
            arguments: [Subcommand.Argument("NAME", "how you call it")],
            options: [
                .value(
                    "scope", "SCOPE",
                    "account, publish, publish:AGENT, publish:NAMESPACE.*, review, report, moderate or admin; may stand several times",
                    isRepeated: true),
                .value("days", "N", "how many days it is valid (90)"),
            ],
            examples: ["mentatctl token new ci --scope 'publish:ada.*' --days 30"])
    ) { context in
        let scopes = try (context.invocation.allValues["scope"] ?? []).map { text throws(Failure) in
            guard let word = PermissionWord(text) else {
                throw Failure(
                    .usage, "usage", "--scope is '\(text.prefix(128))'; it has to be one of \(PermissionWord.forms).")
            }
            return word
        }
        guard !scopes.isEmpty else {
            throw Failure(.usage, "usage", "`mentatctl token new` needs --scope, such as --scope publish.")
        }
        let new = NewTokenBody(
            name: context.argument(0) ?? "", scopes: scopes, days: try context.number("days", 1...366) ?? 90)
        let answer = try await context.registry().send(Endpoints.issueToken, NoParameters(), new)
        return Report(answer.value, lines: { [$0.token.shown] }) { issued, _ in issued.token.shown }
    }

    private static let listTokens = RunnableCommand(
        Subcommand("token list", "Lists your tokens; the secrets themselves are kept nowhere.")
    ) { context in
        let answer = try await context.registry().send(Endpoints.listTokens, NoParameters())
        return Report(answer.value, lines: { $0.tokens.map(\.id.hex) }) { list, style in
            style.table(
                ["ID", "NAME", "SCOPES", "LAST USED", "EXPIRES"],
                list.tokens.map { token in
                    [
                        token.id.hex, token.name.shown, words(token.scopes),
                        token.lastUsed.map { "\($0)" } ?? "never",
                        token.isRevoked ? "revoked" : "\(token.expires)",
                    ]
                })
        }
    }

    private static let revokeToken = RunnableCommand(
        Subcommand(
            "token revoke", "Ends a token, or all but the one that is used.",
            arguments: [
                Subcommand.Argument(
                    "TOKEN", "its id, as `mentatctl token list` shows it, or current", .optional)
            ],
            options: [
                .flag("descendants", "also end all that it issued"),
                .flag("leaked", "somebody has it who should not: end all that it issued, withdraw what it offered"),
                .flag("all", "all of your tokens but the one that is used"),
            ],
            examples: ["mentatctl token revoke current", "mentatctl token revoke --all"])
    ) { context in
        let (all, token) = (context.flag("all"), context.argument(0))
        guard all == (token == nil), !all || !(context.flag("leaked") || context.flag("descendants")) else {
            throw Failure(
                .usage, "usage", "`mentatctl token revoke` needs TOKEN, or --all alone.",
                fix: "mentatctl token list shows the ids")
        }
        guard let token else {
            let answer = try await context.registry().send(Endpoints.revokeOtherTokens, NoParameters())
            return Report(answer.value) { ended, _ in
                ended.revoked == 1 ? "1 other token is revoked" : "\(ended.revoked) other tokens are revoked"
            }
        }
        guard !token.hasPrefix("mlm_") else {
            throw Failure(
                .usage, "usage", "TOKEN is the token itself; name its id.", fix: "mentatctl token list shows the ids")
        }
        let answer = try await context.registry().send(
            Endpoints.revokeToken, TokenParameters(token: token),
            Revocation(withDescendants: context.flag("descendants"), isLeaked: context.flag("leaked")))
        return Report(answer.value) { _, _ in "the token is revoked" }
    }
}

/// Who was registered, without the token.
private struct Registration: Body {
    let name: String
    let registry: String
    let scopes: [PermissionWord]
    let user: PersonID

    static let form = Form.object(
        nil, Self.init, .required("name", \.name, .text), .required("registry", \.registry, .text),
        .required("scopes", \.scopes, .list(.permission)), .required("user", \.user, .id()))
}
