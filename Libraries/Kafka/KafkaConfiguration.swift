/// What a client is told by the library, for people who run it.
public struct KafkaNotice: Sendable {
    /// How much it matters.
    public enum Weight: Sendable {
        /// For somebody who looks for a fault.
        case detail
        /// Something does not work now; the client tries again by itself.
        case trouble
    }

    /// How much it matters.
    public let weight: Weight
    /// What happened, in the library's words.
    public let text: String
}

/// Where the brokers are and how a client reaches them.
public struct KafkaConfiguration: Sendable {
    /// The first brokers to ask, `HOST:PORT` and more of them after commas.
    public let servers: String
    /// How the client is named in the brokers' logs and quotas.
    public var clientID: String
    /// Settings of librdkafka that are passed through, such as `security.protocol`.
    public let settings: [String: String]
    /// How often the client makes statistics, in milliseconds.
    public var statisticsMilliseconds: Int32 = 5_000
    /// Gets what the library has to say; called on the reactor's thread or on the caller's, so it may not block.
    public var report: @Sendable (KafkaNotice) -> Void

    /// Creates a configuration.
    ///
    /// - Parameters:
    ///   - settings: TLS, SASL and the like; see `passedThrough`.
    ///   - report: gets what the library has to say.
    /// - Throws: `KafkaError.Kind.setting` for a setting that may not be passed through. What the library thinks of a value
    ///   is known once a client is made.
    public init(
        servers: String, clientID: String, settings: [String: String] = [:],
        report: @escaping @Sendable (KafkaNotice) -> Void = { _ in }
    ) throws(KafkaError) {
        for (name, value) in settings where name.hasPrefix("sasl.mechanism") && value.uppercased() == "OAUTHBEARER" {
            throw KafkaError(.setting, "'\(name)' can't be OAUTHBEARER here: nobody would renew its tokens")
        }
        for name in settings.keys.sorted() where !Self.isPassedThrough(name) {
            throw KafkaError(
                .setting,
                "the setting '\(name)' of Kafka can't be set; those that can begin with \(Self.passedThrough.joined(separator: ", "))"
            )
        }
        self.servers = servers
        self.clientID = clientID
        self.settings = settings
        self.report = report
    }

    /// The beginnings of the names of settings that are passed through: settings of the connection to the brokers, on
    /// which neither the order nor the loss of messages depends.
    ///
    /// Settings that load code or run a command are refused although their names begin like that.
    public static let passedThrough = [
        "security.protocol", "ssl.", "sasl.", "enable.ssl.", "client.rack", "socket.keepalive", "socket.connection",
        "broker.address.", "connections.max.", "reconnect.backoff.", "metadata.max.age.ms", "topic.metadata.refresh.",
    ]

    /// Settings that load code into the program or run a command.
    private static let neverPassed = ["ssl.engine.", "ssl.providers", "sasl.kerberos.kinit.cmd", "sasl.oauthbearer."]

    private static func isPassedThrough(_ name: String) -> Bool {
        passedThrough.contains { name.hasPrefix($0) } && !neverPassed.contains { name.hasPrefix($0) }
    }

    /// Reads settings from the text of a file: a line `name=value` each; empty lines and those that begin with `#` say
    /// nothing.
    ///
    /// - Throws: `KafkaError.Kind.setting`, which names the line and never its value: it may be a secret.
    public static func settings(in text: String) throws(KafkaError) -> [String: String] {
        var settings: [String: String] = [:]
        for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = raw.drop { $0 == " " || $0 == "\t" }
            guard let first = line.first, first != "#" else { continue }
            guard let equals = line.firstIndex(of: "="), equals > line.startIndex else {
                throw KafkaError(.setting, "line \(index + 1) is no setting of the form name=value")
            }
            let name = trimmed(line[..<equals])
            guard settings.updateValue(trimmed(line[line.index(after: equals)...]), forKey: name) == nil else {
                throw KafkaError(.setting, "line \(index + 1) sets '\(name)' a second time")
            }
        }
        return settings
    }

    private static func trimmed(_ text: Substring) -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let head = text.drop(while: isBlank)
        return String(head.reversed().drop(while: isBlank).reversed())
    }
}
