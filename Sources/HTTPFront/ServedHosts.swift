import System

/// The hosts under which a front is reached: those of the public URL, the address that it listens on, and loopback.
///
/// A page whose name leads to this machine (DNS rebinding) sends its own host, so its requests are refused. Ports are
/// not compared: a proxy or a forwarded port changes them, and a browser sends the one that it connects to.
package struct ServedHosts: Sendable {
    private let names: Set<String>
    private let addresses: Set<IPAddress>
    /// True for a server that listens everywhere and has no public URL: it is reached by addresses that it does not know,
    /// and a page can't make its name an address.
    private let servesAnyAddress: Bool
    /// True for a server that others reach under names that it does not know.
    private let servesAnyName: Bool

    /// Takes the public URL, empty where there is none, and the address that the server listens on.
    ///
    /// - Parameter isForMachines: true for a server that only other machines ask, under whatever name; on loopback, where pages
    ///   of this machine's browser can reach it as well, names are checked all the same.
    package init(publicURL: String, listening: String, isForMachines: Bool = false) {
        servesAnyName = isForMachines && !(IPAddress(listening)?.isLoopback ?? false)
        let host = publicURL.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2).first
        var names: Set = ["localhost"]
        var addresses: Set<IPAddress> = []
        for host in [host.flatMap { Self.host(of: String($0)) }, listening] {
            guard let host else { continue }
            if let address = IPAddress(host) { addresses.insert(address) } else { names.insert(host) }
        }
        servesAnyAddress = publicURL.isEmpty && ["0.0.0.0", "::"].contains(listening)
        self.names = names
        self.addresses = addresses
    }

    /// True where requests for an authority, a host with an optional port, are answered. A request that names none is
    /// answered as well, since no browser sends one.
    func serve(_ authority: String?) -> Bool {
        guard let authority else { return true }
        guard let host = Self.host(of: authority) else { return false }
        if let address = IPAddress(host) {
            return address.isLoopback || servesAnyAddress || addresses.contains(address)
        }
        return servesAnyName || names.contains(host)
    }

    /// The host in lower case, without brackets, port and the dot of the root; nil where the authority is malformed.
    private static func host(of authority: String) -> String? {
        if authority.hasPrefix("[") {
            let parts = authority.dropFirst().split(separator: "]", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[1].isEmpty || isPort(parts[1]) else { return nil }
            return String(parts[0])
        }
        let end = authority.firstIndex(of: ":") ?? authority.endIndex
        guard end == authority.endIndex || isPort(authority[end...]) else { return nil }
        var host = authority[..<end].lowercased()
        if host.hasSuffix(".") { host.removeLast() }
        return host.isEmpty ? nil : host
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.first == ":" && text.utf8.count <= 6 && text.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
    }
}
