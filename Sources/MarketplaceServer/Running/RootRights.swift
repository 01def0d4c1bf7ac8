import CommandLine
import HTTPServer
import System

/// `--user`: what has to be opened as root is, and then root is given up.
enum RootRights {
    static let option = Subcommand.Option.value(
        "user", "NAME", "give the rights of root up for those of NAME once socket and folders are open")

    /// Gives root up where the command line says so.
    ///
    /// - Parameters:
    ///   - folders: those that the program writes to. Missing ones are made and are the user's.
    ///   - firstPort: as for `Listening.open`.
    /// - Returns: the socket that was opened as root, or the error of opening it, which callers that do not serve
    ///   ignore; nil without `--user`.
    static func giveUp(
        _ invocation: Invocation, _ listening: Listening, firstPort: UInt16, folders: [String]
    ) throws -> Result<HTTPListener, any Error>? {
        guard let name = invocation.values["user"] else { return nil }
        guard Host.userID == 0 else {
            throw UsageError("--user gives up root, and this program runs as user \(Host.userID); leave it out.")
        }
        guard let user = Host.user(named: name) else { throw UsageError("--user is '\(name)', who is nobody here.") }
        guard user.id != 0 else { throw UsageError("--user is '\(name)', who is root as well.") }
        for folder in folders { try hand(folder, to: user, name) }
        let listener = Result { try listening.open(firstPort: firstPort) }
        try Host.become(user)
        return listener
    }

    private static func hand(_ folder: String, to user: Host.User, _ name: String) throws {
        if let status = try FileSystem.status(folder) {
            guard status.owner != user.id else { return }
            guard try FileSystem.status("\(folder)/postgres-cluster") == nil else {
                throw UsageError(
                    "\(folder) has a private Postgres that only a program of root finds; --user needs a data folder of its own, or --logins."
                )
            }
            throw UsageError(
                "\(folder) belongs to user \(status.owner), and --user is '\(name)': `chown -R \(name) \(folder)` gives it over."
            )
        }
        var missing: [String] = []
        var path = folder
        while try FileSystem.status(path) == nil {
            missing.append(path)
            path = FileSystem.parent(of: path)
        }
        // In a folder of the user's own the user makes it later: what root makes there could be moved meanwhile.
        guard try FileSystem.status(path)?.owner != user.id else { return }
        try FileSystem.makeDirectory(folder)
        for made in missing { try FileSystem.changeOwner(made, user: user.id, group: user.group) }
    }
}
