import CommandLine
import Contract
import RegistryClient
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
        return Report(Setting(key: key.rawValue, value: value)) { setting, _ in
            "\(setting.key) is \(setting.value.shown) now"
        }
    }

    private static let get = RunnableCommand(
        Subcommand("config get", "Prints a value.", arguments: [key], examples: ["mentatctl config get registry"])
    ) { context in
        let key = try ConfigCommands.key(context)
        return Report(try setting(key, context.settings), lines: { [$0.value] }) { setting, _ in
            setting.value.shown
        }
    }

    private static let list = RunnableCommand(Subcommand("config list", "Prints all values and where they come from."))
    { context in
        let all = try Settings.Key.allCases.map { try setting($0, context.settings) }
        return Report(SettingList(settings: all), lines: { $0.settings.map { "\($0.key)=\($0.value)" } }) {
            list, style in
            style.table(
                ["KEY", "VALUE", "FROM"], list.settings.map { [$0.key, $0.value.shown, $0.source.shown] })
        }
    }

    private static func key(_ context: Context) throws(Failure) -> Settings.Key {
        guard let key = context.argument(0).flatMap(Settings.Key.init) else {
            let keys = Settings.Key.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.usage, "usage", "KEY has to be one of \(keys).")
        }
        return key
    }

    private static func setting(_ key: Settings.Key, _ settings: Settings) throws -> Setting {
        let (value, source) = try settings.value(key)
        return Setting(key: key.rawValue, value: value, source: source)
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
        let me = try await context.registry(at: origin, token: token).send(Endpoints.showMe, NoParameters()).value
        let kept = Settings.KeptToken(
            token, user: me.name ?? "", expires: me.token.expires, scopes: me.token.scopes)
        try context.settings.keep(kept, for: origin)
        return Report(
            KeptToken(name: me.name, registry: origin, token: me.token), lines: { [$0.name.shown] }
        ) { kept, _ in
            "the token of \(kept.name.shown) is kept for \(kept.registry)"
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
        return Report(ForgottenToken(registry: origin, isForgotten: isForgotten)) { forgotten, _ in
            forgotten.isForgotten
                ? "the token for \(forgotten.registry) is forgotten" : "no token is kept for \(forgotten.registry)"
        }
    }
}

/// A value that is set.
private struct Setting: Body {
    let key: String
    let value: String
    /// Where it comes from.
    var source: String?

    static let form = Form.object(
        nil, Self.init, .required("key", \.key, .text), .required("value", \.value, .text),
        .optional("source", \.source, .text))
}

/// All values.
private struct SettingList: Body {
    let settings: [Setting]

    static let form = Form.object(nil, Self.init, .required("settings", \.settings, .list(Setting.form)))
}

/// A token that is kept now.
private struct KeptToken: Body {
    let name: String?
    let registry: String
    let token: MyToken

    static let form = Form.object(
        nil, Self.init, .optional("name", \.name, .text), .required("registry", \.registry, .text),
        .required("token", \.token, MyToken.form))
}

/// A token that is kept no more.
private struct ForgottenToken: Body {
    let registry: String
    let isForgotten: Bool

    static let form = Form.object(
        nil, Self.init, .required("registry", \.registry, .text), .required("forgotten", \.isForgotten, .bool))
}
