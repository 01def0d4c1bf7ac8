import CommandLine
import JSON

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
        let registry = try context.registry()
        // The token is shown nowhere, so there has to be a place for it.
        guard try !context.settings.keepsToken(for: registry.origin) else {
            throw Failure(
                .failure, "token-kept", "a token is kept for \(registry.origin) already",
                fix: "mentatctl whoami shows whose; mentatctl config logout forgets it")
        }
        let answer = try await registry.send(
            "POST", "users",
            json: .members(["name": .text(context.argument(0)), "email": .text(context.option("email"))])
        ).json
        guard let token = answer["token"]?.string else {
            throw Failure(.failure, "no-marketplace", "\(registry.origin) gave no token")
        }
        let name = answer["name"]?.string ?? context.argument(0) ?? ""
        try context.settings.keep(token, user: name, for: registry.origin)
        // The token is kept, and shown nowhere.
        return Report(
            .members([
                "name": .string(name), "registry": .string(registry.origin), "scopes": answer["credential"]?["scopes"],
                "user": answer["user"],
            ]), lines: { [$0.shown("name")] }
        ) { value, _ in
            "\(value.shown("name")) is registered at \(value.shown("registry")), and the token is kept"
        }
    }

    private static let whoami = RunnableCommand(
        Subcommand("whoami", "Shows whose token is used, and what it permits.")
    ) { context in
        let me = try await context.registry().send("GET", "users/me", .required).json
        return Report(me, lines: { [$0.shown("name")] }) { value, style in
            let token = value["token"] ?? .null
            return """
                \(style.bold(value.shown("name"))) (\(value.shown("user")))
                token \(token.shown("id")) permits \(scopes(token)) until \(token.shown("expires_at"))
                """
        }
    }

    private static func scopes(_ value: JSONValue) -> String {
        (value["scopes"]?.array ?? []).compactMap(\.string).map(JSONValue.printable).joined(separator: ", ")
    }

    private static let newToken = RunnableCommand(
        Subcommand(
            "token new", "Issues a token and prints it once.",
            arguments: [Subcommand.Argument("NAME", "how you call it")],
            options: [
                .value(
                    "scope", "SCOPE",
                    "publish, publish:AGENT, publish:NAMESPACE.*, review, moderate or admin; may stand several times",
                    isRepeated: true),
                .value("days", "N", "how many days it is valid (90)"),
            ],
            examples: ["mentatctl token new ci --scope 'publish:ada.*' --days 30"])
    ) { context in
        let scopes = context.invocation.allValues["scope"] ?? []
        guard !scopes.isEmpty else {
            throw Failure(.usage, "usage", "`mentatctl token new` needs --scope, such as --scope publish.")
        }
        let days = try context.number("days", 1...366)
        let answer = try await context.registry().send(
            "POST", "tokens",
            json: .members([
                "expires_in_days": days.map { .integer($0) }, "name": .text(context.argument(0)),
                "scopes": .array(scopes.map { .string($0) }),
            ]), .required
        ).json
        return Report(answer, lines: { [$0.shown("token")] }) { value, _ in value.shown("token") }
    }

    private static let listTokens = RunnableCommand(
        Subcommand("token list", "Lists your tokens; the secrets themselves are kept nowhere.")
    ) { context in
        let answer = try await context.registry().send("GET", "tokens", .required).json
        return Report(answer, lines: { ($0["tokens"]?.array ?? []).map { $0.shown("id") } }) { value, style in
            style.table(
                ["ID", "NAME", "SCOPES", "LAST USED", "EXPIRES"],
                (value["tokens"]?.array ?? []).map { token in
                    [
                        token.shown("id"), token.shown("name"), scopes(token),
                        token["last_used_at"] == nil ? "never" : token.shown("last_used_at"),
                        token["revoked"]?.bool == true ? "revoked" : token.shown("expires_at"),
                    ]
                })
        }
    }

    private static let revokeToken = RunnableCommand(
        Subcommand(
            "token revoke", "Ends a token.",
            arguments: [Subcommand.Argument("TOKEN", "its id, as `mentatctl token list` shows it, or current")],
            examples: ["mentatctl token revoke current"])
    ) { context in
        let token = context.argument(0) ?? ""
        guard !token.hasPrefix("mlm_") else {
            throw Failure(
                .usage, "usage", "TOKEN is the token itself; name its id.", fix: "mentatctl token list shows the ids")
        }
        let answer = try await context.registry().send("DELETE", "tokens/\(token.asSegment)", .required).json
        return Report(answer) { _, _ in "the token is revoked" }
    }
}
