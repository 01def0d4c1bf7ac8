import System

/// The proxy that the environment names for an address, as libcurl chooses it, so that a fault can name it.
enum EnvironmentProxy {
    /// What to add to a fault on the way to an address; empty where no proxy was asked.
    static func words(for url: String) -> String {
        let scheme = url.hasPrefix("https:") ? "https" : "http"
        // libcurl does not read HTTP_PROXY, which a server's environment may have from a request.
        let names = ["\(scheme)_proxy"] + (scheme == "https" ? ["HTTPS_PROXY"] : []) + ["all_proxy", "ALL_PROXY"]
        guard let name = names.first(where: { !(Host.environment($0) ?? "").isEmpty }),
            let proxy = Host.environment(name), !isExcepted(host(of: url))
        else { return "" }
        return " (by way of the proxy \(withoutCredentials(proxy)), which \(name) names)"
    }

    private static func host(of url: String) -> String {
        let rest = url.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first ?? ""
        let authority = rest.split(separator: "@").last ?? ""
        let host =
            authority.hasPrefix("[") ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        return host.lowercased()
    }

    /// The hosts that no proxy is asked for, as libcurl takes them: those that the environment names, and this machine, so that
    /// what is meant for it never leaves it.
    static var exceptions: String {
        let named = Host.environment("no_proxy") ?? Host.environment("NO_PROXY") ?? ""
        return named == "*" ? named : (named.isEmpty ? "" : "\(named),") + "localhost,127.0.0.0/8,::1"
    }

    private static func isExcepted(_ host: String) -> Bool {
        if host == "localhost" || IPAddress(host)?.isLoopback == true { return true }
        return exceptions.split(whereSeparator: { $0 == "," || $0 == " " }).contains { entry in
            let suffix = entry.lowercased().drop { $0 == "." }
            return suffix == "*" || host == suffix || host.hasSuffix(".\(suffix)")
        }
    }

    private static func withoutCredentials(_ proxy: String) -> String {
        guard let at = proxy.lastIndex(of: "@") else { return proxy }
        let scheme = proxy.firstRange(of: "://").map { proxy[..<$0.upperBound] } ?? ""
        return "\(scheme)\(proxy[proxy.index(after: at)...])"
    }
}
