import JSON
public import Postgres

/// Makes a database of the marketplace's own in which each part has a login, and no part a right of another's.
public enum DatabasePreparation {
    /// Prepares the database that an administrator's login names; safe to repeat.
    ///
    /// It makes the logins or sets their passwords anew, makes `marketplace_owner` the owner of the database and of what
    /// an earlier program made there, and takes from everybody the rights that could hold up an append or fill the
    /// disk. All of it happens or nothing. The server keeps verifiers of SCRAM-SHA-256 and never sees a password.
    ///
    /// - Parameters:
    ///   - administrator: a superuser of the server, or a role that may make roles and owns the database: then what
    ///     only a superuser can take from everybody stays, and `weaknesses` says so.
    ///   - passwords: the password of each role.
    /// - Throws: `PostgresError`.
    public static func prepare(
        _ administrator: PostgresConfiguration, passwords: [DatabaseRole: String]
    ) async throws {
        var administrator = administrator
        // The database may belong to somebody who wants what the administrator has.
        administrator.settings.merge(PostgresConfiguration.builtInNames) { $1 }
        let session = PostgresSession(administrator)
        let script = String(decoding: PackageResources.prepare_database_sql, as: UTF8.self)
        try await session.run { connection in
            try connection.execute(Statements.endOldSessions)
            try connection.transaction {
                let verifiers = try DatabaseRole.allCases.map { role in
                    guard let password = passwords[role] else { preconditionFailure("\(role) has no password") }
                    return (role.name, try connection.verifier(ofPassword: password, for: role.name))
                }
                var writer = JSONWriter()
                writer.object { object in
                    for (name, verifier) in verifiers.sorted(by: { $0.0 < $1.0 }) { object.member(name, verifier) }
                }
                let document = String(decoding: writer.bytes, as: UTF8.self)
                try connection.execute(Statements.setVerifiers, [.text(document)])
                try connection.executeScript(script)
            }
        }
        await session.close()
    }

    /// Throws where an administrator's login does not reach the database.
    public static func checkAccess(_ administrator: PostgresConfiguration) async throws {
        let session = PostgresSession(administrator)
        _ = try await session.run { try $0.execute(Statements.backend).count }
        await session.close()
    }

    /// What keeps the logins of a database from being separate, each as a sentence for people. After a superuser's
    /// `prepare` at most one is left: the logins may connect to other databases of the server.
    public static func weaknesses(_ access: DatabaseAccess) async throws -> [String] {
        let session = PostgresSession(access.configuration(.owner, "marketplace-check"))
        let found = try await session.run { try $0.execute(Statements.weakBoundaries).map { try $0.text(0) } }
        await session.close()
        return found
    }
}
