import CommandLine
import Contract
import JSON
import System

/// What is set, and the token.
enum ConfigCommands {
    private static let key = Subcommand.Argument("KEY", "what is set", choices: Settings.Key.allCases.map(\.rawValue))

    static let all = [set, get, list, auth, logout]

    private static let set = RunnableCommand(
        Subcommand(
            "config set", "Sets a value.", arguments: [key, Subcommand.Argument("VALUE", "the value")],
            examples: ["mentatctl config set registry https://marketplace.example"])
    ) { context in
        let key = try ConfigCommands.key(context)
        let value = try key.checked(context.argument(1) ?? "")
        try context.settings.set(key, value)
        return Report(.members(["key": .string(key.rawValue), "value": .string(value)])) { value, _ in
            "\(value.shown("key")) is \(value.shown("value")) now"
        }
    }

    private static let get = RunnableCommand(
        Subcommand("config get", "Prints a value.", arguments: [key], examples: ["mentatctl config get registry"])
    ) { context in
        let key = try ConfigCommands.key(context)
        return Report(try entry(key, context.settings), lines: { [$0.shown("value")] }) { value, _ in
            value.shown("value")
        }
    }

    private static let list = RunnableCommand(Subcommand("config list", "Prints all values and where they come from."))
    { context in
        let all = try Settings.Key.allCases.map { try entry($0, context.settings) }
        return Report(
            .members(["settings": .array(all)]),
            lines: { ($0["settings"]?.array ?? []).map { "\($0.shown("key"))=\($0.shown("value"))" } }
        ) { value, style in
            style.table(
                ["KEY", "VALUE", "FROM"],
                (value["settings"]?.array ?? []).map { [$0.shown("key"), $0.shown("value"), $0.shown("source")] })
        }
    }

    private static func key(_ context: Context) throws(Failure) -> Settings.Key {
        guard let key = context.argument(0).flatMap(Settings.Key.init) else {
            throw Failure(.usage, "usage", "KEY has to be one of registry, color.")
        }
        return key
    }

    private static func entry(_ key: Settings.Key, _ settings: Settings) throws -> JSONValue {
        let (value, source) = try settings.value(key)
        return .members(["key": .string(key.rawValue), "source": .string(source), "value": .string(value)])
    }

    private static let auth = RunnableCommand(
        Subcommand(
            "config auth", "Keeps a token, after the registry has said whose it is.",
            notes: "Reads the token from stdin, or asks for it on a terminal. It is never taken from the command line, "
                + "where others on the machine could read it.",
            examples: ["mentatctl config auth < token", "pass show marketplace | mentatctl config auth"])
    ) { context in
        let origin = try context.origin()
        let token = try readToken(origin)
        let registry = Registry(origin: origin, token: token, version: context.version)
        let me = try await registry.send("GET", "users/me", .required).json
        try context.settings.keep(token, user: me["name"]?.string ?? "", for: origin)
        return Report(
            .members(["name": .text(me["name"]?.string), "registry": .string(origin), "token": me["token"]]),
            lines: { [$0.shown("name")] }
        ) { value, _ in
            "the token of \(value.shown("name")) is kept for \(value.shown("registry"))"
        }
    }

    /// The token from stdin, or from a person.
    private static func readToken(_ origin: String) throws(Failure) -> String {
        let text: String?
        if Host.isTerminal(0) {
            text = Terminal.readSecret("Token for \(origin): ")
        } else {
            text = Host.readInput(limit: 4_096).map { String(decoding: $0, as: UTF8.self) }
        }
        let token = (text ?? "").split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        guard !token.isEmpty else {
            throw Failure(.usage, "usage", "stdin holds no token.", fix: "mentatctl config auth < FILE")
        }
        guard TokenSecret(token) != nil else {
            throw Failure(
                .authentication, "not-authenticated",
                "this is no token of a marketplace: it is truncated, mistyped or of another kind",
                fix: "a token begins with mlm_ and has 76 characters")
        }
        return token
    }

    private static let logout = RunnableCommand(
        Subcommand(
            "config logout", "Forgets the token that is kept for the registry.",
            notes: "The token itself stays valid; `mentatctl token revoke current` ends it.")
    ) { context in
        let origin = try context.origin()
        let isForgotten = try context.settings.forget(origin)
        return Report(.members(["forgotten": .bool(isForgotten), "registry": .string(origin)])) { value, _ in
            value["forgotten"]?.bool == true
                ? "the token for \(value.shown("registry")) is forgotten"
                : "no token is kept for \(value.shown("registry"))"
        }
    }
}
