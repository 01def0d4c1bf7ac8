public import Postgres

/// How a program reaches the database: by a login for each role that it needs, or by one login that takes them on.
///
/// One login for all is convenient but separates nothing: a statement in any part can do all that the login may.
public struct DatabaseAccess: Sendable {
    private enum Way {
        case apart([DatabaseRole: String])
        case shared(String)
    }

    private let way: Way

    /// Access by one login, which owns the schema or may act as its owner and the other roles.
    ///
    /// - Parameter url: a connection string in libpq's format.
    public init(url: String) { way = .shared(url) }

    /// Access by a login for each role, under its connection string.
    public init(logins: [DatabaseRole: String]) { way = .apart(logins) }

    /// True where one login serves all roles.
    public var isShared: Bool {
        if case .shared = way { true } else { false }
    }

    /// The connection string of a role's own login; nil where it has none.
    public func login(_ role: DatabaseRole) -> String? {
        if case .apart(let logins) = way { logins[role] } else { nil }
    }

    /// The settings of a connection that acts in a role. A role without a login traps.
    public func configuration(
        _ role: DatabaseRole, _ applicationName: String, statementTimeoutMilliseconds: Int = 30_000,
        settings: [String: String] = [:]
    ) -> PostgresConfiguration {
        let (url, acting): (String, String?)
        switch way {
        case .shared(let all): (url, acting) = (all, role == .owner ? nil : role.name)
        case .apart(let logins):
            guard let own = logins[role] else { preconditionFailure("there is no login of the role \(role)") }
            (url, acting) = (own, nil)
        }
        return PostgresConfiguration(
            url: url, applicationName: applicationName, role: acting,
            statementTimeoutMilliseconds: statementTimeoutMilliseconds,
            settings: settings.merging(PostgresConfiguration.oneProcess) { $1 }
                .merging(PostgresConfiguration.builtInNames) { $1 })
    }
}
