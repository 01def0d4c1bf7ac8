import CommandAPI
import CommandLine
import HTTPFront
import HTTPServer
import QueryAPI
import System

/// Where a front listens, how it is reached, and how patient it is, as the command line says.
struct Listening: Sendable {
    /// The options of every command that listens.
    static let options: [Subcommand.Option] = [
        .value("port", "N", "the port to listen on; it has to be free"),
        .value("address", "IP", "the address to listen on (127.0.0.1)"),
        .value(
            "public-url", "URL",
            "where clients reach the marketplace; requests for another host than its and loopback's are refused"),
        .value(
            "client-address", "FIELD", "the field that proxies write a client's address to; else the socket has it",
            choices: ClientAddress.Field.allCases.map(\.rawValue)),
        .value(
            "trusted-proxy", "CIDR", "proxies whose word is taken for that; may stand several times", isRepeated: true),
        RootRights.option, Limits.option, SecurityContact.option,
        .value("connections", "N", "connections at once (10000); one more replaces an idle one, or gets 503"),
        .value("stall-seconds", "N", "how long a client may send or take nothing (30)"),
        .value("drain-seconds", "N", "how long requests under way may take once it is told to stop (10)"),
    ]

    /// The address.
    let address: String
    /// The port that was asked for; 0 takes any that is free, nil the first free one from the command's own on.
    let port: UInt16?
    /// The public URL without a slash at its end; empty where the front's own origin is all there is.
    let publicURL: String
    /// Where the address of a client is found.
    let clients: ClientAddress
    /// Whom to tell about a vulnerability.
    let security: SecurityContact
    /// The bounds of the server.
    let limits: HTTPLimits
    private(set) var following: FollowingLimits

    /// The hosts that are served.
    var hosts: ServedHosts { ServedHosts(publicURL: publicURL, listening: address) }

    init(_ invocation: Invocation) throws(UsageError) {
        address = invocation.values["address"] ?? "127.0.0.1"
        port = try invocation.number("port", 0...65_535).map(UInt16.init)
        publicURL = try Self.publicURL(invocation.values["public-url"])
        security = try SecurityContact(invocation, publicURL: publicURL)
        let proxies = try Self.proxies(invocation)
        clients = ClientAddress(
            field: invocation.values["client-address"].flatMap(ClientAddress.Field.init), proxies: proxies)
        let bounds = try Limits(invocation)
        var limits = bounds.http
        limits.sharedAddresses = proxies
        if let connections = try invocation.number("connections", 1...1_000_000) { limits.connections = connections }
        if let seconds = try invocation.number("stall-seconds", 1...3_600) {
            limits.stallMilliseconds = Int64(seconds) * 1000
        }
        if let seconds = try invocation.number("drain-seconds", 0...3_600) {
            limits.drainMilliseconds = Int64(seconds) * 1000
        }
        // The rest is for files that are being served or taken in, sessions and the log.
        let descriptors = Host.raiseDescriptorLimit()
        let most = max(descriptors / 2, descriptors - 8_192) - min(256, descriptors / 4)
        if most < limits.connections, invocation.values["connections"] != nil {
            throw UsageError(
                "--connections is \(limits.connections); with \(descriptors) descriptors it can be \(most). Raise `ulimit -n`."
            )
        }
        limits.connections = min(limits.connections, most)
        self.limits = limits
        following = bounds.following
        // Readers keep their connections, so at least half of all are left to everybody else.
        following.readers = min(following.readers, limits.connections / 2)
    }

    /// Opens the socket: on the port that was asked for, or on the first that is free from `firstPort` on.
    func open(firstPort: UInt16) throws -> HTTPListener {
        try Self.listener(on: address, port: port, option: "port", firstPort: firstPort)
    }

    /// Opens a socket on the port that an option asks for, or on the first that is free from `firstPort` on.
    static func listener(
        on address: String, port: UInt16?, option: String, firstPort: UInt16
    ) throws -> HTTPListener {
        if let port {
            do {
                return try HTTPListener(address: address, port: port)
            } catch {
                guard error.isAddressInUse else { throw error }
                throw UsageError(
                    "--\(option) is \(port), which another program listens on; choose another one or leave it out.")
            }
        }
        for candidate in firstPort..<(firstPort + 100) {
            do {
                return try HTTPListener(address: address, port: candidate)
            } catch {
                guard error.isAddressInUse else { throw error }
            }
        }
        return try HTTPListener(address: address, port: 0)
    }

    /// Where clients reach the server that listens on a port: as the operator says, else on this machine.
    func origin(port: UInt16) -> String {
        guard publicURL.isEmpty else { return publicURL }
        let host = ["0.0.0.0", "::"].contains(address) ? "127.0.0.1" : address
        return "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    private static func publicURL(_ text: String?) throws(UsageError) -> String {
        guard var url = text else { return "" }
        while url.hasSuffix("/") { url.removeLast() }
        guard ["http://", "https://"].contains(where: { url.hasPrefix($0) && url.count > $0.count }),
            url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), !url.contains(where: { "?#@".contains($0) })
        else {
            throw UsageError("--public-url is '\(url.prefix(200))'; it has to be such as https://marketplace.example.")
        }
        return url
    }

    private static func proxies(_ invocation: Invocation) throws(UsageError) -> [IPNetwork] {
        let texts = invocation.allValues["trusted-proxy"] ?? []
        guard invocation.values["client-address"] != nil else {
            guard texts.isEmpty else { throw UsageError("--trusted-proxy needs --client-address.") }
            return []
        }
        guard !texts.isEmpty else {
            throw UsageError("--client-address needs --trusted-proxy: a field that anybody can write says nothing.")
        }
        var proxies: [IPNetwork] = []
        for text in texts {
            guard let network = IPNetwork(text) else {
                throw UsageError(
                    "--trusted-proxy is '\(text.prefix(64))'; it has to be an address or a network such as 10.0.0.0/8.")
            }
            proxies.append(network)
        }
        return proxies
    }
}

extension CommandFront.Configuration {
    /// The options of every command that takes writes.
    static let options: [Subcommand.Option] = [
        spool,
        .value("download-flush", "SECONDS", "how often downloads go to the log (60)"),
        .value("flag-delay", "SECONDS", "for how long flags wait for the log at most (600)"),
        .value("readers-flush", "SECONDS", "how often readers go to the log, apart and shuffled (3600)"),
    ]

    private static let spool = Subcommand.Option.value(
        "spool-mebibytes", "N", "how much may wait in the data folder while the log can't take downloads (256)")

    init(_ invocation: Invocation, _ data: DataFolder) throws(UsageError) {
        self.init(spoolFolder: data.spool, readersFolder: data.readers, dayKeyFolder: data.dayKeys)
        if let mebibytes = try invocation.number("spool-mebibytes", 0...1_048_576) {
            spoolBytes = Int64(mebibytes) << 20
        }
        if let seconds = try invocation.number("flag-delay", 1...86_400) {
            flagDelayMilliseconds = Int64(seconds) * 1_000
        }
        if let seconds = try invocation.number("download-flush", 1...3_600) {
            downloadFlushMilliseconds = Int64(seconds) * 1_000
        }
        if let seconds = try invocation.number("readers-flush", 1...86_400) {
            readersFlushMilliseconds = Int64(seconds) * 1_000
        }
        limits = try Limits(invocation).metering
    }
}

extension Invocation {
    /// The whole number that an option gives; nil where it was not given.
    func number(_ name: String, _ range: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw UsageError(
                "--\(name) is '\(text)'; it has to be a number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }
}
