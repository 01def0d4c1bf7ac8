import Contract
import Events
import JSON
import System

/// The user's settings: `config.json` and `credentials.json` under `$XDG_CONFIG_HOME/mentatlab`, and environment
/// variables, which take precedence over both.
struct Settings: Sendable {
    /// A setting.
    enum Key: String, CaseIterable, Sendable {
        case registry
        case color
        case asOf = "as_of"

        var summary: String {
            switch self {
            case .registry: "the marketplace's address"
            case .color: "auto, always or never"
            case .asOf: "the moment as of which versions are found: a position, a day, a time, or now"
            }
        }

        var standard: String {
            switch self {
            case .registry: "http://127.0.0.1:7080"
            case .color: "auto"
            case .asOf: "now"
            }
        }

        var variable: String { "MENTATLAB_\(rawValue.uppercased())" }

        /// The value in the form that is stored; throws where it is invalid.
        func checked(_ text: String) throws(Failure) -> String {
            switch self {
            case .registry: return try Settings.origin(text)
            case .color:
                guard ["auto", "always", "never"].contains(text) else {
                    throw Failure(.usage, "usage", "color is '\(text)'; it has to be auto, always or never.")
                }
                return text
            case .asOf:
                _ = try Settings.moment(text)
                return text
            }
        }
    }

    /// The moment that a text names; nil for `now`.
    static func moment(_ text: String) throws(Failure) -> AsOf? {
        guard text != "now" else { return nil }
        guard let moment = AsOf(text) else {
            throw Failure(
                .usage, "usage",
                "the moment is '\(text.prefix(64))'; it has to be a position of the log, a day such as 2026-11-01, a time such as 2026-11-01T12:00:00Z, or now."
            )
        }
        return moment
    }

    private static let limit = 1 << 20

    /// The folder of both files.
    let folder: String
    /// The folder that agents are installed under.
    let home: String

    init() throws(Failure) {
        let user = Self.environment("HOME")
        guard let configuration = Self.environment("XDG_CONFIG_HOME") ?? user.map({ "\($0)/.config" }),
            let home = Self.environment("MENTATLAB_HOME") ?? user.map({ "\($0)/.mentatlab" })
        else { throw Failure(.permanent, "no-home", "neither HOME nor XDG_CONFIG_HOME and MENTATLAB_HOME are set") }
        folder = "\(configuration)/mentatlab"
        self.home = home
    }

    /// A variable of the environment without white space around it; nil where it is missing or empty.
    private static func environment(_ name: String) -> String? {
        var text = Substring(Host.environment(name) ?? "")
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text.isEmpty ? nil : String(text)
    }

    private var file: String { "\(folder)/config.json" }
    private var credentialFile: String { "\(folder)/credentials.json" }

