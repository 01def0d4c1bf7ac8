import CommandLine
import System

extension Invocation {
    /// The options that say which Postgres database to use.
    static let databaseOptions: [Subcommand.Option] = [
        .value(
            "database-url", "URL",
            "the Postgres database to use; MENTATLAB_DATABASE_URL in place of it is not seen by others"),
        .value("database-url-file", "FILE", "a file that holds the URL"),
    ]

    private static let variable = "MENTATLAB_DATABASE_URL"
    /// Variables of libpq that say which database is meant.
    private static let libpqVariables = ["PGHOST", "PGHOSTADDR", "PGDATABASE", "PGSERVICE"]

    /// The URL of the database: from the command line, a file, where `takesEnvironment` is true `MENTATLAB_DATABASE_URL`,
    /// or, where `takesLibpq` is true as well, the variables of libpq. Nil where none of them gives one.
    ///
    /// A password on the command line works, but others on the machine can read it: that is warned of.
    func databaseURL(takesLibpq: Bool = false, takesEnvironment: Bool = true) throws -> String? {
        if let url = values["database-url"] {
            guard values["database-url-file"] == nil else {
                throw UsageError("--database-url and --database-url-file are both given; one is enough.")
            }
            if Self.holdsPassword(url) {
                Host.write(
                    "marketplace: warning: others on this machine can read the password in --database-url; give the URL by \(Self.variable) or --database-url-file\n",
                    to: 2)
            }
            return url
        }
        if let file = values["database-url-file"] {
            let bytes = try FileSystem.read(file, limit: 65_536)
            let url = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init)
            guard let url, !url.isEmpty else {
                throw UsageError("--database-url-file is '\(file)', which holds no URL.")
            }
            return url
        }
        // Who names a data folder means the marketplace that runs there.
        guard takesEnvironment else { return nil }
        if let url = Host.environment(Self.variable), !url.allSatisfy(\.isWhitespace) { return url }
        guard takesLibpq, Self.libpqVariables.contains(where: { Host.environment($0) != nil }) else { return nil }
        return "postgresql://"
    }

    /// True for a URL or a keyword/value string with a password in it.
    private static func holdsPassword(_ url: String) -> Bool {
        guard let scheme = ["postgresql://", "postgres://"].first(where: { url.hasPrefix($0) }) else {
            return url.contains("password")
        }
        let authority = url.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        let user = authority.lastIndex(of: "@").map { authority[..<$0] } ?? ""
        return user.contains(":") || url.contains("password=")
    }
}
