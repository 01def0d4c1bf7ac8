import CommandLine
import Crypto
import EventLog
import Postgres
import System

/// A folder of logins: for each role a file with its connection string, which its owner alone can read.
struct DatabaseLogins: Sendable {
    private static let superuser = "superuser"

    let folder: String

    init(_ folder: String) { self.folder = folder }

    /// Access by the logins of some roles.
    ///
    /// - Throws: `UsageError` where one is missing, or others could have put it there or can read it.
    func access(_ roles: [DatabaseRole]) throws -> DatabaseAccess {
        let logins = try roles.map { role in
            guard let login = try read(role.rawValue) else {
                throw UsageError(
                    "\(path(role.rawValue)), the database login of \(role.name), is missing; `marketplace database prepare --logins \(folder)` makes it."
                )
            }
            return (role, login.text)
        }
        return DatabaseAccess(logins: Dictionary(uniqueKeysWithValues: logins))
    }

    /// Prepares the database of an administrator's login, and keeps a login for each role.
    ///
    /// Passwords that are kept here already stay. New ones are on disk before the server knows them, so that a run that is
    /// cut off leaves nothing that the next one can't finish; what is here already changes once the server has taken it.
    func prepare(administrator: PostgresConnectionString) async throws {
        let configuration = PostgresConfiguration(url: administrator.text, applicationName: "marketplace-prepare")
        try await DatabasePreparation.checkAccess(configuration)
        try makeFolder()
        var logins: [DatabaseRole: PostgresConnectionString] = [:]
        var passwords: [DatabaseRole: String] = [:]
        for role in DatabaseRole.allCases {
            let kept = try read(role.rawValue)
            var login = administrator
            login["user"] = role.name
            login["password"] = kept?["password"] ?? Self.newPassword()
            login["passfile"] = nil
            if kept == nil { try write(role.rawValue, login) }
            (logins[role], passwords[role]) = (login, login["password"])
        }
        try await DatabasePreparation.prepare(configuration, passwords: passwords)
        for (role, login) in logins { try write(role.rawValue, login) }
    }

    /// The password of the private Postgres' superuser: the one that is kept here, or a new one, kept now.
    ///
    /// - Throws: `UsageError` where the server has one already and it is not here.
    func superuserPassword(isSet: Bool) throws -> String {
        if let kept = try read(Self.superuser)?["password"] { return kept }
        guard !isSet else {
            throw UsageError(
                "\(path(Self.superuser)), the login of the private Postgres' superuser, is gone; put it back from a copy of the data folder."
            )
        }
        try makeFolder()
        var login = try PostgresConnectionString("")
        login["password"] = Self.newPassword()
        try write(Self.superuser, login)
        return login["password"] ?? ""
    }

    /// Keeps the whole login of the private Postgres' superuser, once it is known where that listens.
    func keep(superuser: PostgresConnectionString) throws { try write(Self.superuser, superuser) }

    private static func newPassword() -> String { Hex.encode(SecureRandom.bytes(32)) }

    private func path(_ name: String) -> String { "\(folder)/\(name)" }

    private func makeFolder() throws {
        try FileSystem.makeDirectory(folder)
        try DataFolder.checkIsOurs(folder, "the folder of logins")
    }

    private func write(_ name: String, _ login: PostgresConnectionString) throws {
        try FileSystem.replace(path(name), with: Array("\(login.text)\n".utf8))
    }

    private func read(_ name: String) throws -> PostgresConnectionString? {
        guard let status = try FileSystem.status(path(name)) else { return nil }
        try DataFolder.checkIsOurs(path(name), "the login")
        guard status.mode & 0o077 == 0 else {
            throw UsageError("others can read the login \(path(name)); `chmod 600` it.")
        }
        let text = String(decoding: try FileSystem.read(path(name), limit: 65_536), as: UTF8.self)
        return try PostgresConnectionString(String(text.prefix { $0 != "\n" }))
    }
}
