import CommandLine
import Logging
import Projections
import System

extension Invocation {
    /// The options that name a search engine.
    static let searchOptions: [Subcommand.Option] = [
        .value(
            "search", "URL", "an OpenSearch cluster to search agents in; without it they are searched in the models"),
        .value("search-credentials-file", "FILE", "a file that holds USER:PASSWORD for the cluster"),
    ]

    /// The search engine that is named; nil where none is.
    func searchEngine(_ log: Log) throws -> SearchEngine? {
        let file = values["search-credentials-file"]
        guard let url = values["search"] else {
            guard file == nil else { throw UsageError("--search-credentials-file needs --search.") }
            return nil
        }
        let schemes = ["http://", "https://"]
        guard let scheme = schemes.first(where: { url.hasPrefix($0) }), url.count > scheme.count,
            !url.dropFirst(scheme.count).contains(where: { "?#@ ".contains($0) || $0.isNewline }),
            url.dropFirst(scheme.count).drop(while: { $0 != "/" }).allSatisfy({ $0 == "/" })
        else {
            throw UsageError(
                "--search is '\(Self.withoutUser(url))', which is no URL of the form http://HOST:PORT or https://HOST:PORT; credentials go into --search-credentials-file."
            )
        }
        let isHere = url.wholeMatch(of: /http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?\/*/) != nil
        if file != nil, !url.hasPrefix("https://"), !isHere {
            Host.write("marketplace: warning: the credentials go to \(url) as plain text; use https\n", to: 2)
        }
        return SearchEngine(url: url, credentials: try file.map(Self.credentials), log: log.component("search"))
    }

    private static func credentials(in file: String) throws -> String {
        let bytes = try FileSystem.read(file, limit: 4_096)
        let line = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init)
        guard let line, line.contains(":"), !line.utf8.contains(0) else {
            throw UsageError("--search-credentials-file is '\(file)', which holds no USER:PASSWORD.")
        }
        return line
    }

    /// What an error may show of a URL.
    private static func withoutUser(_ url: String) -> String {
        url.lastIndex(of: "@").map { "…\(url[$0...])" } ?? url
    }
}