    /// The scheme, host, port and path of a registry's address: scheme and host in lower case, no slash at the end.
    ///
    /// - Throws: `Failure` of the kind `usage` for anything else; its message hides what stands before an `@`.
    static func origin(_ text: String) throws(Failure) -> String {
        // The part before the last '@' may hold a password, so the message does not show it.
        let shown =
            text.utf8.lastIndex(of: UInt8(ascii: "@")).map { "…\(text[$0...].prefix(200))" } ?? String(text.prefix(200))
        func refuse(_ reason: String) -> Failure {
            Failure(
                .usage, "usage",
                "the registry is '\(shown)'; \(reason), such as https://marketplace.example"
            )
        }
        let lower = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }) else {
            throw refuse("it has to be an http or https address")
        }
        var rest = text.dropFirst(scheme.count)
        while rest.hasSuffix("/") { rest.removeLast() }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard let host = parts.first, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }),
            !rest.contains(where: { "?#@ \\".contains($0) }), rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { throw refuse("it has to be scheme, host and port, and perhaps a path") }
        // Only the path tells capitals apart.
        return scheme + host.lowercased() + rest.dropFirst(host.count)
    }

    private func read(_ path: String) throws -> JSONValue {
        guard let bytes = try FileSystem.readIfThere(path, limit: Self.limit) else { return .object([]) }
        do throws(JSONError) {
            return try JSONValue(bytes)
        } catch {
            throw Failure(
                .permanent, "broken-config", "\(path) is no JSON document: \(error)", fix: "correct it, or move it away"
            )
        }
    }

    private func write(_ value: JSONValue, to path: String) throws {
        try FileSystem.makeDirectory(folder)
        try FileSystem.replace(path, with: value.canonicalBytes + [0x0a], mode: 0o600)
    }

    /// A value and where it comes from.
    func value(_ key: Key) throws -> (value: String, source: String) {
        if let value = Self.environment(key.variable) { return (try key.checked(value), "environment") }
        if let value = try read(file)[key.rawValue]?.string { return (try key.checked(value), "file") }
        return (key.standard, "default")
    }

    /// Stores a value.
    func set(_ key: Key, _ value: String) throws {
        try write(try read(file).with(key.rawValue, .string(value)), to: file)
    }

    /// A token that is stored for a registry.
    struct KeptToken: Sendable, Equatable {
        /// The token itself.
        var token: String
        /// The name of its owner.
        var user: String
        /// When it expires; nil where the file does not say so.
        var expires: Timestamp?
        /// True where it can renew itself.
        var renews = false
        /// The idempotency key of a renewal that was begun and not finished.
        var renewal: String?

        fileprivate init?(_ value: JSONValue?) {
            guard let value, let token = value["token"]?.string else { return nil }
            self.token = token
            user = value["user"]?.string ?? ""
            expires = value["expires_at"]?.string.flatMap(Timestamp.init)
            renews = value["renews"]?.bool ?? false
            renewal = value["renewal"]?.string
        }

        init(_ token: String, user: String, expires: Timestamp, scopes: [PermissionWord]) {
            self.token = token
            self.user = user
            self.expires = expires
            renews = scopes.contains(.scope(.account))
        }

        fileprivate var value: JSONValue {
            var members = [
                JSONValue.Member("token", .string(token)), JSONValue.Member("user", .string(user)),
                JSONValue.Member("renews", .bool(renews)),
            ]
            if let expires { members.append(JSONValue.Member("expires_at", .string(expires.description))) }
            if let renewal { members.append(JSONValue.Member("renewal", .string(renewal))) }
            return .object(members)
        }
    }

    /// The token from the environment. It takes precedence over a stored one and is never renewed.
    ///
    /// Throws where it is no token: it was cut off, or stands for something else.
    var givenToken: String? {
        get throws(Failure) {
            guard let text = Self.environment("MENTATLAB_TOKEN") else { return nil }
            guard TokenSecret(text) != nil else {
                throw Failure(
                    .authentication, "not-authenticated",
                    "MENTATLAB_TOKEN holds no token of a marketplace: it is truncated, mistyped or of another kind",
                    fix: "a token begins with mlm_ and has 76 characters")
            }
            return text
        }
    }

    private static let insecure = "insecure_http"

    /// True for a registry to which tokens go although nothing is encrypted on the way.
    func allowsPlainHTTP(to origin: String) throws -> Bool {
        try read(file)[Self.insecure]?.array?.contains(.string(origin)) ?? false
    }

    /// Allows that from now on.
    func allowPlainHTTP(to origin: String) throws {
        guard try !allowsPlainHTTP(to: origin) else { return }
        let all = try read(file)
        let known = all[Self.insecure]?.array ?? []
        try write(all.with(Self.insecure, .array(known + [.string(origin)])), to: file)
    }

    /// The stored token for a registry; nil where there is none.
    func keptToken(for origin: String) throws -> KeptToken? { KeptToken(try read(credentialFile)[origin]) }

    /// Stores a token in a file that only its owner can read.
    func keep(_ token: KeptToken, for origin: String) throws {
        try write(try read(credentialFile).with(origin, token.value), to: credentialFile)
    }

    /// The lock that a renewal holds; nil where another process has it.
    func lockCredentials() throws -> FileLock? {
        try FileSystem.makeDirectory(folder)
        return try FileLock.acquire("\(folder)/credentials.lock")
    }

    /// True where a token is stored for a registry. Rewrites the file, so that it throws where the file can't be
    /// written.
    func keepsToken(for origin: String) throws -> Bool {
        let all = try read(credentialFile)
        try write(all, to: credentialFile)
        return all[origin] != nil
    }

    /// Deletes the stored token for a registry; false where there is none.
    func forget(_ origin: String) throws -> Bool {
        let all = try read(credentialFile)
        guard all[origin] != nil else { return false }
        try write(all.with(origin, nil), to: credentialFile)
        return true
    }
}

extension JSONValue {
    /// The object with another value for a member, or without it.
    fileprivate func with(_ name: String, _ value: JSONValue?) -> JSONValue {
        var members = (members ?? []).filter { !$0.name.utf8.elementsEqual(name.utf8) }
        if let value { members.append(Member(name, value)) }
        return .object(members)
    }
}
