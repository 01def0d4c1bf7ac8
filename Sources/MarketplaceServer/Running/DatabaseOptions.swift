import CommandLine
import EventLog
import System

extension Invocation {
    /// The options that name a Postgres database by its URL.
    static let urlOptions: [Subcommand.Option] = [
        .value(
            "database-url", "URL",
            "the Postgres database to use; MENTATLAB_DATABASE_URL in place of it is not seen by others"),
        .value("database-url-file", "FILE", "a file that holds the URL"),
    ]
    /// The options that say which Postgres database to use.
    static let databaseOptions =
        urlOptions + [
            .value(
                "logins", "DIR",
                "in place of a URL: the logins that `marketplace database prepare` made, one for each part")
        ]

    private static let variable = "MENTATLAB_DATABASE_URL"
    /// Variables of libpq that say which database is meant.
    private static let libpqVariables = ["PGHOST", "PGHOSTADDR", "PGDATABASE", "PGSERVICE"]

    /// The database that is named, and how a program reaches it in some roles: by the logins of a folder, or by one URL as
    /// `databaseURL` finds it. Nil where none is named.
    func database(
        _ roles: [DatabaseRole], takesLibpq: Bool = false, takesEnvironment: Bool = true
    ) throws -> DatabaseAccess? {
        guard let folder = values["logins"] else {
            return try databaseURL(takesLibpq: takesLibpq, takesEnvironment: takesEnvironment)
                .map { DatabaseAccess(url: $0) }
        }
        guard values["database-url"] == nil, values["database-url-file"] == nil else {
            throw UsageError("--logins and a database URL are both given; one is enough.")
        }
        return try DatabaseLogins(folder).access(roles)
    }

    /// The database of a tool that works beside a marketplace: the one that is named, or that of the private Postgres of
    /// the data folder.
    func databaseBeside(_ data: DataFolder, _ roles: [DatabaseRole]) throws -> DatabaseAccess {
        if let named = try database(roles, takesEnvironment: values["data"] == nil) { return named }
        guard data.runningURL() != nil else {
            throw UsageError("no marketplace runs in \(data.path); start one, or give --logins or --database-url.")
        }
        guard data.runningDatabaseURL() == nil else { return try data.logins.access(roles) }
        guard let named = try database(roles) else {
            throw UsageError(
                "the marketplace in \(data.path) was started with a database of its own choosing; give it by --logins, --database-url-file or \(Self.variable)."
            )
        }
        return named
    }

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
